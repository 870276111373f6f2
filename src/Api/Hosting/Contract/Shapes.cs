using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using Payments.Api.Access;
using Payments.Api.C2b;
using Payments.Api.Cases;
using Payments.Api.Checkouts;
using Payments.Api.Diagnostics;
using Payments.Api.Pairing;
using Payments.Api.Payouts;
using Payments.Api.Refunds;
using Payments.Api.Webhooks;
using Payments.Application.Checkouts;
using Payments.Application.Webhooks;

namespace Payments.Api.Hosting.Contract;

/// <summary>What the document's schemas say of a field beyond its type in C#: whether it is there, may be null, its format and its bounds.</summary>
internal static class Shapes
{
    private const int MaxShillings = 250_000;

    /// <summary>What a request must have. Bodies are nullable throughout: what is missing is refused by the validators, all of it at once.</summary>
    private static readonly Dictionary<string, string[]> RequiredInRequests = new()
    {
        [nameof(StartCheckoutBody)] = ["amount"],
        [nameof(PayBody)] = ["phone"],
        [nameof(PayoutBody)] = ["method", "recipient", "amount", "reference"],
        [nameof(RefundBody)] = ["reason"],
        [nameof(ReceiptRefundBody)] = [],
        [nameof(RegisterC2bBody)] = [],
        [nameof(MatchBody)] = ["checkoutId"],
        [nameof(WriteOffBody)] = ["reason"],
        [nameof(SettleBody)] = ["outcome", "reason"],
        [nameof(AskBody)] = [],
        [nameof(CreateKeyBody)] = ["client", "scopes"],
        [nameof(RotateKeyBody)] = [],
        [nameof(CreateWebhookBody)] = ["url"],
        [nameof(UpdateWebhookBody)] = [],
        [nameof(ResendBody)] = ["since"],
        [nameof(ExchangePairingBody)] = ["code", "return"],
    };

    private static readonly Dictionary<string, Action<OpenApiSchema>> Fields = new()
    {
        [Vocabulary.Field<StartCheckoutBody>(nameof(StartCheckoutBody.Amount))] = Whole(1, MaxShillings),
        [Vocabulary.Field<StartCheckoutBody>(nameof(StartCheckoutBody.ExpiresInMinutes))] = Whole(1, 10_080, 1440),
        [Vocabulary.Field<StartCheckoutBody>(nameof(StartCheckoutBody.ReturnUrl))] = Uri,
        [Vocabulary.Field<StartCheckoutBody>(nameof(StartCheckoutBody.ExternalId))] = schema => schema.MaxLength = 200,
        [Vocabulary.Field<StartCheckoutBody>(nameof(StartCheckoutBody.Description))] = schema => schema.MaxLength = 100,
        [Vocabulary.Field<PayoutBody>(nameof(PayoutBody.Amount))] = Whole(1, MaxShillings),
        [Vocabulary.Field<RotateKeyBody>(nameof(RotateKeyBody.OverlapMinutes))] = Whole(0, 43_200, 1440),
        [Vocabulary.Field<CheckoutView>(nameof(CheckoutView.ReturnUrl))] = Uri,
        [Vocabulary.Field<CheckoutView>(nameof(CheckoutView.PayUrl))] = Uri,
        [Vocabulary.Field<CreateWebhookBody>(nameof(CreateWebhookBody.Url))] = Uri,
        [Vocabulary.Field<CreateWebhookBody>(nameof(CreateWebhookBody.Description))] = schema => schema.MaxLength = 200,
        [Vocabulary.Field<UpdateWebhookBody>(nameof(UpdateWebhookBody.Url))] = Uri,
        [Vocabulary.Field<UpdateWebhookBody>(nameof(UpdateWebhookBody.Description))] = schema => schema.MaxLength = 200,
        [Vocabulary.Field<WebhookView>(nameof(WebhookView.Url))] = Uri,
        [Vocabulary.Field<DoctorView>(nameof(DoctorView.PublicBaseUrl))] = Uri,
    };

    /// <summary>Where the type in C# is still known.</summary>
    public static Task Describe(OpenApiSchema schema, OpenApiSchemaTransformerContext context)
    {
        var type = context.JsonTypeInfo.Type;
        if ((Nullable.GetUnderlyingType(type) ?? type) == typeof(DateTimeOffset))
        {
            // A converter of our own writes times, so the framework does not know that they are text.
            schema.Type = type == typeof(DateTimeOffset) || context.ParameterDescription is not null ? JsonSchemaType.String : JsonSchemaType.String | JsonSchemaType.Null;
        }
        else if ((Nullable.GetUnderlyingType(type) ?? type) == typeof(decimal))
        {
            // Money: a double would not keep it.
            schema.Format = "decimal";
        }

        if (Examples.Of(type) is { } example)
        {
            schema.Examples = [example];
        }

        // What is not left out is there: constructor parameters with a default and properties beside them too.
        foreach (var property in context.JsonTypeInfo.Properties.Where(p => p.AttributeProvider?.IsDefined(typeof(JsonIgnoreAttribute), true) != true))
        {
            (schema.Required ??= new HashSet<string>()).Add(property.Name);
        }

        return Task.CompletedTask;
    }

    /// <summary>The schemas one by one, once they have their names.</summary>
    public static void Complete(OpenApiDocument document)
    {
        var schemas = document.Components!.Schemas!;
        foreach (var (name, schema) in schemas.Select(pair => (pair.Key, Schema: (OpenApiSchema)pair.Value)).Where(pair => pair.Schema.Properties is not null).ToList())
        {
            var isRequest = name.EndsWith("Body", StringComparison.Ordinal);
            if (isRequest)
            {
                schema.Required = RequiredInRequests[name].ToHashSet();
                schema.AdditionalPropertiesAllowed = false;
            }

            foreach (var (field, property) in schema.Properties!.ToList())
            {
                var isRequired = schema.Required!.Contains(field);

                // In a request null is as good as absent; in an answer what may be absent is never null.
                var isNullable = isRequest ? !isRequired : isRequired && IsNullable(property);
                schema.Properties![field] = Field(document, $"{name}.{field}", property, isNullable);
            }
        }

        var unknown = Vocabulary.ByField.Keys.Concat(Fields.Keys).Where(key => !Has(schemas, key)).ToList();
        if (unknown.Count > 0)
        {
            throw new InvalidOperationException($"The document has no field {string.Join(", ", unknown)}.");
        }
    }

    /// <summary>A reference to a list of words, which is put among the schemas.</summary>
    public static IOpenApiSchema Reference(OpenApiDocument document, Words words, bool isNullable = false, string? description = null)
    {
        document.Components!.Schemas!.TryAdd(words.Name, new OpenApiSchema { Type = JsonSchemaType.String, Enum = [.. words.Values.Select(word => JsonValue.Create(word))] });
        return isNullable
            ? new OpenApiSchema { OneOf = [new OpenApiSchema { Type = JsonSchemaType.Null }, new OpenApiSchemaReference(words.Name, document)], Description = description }
            : new OpenApiSchemaReference(words.Name, document) { Description = description };
    }

    private static IOpenApiSchema Field(OpenApiDocument document, string key, IOpenApiSchema property, bool isNullable)
    {
        if (Vocabulary.ByField.TryGetValue(key, out var words))
        {
            if (property is OpenApiSchema { Items: not null } list)
            {
                list.Items = Reference(document, words);
                list.Type = isNullable ? JsonSchemaType.Array | JsonSchemaType.Null : JsonSchemaType.Array;
                return list;
            }

            return Reference(document, words, isNullable, property.Description);
        }

        if (property is not OpenApiSchema schema)
        {
            return property;
        }

        if (schema.OneOf is [_, OpenApiSchemaReference target] && !isNullable)
        {
            return target;
        }

        if (schema.OneOf is null)
        {
            schema.Type = isNullable ? schema.Type | JsonSchemaType.Null : schema.Type & ~JsonSchemaType.Null;
        }

        if (Fields.TryGetValue(key, out var describe))
        {
            describe(schema);
        }

        return schema;
    }

    private static bool IsNullable(IOpenApiSchema property) =>
        property is OpenApiSchema schema && (schema.OneOf is [{ Type: JsonSchemaType.Null }, ..] || schema.Type?.HasFlag(JsonSchemaType.Null) == true);

    private static bool Has(IDictionary<string, IOpenApiSchema> schemas, string key) =>
        key.Split('.') is [var name, var field] && schemas.TryGetValue(name, out var schema) && schema.Properties?.ContainsKey(field) == true;

    private static Action<OpenApiSchema> Whole(int least, int most, int? otherwise = null) => schema =>
    {
        schema.Type = (schema.Type & JsonSchemaType.Null) | JsonSchemaType.Integer;
        schema.Format = "int32";
        schema.Minimum = least.ToString(System.Globalization.CultureInfo.InvariantCulture);
        schema.Maximum = most.ToString(System.Globalization.CultureInfo.InvariantCulture);
        schema.Default = otherwise is { } value ? JsonValue.Create(value) : null;
    };

    private static void Uri(OpenApiSchema schema) => schema.Format = "uri";
}
