using System.Globalization;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using Payments.Api.Idempotency;
using Scope = Payments.Api.Access.Scope;

namespace Payments.Api.Hosting.Contract;

/// <summary>The OpenAPI document: what the code cannot say by itself. The controllers' comments are its texts.</summary>
internal static class Documentation
{
    private const string Key = "key";
    private const string ClientSecret = "clientSecret";
    private const string Problem = "Problem";

    public static void Describe(OpenApiOptions options)
    {
        options.ShouldInclude = description => description.RelativePath?.StartsWith("api/mpesa", StringComparison.Ordinal) != true;
        options.AddSchemaTransformer((schema, context, _) => Shapes.Describe(schema, context));
        options.AddOperationTransformer((operation, context, _) =>
        {
            var metadata = context.Description.ActionDescriptor.EndpointMetadata;
            operation.Responses ??= [];
            operation.Summary = operation.Summary?.Trim().TrimEnd('.');

            // A parameter the call does not have is refused by every one of them.
            var codes = new List<string> { "validation_failed" };
            if (metadata.OfType<IAuthorizeData>().LastOrDefault()?.Policy is { } scope)
            {
                Secure(operation, context.Document!, scope);
                codes.AddRange(["unauthorized", "forbidden", "too_many_requests", "unavailable"]);
            }

            if (metadata.OfType<IAllowAnonymous>().Any())
            {
                operation.Security = [new()];
                codes.AddRange(["too_many_requests", "unavailable"]);
            }

            if (operation.RequestBody is OpenApiRequestBody body)
            {
                body.Content = body.Content!.Where(content => content.Key == "application/json").ToDictionary();
                codes.AddRange(["payload_too_large", "unsupported_media_type", "request_timeout"]);
            }

            // Server-Sent Events have no schema, and an answer without a body has no type.
            foreach (var (status, response) in operation.Responses)
            {
                if (response.Content?.TryGetValue("text/event-stream", out var stream) == true)
                {
                    stream.Schema = new OpenApiSchema { Type = JsonSchemaType.String };
                    ((OpenApiResponse)response).Content = status == "200" ? response.Content : null;
                }
            }

            codes.AddRange(IdempotencyConvention.Describe(operation, context.Description.ActionDescriptor));
            codes.AddRange(metadata.OfType<ProducesProblemAttribute>().SelectMany(r => r.Codes));
            codes.Add("internal_error");
            AddProblems(operation, context.Document!, codes.Distinct());
            return Task.CompletedTask;
        });
        options.AddDocumentTransformer((document, _, _) =>
        {
            document.Info = new()
            {
                Title = "Payments",
                Version = "v1",
                Description = "M-PESA checkouts, payouts and refunds over Safaricom's Daraja. Amounts are Kenyan shillings with at most two decimals, "
                    + "times are UTC. Errors are `application/problem+json` with a stable `code`. Answers may get further fields and words; what is here stays.",
                License = new() { Name = "MIT", Identifier = "MIT" },
                Contact = new() { Name = "Whoever runs this deployment" },
            };
            document.Tags = Tag.All();
            document.Components ??= new();
            document.Components.SecuritySchemes = new Dictionary<string, IOpenApiSecurityScheme>
            {
                [Key] = Bearer("An API key, with the scope that the call names."),
                [ClientSecret] = Bearer("A checkout's `clientSecret`: for that one checkout, fit for a browser."),
            };
            Shapes.Complete(document);
            EventSchemas.Describe(document);
            Parameters.Describe(document);
            document.Components.Schemas![Problem] = ProblemSchema.Of(document);
            return Task.CompletedTask;
        });
    }

    private static OpenApiSecurityScheme Bearer(string description) => new() { Type = SecuritySchemeType.Http, Scheme = "bearer", Description = description };

    private static void Secure(OpenApiOperation operation, OpenApiDocument document, string scope)
    {
        var isOneCheckout = scope == Scope.OneCheckout;
        operation.Security = [new() { [new(Key, document)] = [] }];
        if (isOneCheckout)
        {
            operation.Security.Add(new() { [new(ClientSecret, document)] = [] });
        }

        operation.Description = $"{operation.Description?.Trim()}\n\nNeeds a key with the scope `{(isOneCheckout ? Scope.Checkouts : scope)}`"
            + (isOneCheckout ? ", or the checkout's `clientSecret`." : ".");
    }

    private static void AddProblems(OpenApiOperation operation, OpenApiDocument document, IEnumerable<string> codes)
    {
        foreach (var group in codes.GroupBy(Problems.StatusOf))
        {
            operation.Responses![group.Key.ToString(CultureInfo.InvariantCulture)] = new OpenApiResponse
            {
                Description = string.Join(", ", group.Select(code => $"`{code}`")),
                Content = new Dictionary<string, OpenApiMediaType>
                {
                    ["application/problem+json"] = new() { Schema = new OpenApiSchemaReference(Problem, document), Example = Examples.Problem(group.First(), group.Key) },
                },
            };
        }
    }
}
