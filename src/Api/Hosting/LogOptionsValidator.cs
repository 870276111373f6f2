using Microsoft.Extensions.Options;
using Payments.Application.Common;

namespace Payments.Api.Hosting;

/// <summary>Refuses a format nobody writes.</summary>
internal sealed class LogOptionsValidator : IValidateOptions<LogOptions>
{
    public ValidateOptionsResult Validate(string? name, LogOptions options) => ConfigurationProblems.Of(Problems(options));

    private static IEnumerable<ConfigurationProblem> Problems(LogOptions options)
    {
        if (!options.IsJson && !string.Equals(options.Format, LogOptions.Text, StringComparison.OrdinalIgnoreCase))
        {
            yield return new("Logs__Format", $"'{options.Format}' is no format", "text or json");
        }
    }
}
