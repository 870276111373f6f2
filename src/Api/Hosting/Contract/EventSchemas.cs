using System.Text.Json.Nodes;
using Microsoft.OpenApi;
using Payments.Application.Events;
using Payments.Domain.Checkouts;

namespace Payments.Api.Hosting.Contract;

/// <summary>The feed's events as a union by type. What an event tells is written as text by those who write it, so it is described here; tests compare.</summary>
internal static class EventSchemas
{
    /// <summary>What events of earlier versions, which the feed keeps, do not tell.</summary>
    private static readonly string[] Later = ["account", "externalId"];

    /// <summary>What happens to payouts and refunds, after the name of the thing.</summary>
    private static readonly string[] TransferEvents = ["completed", "failed", "in_doubt", "cancelled"];

    public static void Describe(OpenApiDocument document)
    {
        var schemas = document.Components!.Schemas!;
        var variants = new[]
        {
            Event("CheckoutEvent", Vocabulary.Constants(typeof(CheckoutEvents)), "What happened to a checkout.", new()
            {
                ["id"] = Text(),
                ["account"] = Text(),
                ["orderReference"] = TextOrNull("Null where the shop gave none."),
                ["externalId"] = TextOrNull("The id your shop platform has for it; null where it gave none."),
                ["status"] = Shapes.Reference(document, Vocabulary.CheckoutStatus),
                ["amount"] = Amount(),
                ["amountPaid"] = Amount(),
                ["amountDue"] = Amount(),
                ["receipt"] = TextOrNull("M-PESA's number of the last payment that counts."),
                ["failure"] = Shapes.Reference(document, Vocabulary.FailureCode, isNullable: true, "Why the last prompt failed; null unless the checkout is failed."),
                ["version"] = new OpenApiSchema { Type = JsonSchemaType.Integer, Format = "int32" },
            }),
            Event("PayoutEvent", [.. TransferEvents.Select(name => $"payout.{name}")], "What happened to a payout.", new()
            {
                ["id"] = Text(),
                ["reference"] = Text(),
                ["status"] = Shapes.Reference(document, Vocabulary.TransferStatus),
                ["method"] = Shapes.Reference(document, Vocabulary.PayoutMethod),
                ["amount"] = Amount(),
                ["receipt"] = TextOrNull("M-PESA's number."),
                ["failure"] = Shapes.Reference(document, Vocabulary.FailureCode, isNullable: true),
            }),
            Event("RefundEvent", [.. TransferEvents.Select(name => $"refund.{name}")], "What happened to a refund.", new()
            {
                ["id"] = Text(),
                ["checkoutId"] = TextOrNull("Null for money without an order."),
                ["reference"] = TextOrNull("The order reference."),
                ["originalReceipt"] = Text(),
                ["status"] = Shapes.Reference(document, Vocabulary.TransferStatus),
                ["method"] = Shapes.Reference(document, Vocabulary.RefundMethod),
                ["amount"] = Amount(),
                ["receipt"] = TextOrNull("M-PESA's number of the refund itself."),
                ["failure"] = Shapes.Reference(document, Vocabulary.FailureCode, isNullable: true),
            }),
        };
        schemas.Remove(nameof(JsonNode));
        schemas[nameof(EventView)] = new OpenApiSchema
        {
            Description = "One thing that happened. The whole of what it is about is one GET away.",
            OneOf = [.. variants.Select(variant => new OpenApiSchemaReference(variant.Name, document))],
            Discriminator = new()
            {
                PropertyName = "type",
                Mapping = variants.SelectMany(v => v.Types, (v, type) => (v.Name, type)).ToDictionary(v => v.type, v => new OpenApiSchemaReference(v.Name, document)),
            },
            Examples = [Examples.Event()],
        };

        (string Name, IReadOnlyList<string> Types) Event(string name, IReadOnlyList<string> types, string description, Dictionary<string, IOpenApiSchema> data)
        {
            schemas[$"{name}Data"] = Object($"{description} Enough to act on, no personal data.", data);
            schemas[name] = Object(description, new()
            {
                ["id"] = new OpenApiSchema { Type = JsonSchemaType.String, Description = "Its place in the feed." },
                ["type"] = new OpenApiSchema { Type = JsonSchemaType.String, Enum = [.. types.Select(type => JsonValue.Create(type))] },
                ["at"] = new OpenApiSchema { Type = JsonSchemaType.String, Format = "date-time" },
                ["data"] = new OpenApiSchemaReference($"{name}Data", document),
            });
            return (name, types);
        }
    }

    private static OpenApiSchema Object(string description, Dictionary<string, IOpenApiSchema> properties) =>
        new() { Type = JsonSchemaType.Object, Description = description, Required = properties.Keys.Except(Later).ToHashSet(), Properties = properties };

    private static OpenApiSchema Text() => new() { Type = JsonSchemaType.String };

    private static OpenApiSchema TextOrNull(string description) => new() { Type = JsonSchemaType.String | JsonSchemaType.Null, Description = description };

    private static OpenApiSchema Amount() => new() { Type = JsonSchemaType.Number, Format = "decimal" };
}
