using System.Globalization;
using Microsoft.AspNetCore.Mvc.ModelBinding;

namespace Payments.Api.Hosting;

/// <summary>
/// Times in query strings: ISO 8601, UTC where no zone is given. The framework's own reading would take the server's zone, and half a dozen
/// national ways to write a date.
/// </summary>
internal sealed class IsoTimeBinder : IModelBinder
{
    /// <summary>What is said of anything else.</summary>
    public const string Wanted = "Give a time in ISO 8601, such as 2026-07-10T06:15:44Z.";

    private static readonly string[] Forms =
        ["yyyy-MM-dd", "yyyy-MM-ddTHH:mmK", "yyyy-MM-ddTHH:mm:ssK", "yyyy-MM-ddTHH:mm:ss.FFFFFFFK", "yyyy-MM-ddTHH:mm", "yyyy-MM-ddTHH:mm:ss"];

    public Task BindModelAsync(ModelBindingContext bindingContext)
    {
        var given = bindingContext.ValueProvider.GetValue(bindingContext.ModelName);
        if (given == ValueProviderResult.None || string.IsNullOrEmpty(given.FirstValue))
        {
            return Task.CompletedTask;
        }

        bindingContext.ModelState.SetModelValue(bindingContext.ModelName, given);
        if (DateTimeOffset.TryParseExact(
            given.FirstValue, Forms, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time))
        {
            bindingContext.Result = ModelBindingResult.Success(time);
        }
        else
        {
            bindingContext.ModelState.TryAddModelError(bindingContext.ModelName, Wanted);
        }

        return Task.CompletedTask;
    }

    /// <summary>For every point in time.</summary>
    internal sealed class Provider : IModelBinderProvider
    {
        public IModelBinder? GetBinder(ModelBinderProviderContext context) =>
            context.Metadata.UnderlyingOrModelType == typeof(DateTimeOffset) ? new IsoTimeBinder() : null;
    }
}
