using System.Text.Json.Nodes;
using Microsoft.OpenApi;
using Payments.Application.Common;

namespace Payments.Api.Hosting.Contract;

/// <summary>What parameters mean, the same name the same everywhere; and bodies, which are what they are whether or not one must be sent.</summary>
internal static class Parameters
{
    private static readonly Dictionary<string, string> Meanings = new()
    {
        ["id"] = "Its id.",
        ["orderReference"] = "Only those of this order reference.",
        ["reference"] = "Only the one with this reference.",
        ["externalId"] = "Only those with this id of your own.",
        ["account"] = "Only those with this account.",
        ["status"] = "Only those that stand so.",
        ["kind"] = "Only those of this kind.",
        ["verdict"] = "Only those with this verdict.",
        ["client"] = "Only this client's.",
        ["from"] = "Made at this time or later.",
        ["to"] = "Made before this time.",
        ["q"] = "Something the body contains.",
        ["cursor"] = "The `nextCursor` of the page before.",
        ["limit"] = "How many at most.",
        ["after"] = "The `next` of the page before; from the beginning without it.",
        ["matched"] = "False: only money without an order.",
        ["surplus"] = "True: only money of which some exceeds its order.",
        ["open"] = "True: only money of which something is to be settled.",
        ["dryRun"] = "True: nothing is changed, and what would change is told.",
        ["noInitiator"] = "True: the initiator's credentials are left alone.",
        ["Last-Event-ID"] = "The last id you have seen; browsers send it by themselves.",
    };

    /// <summary>For all calls.</summary>
    public static void Describe(OpenApiDocument document)
    {
        foreach (var operation in document.Paths.Values.SelectMany(path => path.Operations!.Values))
        {
            foreach (var content in operation.RequestBody?.Content?.Values ?? [])
            {
                content.Schema = content.Schema is { OneOf: [{ Type: JsonSchemaType.Null }, var body] } ? body : content.Schema;
            }

            foreach (var parameter in (operation.Parameters ?? []).OfType<OpenApiParameter>())
            {
                var schema = (OpenApiSchema)parameter.Schema!;
                schema.Type &= ~JsonSchemaType.Null;
                parameter.Description ??= Meanings[parameter.Name!];
                if (Vocabulary.ByParameter.TryGetValue($"{operation.OperationId}.{parameter.Name}", out var words))
                {
                    parameter.Schema = Shapes.Reference(document, words);
                }
                else if (parameter.Name == "limit")
                {
                    (schema.Minimum, schema.Maximum, schema.Default) = ("1", "100", JsonValue.Create(Paging.DefaultLimit));
                }
            }
        }
    }
}
