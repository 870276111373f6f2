using Microsoft.AspNetCore.Mvc.Abstractions;
using Microsoft.AspNetCore.Mvc.ActionConstraints;
using Microsoft.AspNetCore.Mvc.ApplicationModels;
using Microsoft.AspNetCore.Mvc.Filters;
using Microsoft.OpenApi;

namespace Payments.Api.Idempotency;

/// <summary>The call needs an <c>Idempotency-Key</c>, and the key is kept for ever: it sends money away.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class IdempotencyKeyRequiredAttribute : Attribute;

/// <summary>The answer holds a secret nobody may keep: it is not stored, and a repetition is answered from the row, without the secret.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class ShownOnceAttribute : Attribute;

/// <summary>Gives every POST under <c>/api</c> but the callbacks an <c>Idempotency-Key</c>; nobody has to think of it.</summary>
internal sealed class IdempotencyConvention : IActionModelConvention
{
    public const string Header = "Idempotency-Key";

    public void Apply(ActionModel action)
    {
        if (action.Selectors.Any(IsPost) && Routes(action).All(route => route.StartsWith("api/", StringComparison.Ordinal)))
        {
            action.Filters.Add(new IdempotencyFilterFactory
            {
                IsRequired = action.Attributes.OfType<IdempotencyKeyRequiredAttribute>().Any(),
                IsShownOnce = action.Attributes.OfType<ShownOnceAttribute>().Any(),
            });
        }
    }

    /// <summary>Says it in the OpenAPI document, and which problems come of it.</summary>
    public static IReadOnlyList<string> Describe(OpenApiOperation operation, ActionDescriptor action)
    {
        if (action.FilterDescriptors.Select(f => f.Filter).OfType<IdempotencyFilterFactory>().SingleOrDefault() is not { } filter)
        {
            return [];
        }

        operation.Parameters ??= [];
        operation.Parameters.Add(new OpenApiParameter
        {
            Name = Header,
            In = ParameterLocation.Header,
            Required = filter.IsRequired,
            Description = "1–255 printable ASCII characters of your own. The same key with the same body gives the first answer again, "
                + "with the header Idempotency-Replayed.",
            Schema = new OpenApiSchema { Type = JsonSchemaType.String, MinLength = 1, MaxLength = 255 },
        });
        return [.. filter.IsRequired ? (string[])["idempotency_key_required"] : [], "idempotency_in_progress", "idempotency_key_reused"];
    }

    private static bool IsPost(SelectorModel selector) =>
        selector.ActionConstraints.OfType<HttpMethodActionConstraint>().Any(c => c.HttpMethods.Contains(HttpMethods.Post));

    /// <summary>A callback's controller has two prefixes, one of which is not under api/; an absolute route of an action stands for itself.</summary>
    private static IEnumerable<string> Routes(ActionModel action) =>
        from selector in action.Selectors
        let own = selector.AttributeRouteModel?.Template ?? ""
        from route in own.StartsWith('/') || own.StartsWith("~/", StringComparison.Ordinal)
            ? [own.TrimStart('~', '/')]
            : action.Controller.Selectors.Select(c => c.AttributeRouteModel?.Template ?? "")
        select route + "/";
}

/// <summary>Makes the filter of one action.</summary>
internal sealed class IdempotencyFilterFactory : IFilterFactory
{
    public bool IsRequired { get; init; }

    public bool IsShownOnce { get; init; }

    public bool IsReusable => true;

    public IFilterMetadata CreateInstance(IServiceProvider serviceProvider) =>
        ActivatorUtilities.CreateInstance<IdempotencyFilter>(serviceProvider, this);
}
