using System.Collections.Concurrent;
using Microsoft.AspNetCore.Mvc.Abstractions;
using Microsoft.AspNetCore.Mvc.Filters;
using Microsoft.AspNetCore.Mvc.ModelBinding;
using Microsoft.Extensions.Primitives;

namespace Payments.Api.Hosting;

/// <summary>
/// Refuses what a call's query cannot mean: a name it does not have, one given twice, text PostgreSQL cannot keep. A filter that is misspelt
/// would otherwise filter nothing, and <c>?dry_run=true</c> would be done in earnest.
/// </summary>
internal sealed class KnownParameters : IResourceFilter, IOrderedFilter
{
    /// <summary>Enough to recognise a name by; nobody's long text is sent back.</summary>
    private const int MaxChars = 50;

    private readonly ConcurrentDictionary<string, string[]> known = new(StringComparer.Ordinal);

    /// <summary>Before an Idempotency-Key is looked at: what is refused uses none up.</summary>
    public int Order => -1000;

    public void OnResourceExecuting(ResourceExecutingContext context)
    {
        var errors = new Dictionary<string, string[]>(StringComparer.Ordinal);
        foreach (var (name, values) in context.HttpContext.Request.Query)
        {
            var shown = name.Length > MaxChars ? name[..MaxChars] : name;
            if (WhyNot(shown, values, Names(context.ActionDescriptor)) is { } wrong)
            {
                errors[shown] = [wrong];
            }
        }

        if (errors.Count > 0)
        {
            context.Result = Problems.Invalid(context.HttpContext, errors);
        }
    }

    public void OnResourceExecuted(ResourceExecutedContext context)
    {
        // Nothing to do.
    }

    private static string? WhyNot(string name, StringValues values, string[] names)
    {
        if (!names.Contains(name, StringComparer.OrdinalIgnoreCase))
        {
            return "There is no such parameter. " + (names.Length == 0 ? "This call takes none."
                : SpellingSuggestions.Nearest(name, names) is { } near ? $"Perhaps {near}." : $"This call takes {string.Join(", ", names)}.");
        }

        return values.Count > 1 ? "Give it once." : values.Any(StorableText.HasNul) ? StorableText.Wanted : null;
    }

    private string[] Names(ActionDescriptor action) => known.GetOrAdd(action.Id, _ =>
        [.. action.Parameters.Where(p => p.BindingInfo?.BindingSource == BindingSource.Query).Select(p => p.BindingInfo?.BinderModelName ?? p.Name)]);
}
