using Microsoft.OpenApi;

namespace Payments.Api.Hosting.Contract;

/// <summary>Every error's shape.</summary>
internal static class ProblemSchema
{
    public static OpenApiSchema Of(OpenApiDocument document) => new()
    {
        Type = JsonSchemaType.Object,
        Description = "Why a request was not done (RFC 9457).",
        Required = new HashSet<string> { "type", "title", "status", "detail", "code", "traceId" },
        Properties = new Dictionary<string, IOpenApiSchema>
        {
            ["type"] = Text("`urn:payments:problem:` and the code.", "uri"),
            ["title"] = Text("The code in words."),
            ["status"] = new OpenApiSchema { Type = JsonSchemaType.Integer, Format = "int32", Description = "The HTTP status." },
            ["detail"] = Text("A sentence for a person, without personal data."),
            ["code"] = Shapes.Reference(document, Vocabulary.ProblemCode, description: "What to go by."),
            ["traceId"] = Text("What the log has it under."),
            ["errors"] = new OpenApiSchema
            {
                Type = JsonSchemaType.Object,
                Description = "With `validation_failed`: what is wrong, by field or parameter.",
                AdditionalProperties = new OpenApiSchema { Type = JsonSchemaType.Array, Items = new OpenApiSchema { Type = JsonSchemaType.String } },
            },
            ["retryAt"] = Text("When trying again may work; absent when waiting does not help.", "date-time"),
            ["checkoutId"] = Text("Your own checkout that it is about."),
            ["payoutId"] = Text("Your own payout that it is about."),
            ["next"] = Text("With `events_restarted`: where to go on."),
        },
    };

    private static OpenApiSchema Text(string description, string? format = null) =>
        new() { Type = JsonSchemaType.String, Format = format, Description = description };
}
