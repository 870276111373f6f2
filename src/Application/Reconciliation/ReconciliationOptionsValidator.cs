using Microsoft.Extensions.Options;
using Payments.Application.Common;

namespace Payments.Application.Reconciliation;

/// <summary>Refuses schedules that ask never, or more than anybody would answer.</summary>
public sealed class ReconciliationOptionsValidator : IValidateOptions<ReconciliationOptions>
{
    public ValidateOptionsResult Validate(string? name, ReconciliationOptions options) => ConfigurationProblems.Of(Problems(options));

    private static IEnumerable<ConfigurationProblem> Problems(ReconciliationOptions options)
    {
        var schedules = new[]
        {
            (nameof(ReconciliationOptions.PendingSchedule), options.PendingSchedule), (nameof(ReconciliationOptions.UnknownSchedule), options.UnknownSchedule),
            (nameof(ReconciliationOptions.TransferSchedule), options.TransferSchedule), (nameof(ReconciliationOptions.DoubtSchedule), options.DoubtSchedule),
        };
        foreach (var (name, schedule) in schedules.Where(s => !IsSchedule(s.Item2)))
        {
            yield return new($"Reconciliation__{name}", $"'{schedule}' is no list of waits", "times such as 00:00:45 00:01 00:05, separated by spaces");
        }

        if (options.QuestionsPerSecond is not (> 0 and <= 1000) || options.QuestionBurst < 1)
        {
            yield return new("Reconciliation__QuestionsPerSecond", "asks nothing, or too much", "above 0 and at most 1000, with Reconciliation__QuestionBurst 1 or more");
        }

        TimeSpan[] times = [options.Lease, options.LastAnswer, options.ForgottenAfter, options.UnaskedRetry, options.UnsentRetry, options.UnsentCaseAfter];
        if (options.BatchSize < 1 || options.Parallel < 1 || times.Any(time => time <= TimeSpan.Zero))
        {
            yield return new("Reconciliation", "has a size or a time that is not above zero", "such as Reconciliation__BatchSize=40, Reconciliation__Lease=00:03:00");
        }
    }

    private static bool IsSchedule(string schedule)
    {
        try
        {
            return ReconciliationOptions.Read(schedule) is { Count: > 0 } waits && waits.All(wait => wait > TimeSpan.Zero);
        }
        catch (Exception broken) when (broken is FormatException or OverflowException)
        {
            return false;
        }
    }
}
