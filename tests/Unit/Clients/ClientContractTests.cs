using System.Globalization;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using Payments.Client;
using Xunit;

namespace Payments.Tests.Unit;

/// <summary>
/// The .NET client against the released document: every call a shop needs, with each of its parameters and fields, every field of each answer with its type, and
/// every word. It is written by hand (decision 0062); this is what keeps it whole.
/// </summary>
public sealed class ClientContractTests
{
    private static readonly JsonNode Document = JsonNode.Parse(File.ReadAllText(Sources.File("docs", "openapi", "v1.json")))!;

    private static readonly JsonObject Schemas = Document["components"]!["schemas"]!.AsObject();

    private static readonly DateTimeOffset Time = new(2026, 7, 10, 6, 15, 44, TimeSpan.Zero);

    /// <summary>Each call with everything that can be given.</summary>
    private static readonly Dictionary<string, Func<PaymentsClient, Task>> Calls = new()
    {
        ["createCheckout"] = client => client.Checkouts.Create(new()
        {
            Amount = 1,
            OrderReference = "A",
            ExternalId = "e",
            Phone = "254708374149",
            Description = "d",
            ReturnUrl = new("https://shop.test/"),
            ExpiresInMinutes = 5,
            Metadata = new Dictionary<string, string> { ["a"] = "b" },
        }),
        ["getCheckout"] = client => client.Checkouts.Get("chk_1"),
        ["payCheckout"] = client => client.Checkouts.Pay("chk_1", "254708374149"),
        ["cancelCheckout"] = client => client.Checkouts.Cancel("chk_1"),
        ["listCheckouts"] = client => client.Checkouts.List(
            new() { OrderReference = "A", ExternalId = "e", Account = "a", Status = CheckoutStatus.Paid, From = Time, To = Time, Cursor = "c", Limit = 5 }),
        ["watchCheckout"] = async client => Assert.Empty(await client.Checkouts.Watch("chk_1").ToListAsync()),
        ["createRefund"] = client => client.Refunds.Create("chk_1", new() { Amount = 1.5m, Receipt = "UGA7RT61SV", Reason = "because" }),
        ["getRefund"] = client => client.Refunds.Get("rfd_1"),
        ["cancelRefund"] = client => client.Refunds.Cancel("rfd_1"),
        ["listRefunds"] = client => client.Refunds.List(new() { OrderReference = "A", Status = TransferStatus.InDoubt, From = Time, To = Time, Cursor = "c", Limit = 5 }),
        ["createPayout"] = client => client.Payouts.Create(new()
        {
            Method = PayoutMethod.Paybill,
            Recipient = "600000",
            Account = "a",
            Amount = 10,
            Reason = PayoutReason.Salary,
            Remarks = "because",
            Reference = "P-1",
        }),
        ["getPayout"] = client => client.Payouts.Get("pay_1"),
        ["cancelPayout"] = client => client.Payouts.Cancel("pay_1"),
        ["listPayouts"] = client => client.Payouts.List(new() { Reference = "P-1", Status = TransferStatus.Queued, From = Time, To = Time, Cursor = "c", Limit = 5 }),
        ["createWebhook"] = client => client.Webhooks.Create(new() { Url = new("https://shop.test/hook"), Events = [EventTypes.CheckoutPaid], Description = "d" }),
        ["listWebhooks"] = client => client.Webhooks.List("c", 5),
        ["getWebhook"] = client => client.Webhooks.Get("whk_1"),
        ["updateWebhook"] = client => client.Webhooks.Update(
            "whk_1", new() { Url = new("https://shop.test/hook"), Events = [], Description = "d", Status = WebhookStatus.Enabled }),
        ["deleteWebhook"] = client => client.Webhooks.Delete("whk_1"),
        ["rotateWebhookSecret"] = client => client.Webhooks.RotateSecret("whk_1"),
        ["testWebhook"] = client => client.Webhooks.Test("whk_1"),
        ["resendEvents"] = client => client.Webhooks.ResendSince("whk_1", Time),
        ["listDeliveries"] = client => client.Webhooks.ListDeliveries("whk_1", new() { Status = DeliveryStatus.Failed, Cursor = "c", Limit = 5 }),
        ["getDelivery"] = client => client.Webhooks.GetDelivery("dlv_1"),
        ["resendDelivery"] = client => client.Webhooks.ResendDelivery("dlv_1"),
        ["listEvents"] = client => client.Events.List("42", 5),
    };

    /// <summary>Schemas whose name here is another than without "View" and "Event".</summary>
    private static readonly Dictionary<string, Type> Records = new()
    {
        ["PromptRefusedView"] = typeof(PromptRefused),
        ["PageOfCheckoutView"] = typeof(Page<Checkout>),
        ["PageOfRefundView"] = typeof(Page<Refund>),
        ["PageOfPayoutView"] = typeof(Page<Payout>),
        ["PageOfWebhookView"] = typeof(Page<Webhook>),
        ["PageOfDeliveryView"] = typeof(Page<Delivery>),
        ["EventView"] = typeof(PaymentsEvent),

        // Constants, for there will be more of them.
        ["EventType"] = typeof(string),
        ["ReceiptEvent"] = typeof(OtherEvent),
        ["CaseEvent"] = typeof(OtherEvent),
    };

    public static TheoryData<string> OperationIds() => [.. Operations().Keys];

    [Theory]
    [MemberData(nameof(OperationIds))]
    public async Task Every_call_goes_where_the_document_says_with_all_that_can_be_given(string id)
    {
        var (path, method, operation) = Operations()[id];
        var (status, body) = Success(operation);
        var calls = new RecordedCalls().Answers(status, body);
        Assert.True(Calls.TryGetValue(id, out var call), $"the client has no call for {id}");
        await call(calls.Client);

        var sent = calls.Requests.Single();
        Assert.Equal((method, "Bearer sk_test"), (sent.Method.Method.ToLowerInvariant(), sent.Authorization));
        Assert.Matches($"^/at{path.Replace("{id}", "[a-z]+_1", StringComparison.Ordinal)}$", sent.Address.AbsolutePath);
        Assert.Equal(Parameters(operation, "query"), sent.Address.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries).Select(p => p.Split('=')[0]).Order());
        Assert.Equal(Parameters(operation, "header").Contains("Idempotency-Key"), sent.Key is not null);
        if (operation["requestBody"]?["content"]?["application/json"]?["schema"] is { } schema)
        {
            Assert.Equal(Names(Resolve(schema)), JsonNode.Parse(sent.Body!)!.AsObject().Select(field => field.Key).Order());
        }
        else
        {
            Assert.Null(sent.Body);
        }
    }

    [Fact]
    public void Every_field_of_each_answer_has_its_property_and_its_type()
    {
        var seen = new HashSet<string>();
        foreach (var (_, (_, _, operation)) in Operations())
        {
            foreach (var answer in operation["responses"]!.AsObject().Where(r => r.Key[0] == '2' && r.Value!["content"]?["application/json"] is not null))
            {
                Compare(Name(answer.Value!["content"]!["application/json"]!["schema"]!)!, seen);
            }
        }

        Assert.Superset(new HashSet<string> { "CheckoutView", "PaymentView", "AttemptView", "RefundView", "PayoutView", "FailureView", "WaitView", "EventPage", "WebhookView", "DeliveryTry" }, seen);
    }

    [Fact]
    public void Every_word_of_the_api_is_known()
    {
        var enums = typeof(PaymentsClient).Assembly.GetExportedTypes().Where(type => type.IsEnum && Schemas.ContainsKey(type.Name)).ToArray();
        Assert.True(enums.Length >= 10);
        foreach (var type in enums)
        {
            Assert.Equal(0, Convert.ToInt32(Enum.Parse(type, "Unrecognized"), CultureInfo.InvariantCulture));
            Assert.Equal(Words(type.Name), Enum.GetNames(type).Skip(1).Select(JsonNamingPolicy.SnakeCaseLower.ConvertName).Order());
        }
    }

    [Fact]
    public void Every_error_code_is_known() =>
        Assert.Equal(Words("ProblemCode"), Constants(typeof(ErrorCodes)).Except([ErrorCodes.NoAnswer, ErrorCodes.UnexpectedAnswer]).Order());

    [Fact]
    public void Every_field_of_an_error_is_read() => Assert.Equal(
        Names(Schemas["Problem"]!), typeof(Problem).GetProperties().Where(p => p.Name != nameof(Problem.Sentence)).Select(p => JsonNamingPolicy.CamelCase.ConvertName(p.Name)).Order());

    [Fact]
    public void Every_type_of_event_is_known()
    {
        var types = Schemas["EventView"]!["oneOf"]!.AsArray().SelectMany(one => Resolve(one!)["properties"]!["type"]!["enum"]!.AsArray().Select(word => (string)word!));
        Assert.Empty(types.Except(Constants(typeof(EventTypes))));
    }

    [Theory]
    [InlineData("CheckoutView", typeof(Checkout))]
    [InlineData("RefundView", typeof(Refund))]
    [InlineData("PayoutView", typeof(Payout))]
    [InlineData("PageOfWebhookView", typeof(Page<Webhook>))]
    [InlineData("DeliveryView", typeof(Delivery))]
    [InlineData("DeliveryTestView", typeof(DeliveryTest))]
    [InlineData("ResendView", typeof(Resend))]
    public void The_documents_examples_are_read_whole(string schema, Type type)
    {
        var example = Schemas[schema]!["examples"]![0]!;
        var written = JsonSerializer.SerializeToNode(example.Deserialize(type, PaymentsJson.Default), type, PaymentsJson.Default)!;
        foreach (var (field, value) in example.AsObject())
        {
            Assert.True(JsonNode.DeepEquals(WithoutNulls(value), WithoutNulls(written[field])), $"{schema}.{field}: {value?.ToJsonString()} became {written[field]?.ToJsonString()}");
        }
    }

    [Fact]
    public void What_a_later_version_adds_does_no_harm()
    {
        var checkout = JsonSerializer.Deserialize(
            """{"id":"chk_1","status":"half_paid","payment":{"method":"card","settledBy":7,"new":[1]},"somethingNew":{"a":1}}""", PaymentsJson.Default.Checkout)!;
        Assert.Equal((CheckoutStatus.Unrecognized, PaymentMethod.Unrecognized, SettledBy.Unrecognized), (checkout.Status, checkout.Payment!.Method, checkout.Payment.SettledBy));

        using var data = JsonDocument.Parse("""{"id":"sub_1"}""");
        var happened = PaymentsEvent.Of("evt_1", "subscription.paid", Time, data.RootElement);
        Assert.Equal("sub_1", Assert.IsType<OtherEvent>(happened).Data.GetProperty("id").GetString());
        Assert.IsType<CheckoutEvent>(PaymentsEvent.Of("evt_2", "checkout.half_paid", Time, data.RootElement));
    }

    [Fact]
    public async Task A_word_that_is_not_known_is_not_sent() => await Assert.ThrowsAsync<ArgumentException>(
        () => new RecordedCalls().Client.Payouts.Create(new() { Method = PayoutMethod.Unrecognized, Recipient = "600000", Amount = 10, Reference = "P-1" }));

    [Fact]
    public void A_checkout_in_a_log_does_not_show_its_clientSecret() =>
        Assert.DoesNotContain("secret", new Checkout { Id = "chk_1", ClientSecret = "chk_1_secret" }.ToString(), StringComparison.Ordinal);

    private static Dictionary<string, (string Path, string Method, JsonNode Operation)> Operations() => (
        from path in Document["paths"]!.AsObject()
        from operation in path.Value!.AsObject()
        let tag = (string)operation.Value!["tags"]![0]!
        where !tag.StartsWith("Operations", StringComparison.Ordinal)
        select (Id: (string)operation.Value!["operationId"]!, Value: (path.Key, operation.Key, operation.Value!))).ToDictionary(found => found.Id, found => found.Value);

    private static (int Status, string Body) Success(JsonNode operation)
    {
        var answer = operation["responses"]!.AsObject().First(r => r.Key[0] == '2');
        var schema = answer.Value!["content"]?["application/json"]?["schema"];
        return schema is null ? (204, "") : (int.Parse(answer.Key, CultureInfo.InvariantCulture), Resolve(schema)["examples"]![0]!.ToJsonString());
    }

    private static IEnumerable<string> Parameters(JsonNode operation, string place) => (operation["parameters"]?.AsArray() ?? [])
        .Where(p => (string)p!["in"]! == place && (string)p["name"]! != "Last-Event-ID").Select(p => (string)p!["name"]!).Order();

    /// <summary>A schema and its record, and then whatever the record is made of.</summary>
    private static void Compare(string name, HashSet<string> seen)
    {
        if (!seen.Add(name))
        {
            return;
        }

        if (Schemas[name]!["oneOf"] is JsonArray union)
        {
            union.Select(one => Name(one!)!).ToList().ForEach(one => Compare(one, seen));
            return;
        }

        var record = RecordOf(name);
        var properties = record.GetProperties().Where(p => p.GetIndexParameters().Length == 0).ToDictionary(p => JsonNamingPolicy.CamelCase.ConvertName(p.Name));
        Assert.Equal(Names(Schemas[name]!), properties.Keys.Order());
        foreach (var (field, schema) in Schemas[name]!["properties"]!.AsObject())
        {
            var property = properties[field];
            var required = Schemas[name]!["required"]!.AsArray().Any(r => (string)r! == field);
            Assert.True(IsNullable(property) == (!required || AllowsNull(schema!)), $"{record.Name}.{property.Name} is null when the document says otherwise");
            AssertType(property, schema!, seen);
        }
    }

    private static void AssertType(PropertyInfo property, JsonNode schema, HashSet<string> seen)
    {
        var type = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
        var item = schema["items"] is { } items ? Name(items) : null;
        var name = item ?? Name(schema);
        if (type == typeof(JsonElement))
        {
            // What only operators are told is kept as JSON.
            return;
        }

        Assert.True(type == Expected(schema, item, name), $"{property.DeclaringType!.Name}.{property.Name} is {type.Name}, the document says {schema.ToJsonString()}");
        if (name is not null && !IsEnum(name))
        {
            Compare(name, seen);
        }
    }

    private static Type Expected(JsonNode schema, string? item, string? name) => (item, name, Kind(schema), (string?)schema["format"]) switch
    {
        ({ } of, _, _, _) => typeof(IReadOnlyList<>).MakeGenericType(RecordOf(of)),
        (null, { } of, _, _) => RecordOf(of),
        (_, _, "string", "date-time") => typeof(DateTimeOffset),
        (_, _, "string", "uri") => typeof(Uri),
        (_, _, "string", _) => typeof(string),
        (_, _, "number", "decimal") => typeof(decimal),
        (_, _, "integer", "int32") => typeof(int),
        (_, _, "integer", "int64") => typeof(long),
        (_, _, "boolean", _) => typeof(bool),
        (_, _, "object", _) => typeof(IReadOnlyDictionary<string, string>),
        _ => throw new NotSupportedException($"The test does not know this kind of field: {schema.ToJsonString()}"),
    };

    private static Type RecordOf(string schema) => Records.GetValueOrDefault(schema)
        ?? typeof(PaymentsClient).Assembly.GetType($"Payments.Client.{(schema.EndsWith("View", StringComparison.Ordinal) ? schema[..^4] : schema)}", throwOnError: true)!;

    private static bool IsEnum(string schema) => Schemas[schema]!["enum"] is not null;

    /// <summary>The schema a field refers to, in an answer that may be null as well.</summary>
    private static string? Name(JsonNode schema) => (string?)schema["$ref"] is { } reference
        ? reference.Split('/')[^1]
        : schema["oneOf"]?.AsArray().Select(one => Name(one!)).FirstOrDefault(name => name is not null);

    private static string Kind(JsonNode schema) => schema["type"] is JsonArray kinds ? kinds.Select(kind => (string)kind!).Single(kind => kind != "null") : (string)schema["type"]!;

    private static bool AllowsNull(JsonNode schema) => schema["type"] is JsonArray || schema["oneOf"] is JsonArray;

    private static bool IsNullable(PropertyInfo property) =>
        property.PropertyType.IsValueType ? Nullable.GetUnderlyingType(property.PropertyType) is not null : new NullabilityInfoContext().Create(property).ReadState == NullabilityState.Nullable;

    private static JsonNode Resolve(JsonNode schema) => (string?)schema["$ref"] is { } reference ? Schemas[reference.Split('/')[^1]]! : schema;

    private static IEnumerable<string> Names(JsonNode schema) => schema["properties"]!.AsObject().Select(p => p.Key).Order();

    private static IEnumerable<string> Words(string schema) => Schemas[schema]!["enum"]!.AsArray().Select(word => (string)word!).Order();

    private static IEnumerable<string> Constants(Type type) => type.GetFields().Where(f => f.IsLiteral).Select(f => (string)f.GetRawConstantValue()!);

    /// <summary>What is null is left out when written.</summary>
    private static JsonNode? WithoutNulls(JsonNode? node) => node switch
    {
        JsonObject fields => new JsonObject(fields.Where(f => f.Value is not null).Select(f => KeyValuePair.Create(f.Key, WithoutNulls(f.Value)))),
        JsonArray items => new JsonArray([.. items.Select(WithoutNulls)]),

        // Two ways to write UTC.
        JsonValue value when value.TryGetValue<string>(out var text) => JsonValue.Create(text.Replace("+00:00", "Z", StringComparison.Ordinal)),
        _ => node?.DeepClone(),
    };
}
