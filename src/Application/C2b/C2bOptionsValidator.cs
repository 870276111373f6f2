using Microsoft.Extensions.Options;
using Payments.Application.Common;

namespace Payments.Application.C2b;

/// <summary>Refuses what Safaricom would not take, and a look-up that its validation would not wait for.</summary>
public sealed class C2bOptionsValidator : IValidateOptions<C2bOptions>
{
    public ValidateOptionsResult Validate(string? name, C2bOptions options) => ConfigurationProblems.Of(Problems(options));

    private static IEnumerable<ConfigurationProblem> Problems(C2bOptions options)
    {
        if (options.Version is not ("v1" or "v2"))
        {
            yield return new("C2B__Version", $"'{options.Version}' is no version", "v1 or v2, whichever the app has");
        }

        if (options.ResponseType is not ("Completed" or "Cancelled"))
        {
            yield return new("C2B__ResponseType", $"'{options.ResponseType}' is none", "Completed or Cancelled, spelt exactly so");
        }

        if (!options.TryPolicy(out _))
        {
            yield return new(
                "C2B__ValidationPolicy", $"'{options.ValidationPolicy}' is no policy",
                $"{C2bOptions.AcceptAll}, {C2bOptions.Strict}, or any of {string.Join(",", C2bOptions.Checks.Keys)}");
        }

        if (options.ValidationDefault.ToLowerInvariant() is not ("accept" or "reject"))
        {
            yield return new("C2B__ValidationDefault", $"'{options.ValidationDefault}' is neither", "accept or reject");
        }

        if (options.ValidationLookUp <= TimeSpan.Zero || options.ValidationLookUp > TimeSpan.FromSeconds(1))
        {
            yield return new("C2B__ValidationLookUp", "is not within one second", "a time up to 00:00:01: the answer is due after two");
        }

        if (!Divides(options.PullEvery))
        {
            yield return new("C2B__PullEvery", "does not divide a minute or an hour", "a time such as 00:15, from 00:00:05 to 01:00");
        }
    }

    /// <summary>Whole seconds that divide a minute, or whole parts of an hour: a cron line says no other.</summary>
    private static bool Divides(TimeSpan every) => every >= TimeSpan.FromSeconds(5) && every.Ticks % TimeSpan.TicksPerSecond == 0
        && (every < TimeSpan.FromMinutes(1) ? 60 % every.TotalSeconds == 0 : every <= TimeSpan.FromHours(1) && 60 % every.TotalMinutes == 0);
}
