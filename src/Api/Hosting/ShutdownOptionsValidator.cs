using Microsoft.Extensions.Options;
using Payments.Application.Common;

namespace Payments.Api.Hosting;

/// <summary>Refuses waits that are none, or longer than anybody waits for a process to end.</summary>
internal sealed class ShutdownOptionsValidator : IValidateOptions<ShutdownOptions>
{
    public ValidateOptionsResult Validate(string? name, ShutdownOptions options) => ConfigurationProblems.Of(Problems(options));

    private static IEnumerable<ConfigurationProblem> Problems(ShutdownOptions options)
    {
        if (options.Notice < TimeSpan.Zero || options.Notice > TimeSpan.FromMinutes(1))
        {
            yield return new("Shutdown__Notice", $"{options.Notice} is no such time", "between 00:00:00 and 00:01:00");
        }

        if (options.Limit < TimeSpan.FromSeconds(1) || options.Limit > TimeSpan.FromMinutes(5))
        {
            yield return new("Shutdown__Limit", $"{options.Limit} is no such time", "between 00:00:01 and 00:05:00");
        }
    }
}
