using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Payments.Testing;
using Xunit;

namespace Payments.Tests.Unit;

/// <summary>The document says of each call and each field what a client, and what makes clients, needs to know.</summary>
public sealed partial class DocumentTests
{
    /// <summary>Fields of these names are words of a list, and the list is in the document.</summary>
    private static readonly string[] Listed = ["status", "state", "code", "kind", "verdict", "method", "settledBy", "scopes", "outcome", "type", "responseType"];

    /// <summary>Names of people and programs, and what a problem's type is: an address.</summary>
    private static readonly string[] Free = ["CaseView.settledBy", "Problem.type", "Problem.status", "ExchangePairingBody.code"];

    [Fact]
    public async Task Every_call_has_a_name_of_its_own_a_short_summary_a_description_and_a_group()
    {
        var document = await GeneratedDocument.Read();
        var tags = document["tags"]!.AsArray().Select(tag => (string)tag!["name"]!).ToList();
        var names = new HashSet<string>();
        Assert.All(Operations(document), operation =>
        {
            var name = (string?)operation["operationId"] ?? "";
            Assert.Matches(CamelCase(), name);
            Assert.True(names.Add(name), $"There are two of {name}.");
            Assert.Matches(Summary(), (string?)operation["summary"] ?? "");
            Assert.False(string.IsNullOrWhiteSpace((string?)operation["description"]), $"{name} has no description.");
            Assert.Contains((string?)Assert.Single(operation["tags"]!.AsArray()), tags);
            Assert.All(operation["parameters"]?.AsArray() ?? [], p => Assert.False(string.IsNullOrWhiteSpace((string?)p!["description"]), $"{name} {p["name"]}"));
        });
        Assert.All(document["tags"]!.AsArray(), tag => Assert.False(string.IsNullOrWhiteSpace((string?)tag!["description"])));
        Assert.Superset(
            (HashSet<string>)["createCheckout", "payCheckout", "cancelCheckout", "getCheckout", "listCheckouts", "watchCheckout", "listEvents", "createRefund", "createPayout"], names);
    }

    [Fact]
    public async Task Every_error_is_listed_as_a_problem_and_every_call_may_fail()
    {
        var document = await GeneratedDocument.Read();
        Assert.All(Operations(document), operation =>
        {
            var answers = operation["responses"]!.AsObject();
            Assert.All(answers.Where(answer => answer.Key[0] is '4' or '5'), answer =>
                Assert.Equal("#/components/schemas/Problem", (string?)answer.Value!["content"]!["application/problem+json"]!["schema"]!["$ref"]));

            // One call is for who has no key yet.
            string[] refusals = (string?)operation["operationId"] == "exchangePairingCode" ? [] : ["401", "403"];
            Assert.All(["400", "429", "500", "503", .. refusals], status => Assert.True(answers.ContainsKey(status), $"{operation["operationId"]} {status}"));
            Assert.NotEmpty(operation["security"]!.AsArray());
        });
        Assert.Equal(
            ["cancelCheckout:1", "createCheckout:1", "getCheckout:2", "listCheckouts:1", "payCheckout:2", "watchCheckout:2"],
            Operations(document).Where(operation => (string?)operation["tags"]![0] == "Checkouts")
                .Select(operation => $"{operation["operationId"]}:{operation["security"]!.AsArray().Count}").Order());
    }

    [Fact]
    public async Task Every_field_has_one_type_and_words_of_a_list_have_their_list()
    {
        var document = await GeneratedDocument.Read();
        Assert.All(Fields(document), field =>
        {
            var types = Types(document, field.Schema).Where(type => type != "null").Distinct().ToList();
            Assert.True(types.Count == 1, $"{field.Name} is {(types.Count == 0 ? "anything" : string.Join(" or ", types))}.");
            if (Listed.Contains(field.Name.Split('.')[^1]) && !Free.Contains(field.Name))
            {
                Assert.True(HasWords(document, field.Schema), $"{field.Name} has no list of words.");
            }
        });
    }

    [Fact]
    public async Task Examples_are_as_their_schemas_say_and_every_body_has_one()
    {
        var document = await GeneratedDocument.Read();
        var schemas = new DocumentSchemas(document);
        var examples = document["components"]!["schemas"]!.AsObject()
            .SelectMany(schema => schema.Value!["examples"]?.AsArray() ?? [], (schema, example) => (Name: schema.Key, example)).ToList();
        Assert.All(examples, entry => Assert.Empty(schemas.Errors(entry.Name, entry.example)));

        var shown = examples.Select(entry => entry.Name).ToHashSet();
        Assert.All(Operations(document), operation =>
        {
            var bodies = operation["responses"]!.AsObject().Select(answer => answer.Value!["content"]?["application/json"]).Append(operation["requestBody"]?["content"]!["application/json"]);
            Assert.All(bodies.OfType<JsonNode>(), body => Assert.Contains(((string)body["schema"]!["$ref"]!).Split('/')[^1], shown));
            Assert.All(
                operation["responses"]!.AsObject().Select(answer => answer.Value!["content"]?["application/problem+json"]).OfType<JsonNode>(),
                problem => Assert.Empty(schemas.Errors(problem["schema"]!, problem["example"])));
        });
    }

    [Theory]
    [InlineData("status", "\"lost\"")]
    [InlineData("amount", "\"1500\"")]
    [InlineData("createdAt", "\"yesterday\"")]
    [InlineData("late", "null")]
    [InlineData("payments", "[{}]")]
    [InlineData("failure", "{\"code\":\"lost\"}")]
    [InlineData("nobodySaid", "1")]
    [InlineData("phone", null)]
    public async Task A_value_that_is_not_as_its_schema_says_is_found(string field, string? value)
    {
        var document = await GeneratedDocument.Read();
        var checkout = document["components"]!["schemas"]!["CheckoutView"]!["examples"]![0]!.AsObject();
        checkout.Remove(field);
        if (value is not null)
        {
            checkout[field] = JsonNode.Parse(value);
        }

        Assert.NotEmpty(new DocumentSchemas(document).Errors("CheckoutView", checkout));
    }

    private static IEnumerable<JsonNode> Operations(JsonNode document) =>
        document["paths"]!.AsObject().SelectMany(path => path.Value!.AsObject().Select(operation => operation.Value!));

    private static IEnumerable<(string Name, JsonNode Schema)> Fields(JsonNode document) =>
        document["components"]!["schemas"]!.AsObject()
            .SelectMany(schema => schema.Value!["properties"]?.AsObject() ?? [], (schema, field) => ($"{schema.Key}.{field.Key}", field.Value!))
            .Concat(Operations(document).SelectMany(
                operation => operation["parameters"]?.AsArray() ?? [], (operation, parameter) => ($"{operation["operationId"]}.{parameter!["name"]}", parameter["schema"]!)));

    private static IEnumerable<string> Types(JsonNode document, JsonNode schema) => schema switch
    {
        { } when schema["$ref"] is { } reference => Types(document, Target(document, reference)),
        { } when schema["oneOf"] is JsonArray variants => variants.SelectMany(variant => Types(document, variant!)),
        { } when schema["type"] is JsonArray several => several.Select(type => (string)type!),
        { } when schema["type"] is { } type => [(string)type!],
        _ => [],
    };

    private static bool HasWords(JsonNode document, JsonNode schema) =>
        schema["enum"] is not null
        || (schema["$ref"] is { } reference && HasWords(document, Target(document, reference)))
        || (schema["items"] is { } item && HasWords(document, item))
        || (schema["oneOf"] is JsonArray variants && variants.Any(variant => HasWords(document, variant!)));

    private static JsonNode Target(JsonNode document, JsonNode reference) => document["components"]!["schemas"]![((string)reference!).Split('/')[^1]]!;

    [GeneratedRegex("^[a-z][a-zA-Z0-9]+$")]
    private static partial Regex CamelCase();

    [GeneratedRegex(@"^[A-Z][^\n]{4,58}[^.\n]$")]
    private static partial Regex Summary();
}
