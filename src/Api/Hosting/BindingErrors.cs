using Microsoft.AspNetCore.Mvc;

namespace Payments.Api.Hosting;

/// <summary>
/// What could not be bound, in words of ours. The framework's and the serializer's name .NET types and line numbers, and change with their
/// versions: none of them gets out, only those that are known here are understood.
/// </summary>
internal static class BindingErrors
{
    private const string NoBody = "Send a JSON object.";

    /// <summary>The answer to a request whose body or parameters could not be bound.</summary>
    public static IActionResult Answer(ActionContext context)
    {
        var errors = context.ModelState.Where(e => e.Value is { Errors.Count: > 0 })
            .GroupBy(e => e.Key.TrimStart('$', '.') is { Length: > 0 } field ? field : "body")
            .ToDictionary(g => g.Key, g => g.SelectMany(e => e.Value!.Errors.Select(error => Say(error.ErrorMessage))).Distinct().ToList());

        // Beside a JSON error the binder also reports the parameter itself as missing; that says nothing new.
        if (errors.Count > 1)
        {
            errors.Remove("body");
        }
        else if (errors.TryGetValue("body", out var said) && said.Count > 1)
        {
            said.Remove(NoBody);
        }

        return Problems.Invalid(context.HttpContext, errors.ToDictionary(error => error.Key, error => error.Value.ToArray()));
    }

    private static string Say(string message) => message switch
    {
        IsoTimeBinder.Wanted => message,
        _ when Has(message, StorableText.Wanted) => StorableText.Wanted,
        _ when Has(message, "could not be mapped") => "There is no such field.",
        _ when Has(message, "Duplicate propert") => "This field is given twice.",
        _ when Has(message, "could not be converted") || Has(message, "is not valid.") => "This value has the wrong type or is out of range.",
        _ when Has(message, "LineNumber") => "This is not valid JSON.",
        _ when Has(message, "request body is required") || Has(message, "field is required") => NoBody,
        _ when Has(message, "request form") => "Send application/json.",
        _ => "This value cannot be taken.",
    };

    private static bool Has(string message, string part) => message.Contains(part, StringComparison.Ordinal);
}
