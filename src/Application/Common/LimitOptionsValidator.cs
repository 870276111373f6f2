using Microsoft.Extensions.Options;

namespace Payments.Application.Common;

/// <summary>Refuses limits that let nobody through.</summary>
public sealed class LimitOptionsValidator : IValidateOptions<LimitOptions>
{
    public ValidateOptionsResult Validate(string? name, LimitOptions options) => ConfigurationProblems.Of(Problems(options));

    private static IEnumerable<ConfigurationProblem> Problems(LimitOptions options)
    {
        if (options.PromptsPerPhone < 1)
        {
            yield return new($"Limits__{nameof(LimitOptions.PromptsPerPhone)}", "lets nobody pay", "1 or more");
        }
        else if (options.PromptsPerCheckout < 1)
        {
            yield return new($"Limits__{nameof(LimitOptions.PromptsPerCheckout)}", "lets nobody pay", "1 or more");
        }

        if (options.PromptWindow <= TimeSpan.Zero || options.PromptWindow > TimeSpan.FromDays(1))
        {
            yield return new($"Limits__{nameof(LimitOptions.PromptWindow)}", $"is {options.PromptWindow}", "a time up to a day, such as 00:10:00");
        }

        if (options.RequestsPerKey < 100)
        {
            yield return new($"Limits__{nameof(LimitOptions.RequestsPerKey)}", "is below 100", "requests a second per key, 100 or more");
        }

        foreach (var (name, most) in AtOnce(options))
        {
            if (most < 1)
            {
                yield return new($"Limits__{name}", $"is {most}", "1 or more, or without it");
            }
        }

        if (options.HintQuestionsPerMinute < 0)
        {
            yield return new($"Limits__{nameof(LimitOptions.HintQuestionsPerMinute)}", "is below 0", "0 or more, such as 60");
        }

        if (options.PromptAnswer < TimeSpan.Zero || options.PromptAnswer > TimeSpan.FromMinutes(1))
        {
            yield return new($"Limits__{nameof(LimitOptions.PromptAnswer)}", $"is {options.PromptAnswer}", "a time up to a minute, such as 00:00:08");
        }
    }

    private static IEnumerable<(string Name, int Most)> AtOnce(LimitOptions options) =>
    [
        (nameof(LimitOptions.ConcurrentRequests), options.ConcurrentRequests),
        (nameof(LimitOptions.ConcurrentRequestsPerKey), options.ConcurrentRequestsPerKey),
        (nameof(LimitOptions.ConcurrentRequestsPerCheckout), options.ConcurrentRequestsPerCheckout),
        (nameof(LimitOptions.ConcurrentRequestsPerSource), options.ConcurrentRequestsPerSource),
        (nameof(LimitOptions.ConcurrentStreams), options.ConcurrentStreams),
        (nameof(LimitOptions.ConcurrentStreamsPerKey), options.ConcurrentStreamsPerKey),
        (nameof(LimitOptions.ConcurrentStreamsPerCheckout), options.ConcurrentStreamsPerCheckout),
        (nameof(LimitOptions.Connections), options.Connections),
        (nameof(LimitOptions.ConnectionsPerSource), options.ConnectionsPerSource),
    ];
}
