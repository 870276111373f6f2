using Microsoft.Extensions.Options;
using Payments.Application.Common;

namespace Payments.Infrastructure.Inbox;

/// <summary>Refuses sizes that take no callback, or more than a commit should hold.</summary>
public sealed class InboxOptionsValidator : IValidateOptions<InboxOptions>
{
    public ValidateOptionsResult Validate(string? name, InboxOptions options) => ConfigurationProblems.Of(Problems(options));

    private static IEnumerable<ConfigurationProblem> Problems(InboxOptions options)
    {
        // PostgreSQL takes arrays of any length; beyond this a commit only gets slower, and its locks longer.
        if (options.BatchSize is < 1 or > 10_000)
        {
            yield return new("Inbox__BatchSize", $"is {options.BatchSize}", "1 to 10000");
        }

        if (options.Linger < TimeSpan.Zero || options.Linger > TimeSpan.FromSeconds(1))
        {
            yield return new("Inbox__Linger", $"is {options.Linger}", "a time up to a second, such as 00:00:00.020");
        }

        if (options.QueueSize < 1)
        {
            yield return new("Inbox__QueueSize", $"is {options.QueueSize}", "1 or more, such as 20000");
        }

        if (options.QueueBytes < 64 * 1024)
        {
            yield return new("Inbox__QueueBytes", "is too small for one callback", "65536 bytes or more, such as 67108864");
        }
    }
}
