using System.Text.Json.Nodes;
using Microsoft.OpenApi;
using Payments.Application.C2b;
using Payments.Application.Cases;
using Payments.Application.Checkouts;
using Payments.Application.Events;
using Payments.Application.Payouts;
using Payments.Application.Refunds;
using Payments.Application.Webhooks;

namespace Payments.Api.Hosting.Contract;

/// <summary>The feed's events as a union by type: each tells what the API shows of its thing.</summary>
internal static class EventSchemas
{
    public static void Describe(OpenApiDocument document)
    {
        var schemas = document.Components!.Schemas!;
        var variants = new[]
        {
            Event("CheckoutEvent", EventTypes.OfCheckouts, nameof(CheckoutView), "What happened to a checkout."),
            Event("PayoutEvent", EventTypes.OfPayouts, nameof(PayoutView), "What happened to a payout."),
            Event("RefundEvent", EventTypes.OfRefunds, nameof(RefundView), "What happened to a refund."),
            Event("ReceiptEvent", [EventTypes.ReceiptUnmatched], nameof(ReceiptView), "Money came that no order is known for. Without the proposal, which is one GET away."),
            Event("CaseEvent", [EventTypes.CaseOpened], nameof(CaseView), "Something has to be decided by a person."),
        };
        ((OpenApiSchema)schemas[nameof(WebhookBodyView)]).Properties!["data"] = new OpenApiSchema
        {
            Description = "The thing the event is about, as the API showed it then.",
            OneOf = [.. new[] { nameof(CheckoutView), nameof(PayoutView), nameof(RefundView), nameof(ReceiptView), nameof(CaseView) }
                .Select(view => new OpenApiSchemaReference(view, document))],
        };
        schemas.Remove(nameof(JsonNode));
        schemas[nameof(EventView)] = new OpenApiSchema
        {
            Description = "One thing that happened.",
            OneOf = [.. variants.Select(variant => new OpenApiSchemaReference(variant.Name, document))],
            Discriminator = new()
            {
                PropertyName = "type",
                Mapping = variants.SelectMany(v => v.Types, (v, type) => (v.Name, type)).ToDictionary(v => v.type, v => new OpenApiSchemaReference(v.Name, document)),
            },
            Examples = [Examples.Event()],
        };

        (string Name, IReadOnlyList<string> Types) Event(string name, IReadOnlyList<string> types, string data, string description)
        {
            schemas[name] = Object(description, new()
            {
                ["id"] = new OpenApiSchema { Type = JsonSchemaType.String, Description = "The same in the feed and at every try of every webhook; no other event ever has it." },
                ["type"] = new OpenApiSchema { Type = JsonSchemaType.String, Enum = [.. types.Select(type => JsonValue.Create(type))] },
                ["at"] = new OpenApiSchema { Type = JsonSchemaType.String, Format = "date-time" },
                ["data"] = new OpenApiSchemaReference(data, document) { Description = "As the API showed it when this had happened; once its time is over, as it stands now." },
            });
            return (name, types);
        }
    }

    private static OpenApiSchema Object(string description, Dictionary<string, IOpenApiSchema> properties) =>
        new() { Type = JsonSchemaType.Object, Description = description, Required = properties.Keys.ToHashSet(), Properties = properties };
}
