using System.Globalization;
using Payments.Application.C2b;

namespace Payments.Application.Diagnostics;

/// <summary>How far Pull has read what customers paid, and why it stands where it does.</summary>
internal static class PullChecks
{
    private const string What = "Payments nobody told of are fetched (Pull Transactions)";
    private const string Gap = "Everything that was paid could be fetched";

    private const string Register = "Daraja__NominatedNumber must be the number the M-PESA portal shows under Organization, Details, and Pull must be granted for the "
        + "shortcode: ask apisupport@safaricom.co.ke. Nothing is asked before it is registered, and it is tried again every round.";

    private const string Compare = "Compare those days with the M-PESA statement.";

    /// <summary>Half of what Safaricom keeps: there is a day left to do something.</summary>
    private static readonly TimeSpan Late = TimeSpan.FromHours(24);

    /// <summary>A gap that is older than this has been looked at, or never will be.</summary>
    private static readonly TimeSpan Remembered = TimeSpan.FromDays(7);

    public static async Task Run(DiagnosticRun round, IPullProgress progress, CancellationToken cancellation)
    {
        if (round.Facts.PullEvery is not { } every)
        {
            round.Skip("c2b.pull", What, "Daraja__NominatedNumber is not set: Pull is off");
            return;
        }

        if (round.NoDatabase is { } away)
        {
            round.Skip("c2b.pull", What, $"how far it got is kept in the database, and {away}");
            return;
        }

        if (await progress.Read(round.Facts.Shortcode, cancellation) is not { } standing)
        {
            round.Skip("c2b.pull", What, "no round has begun yet");
            return;
        }

        Tell(round, standing, every);
        if (standing is { GapFrom: { } from, GapUntil: { } until } && standing.Now - until < Remembered)
        {
            round.Warn("c2b.pull.gap", Gap, $"What was paid from {Time(from)} to {Time(until)} was never read, and Safaricom keeps no more than 48 hours.", Compare);
        }
    }

    private static void Tell(DiagnosticRun round, PullStanding standing, TimeSpan every)
    {
        var mark = standing.Mark is { } until ? $"Everything up to {Time(until)} was read" : "Nothing was read to its end yet";
        var seen = $"{mark}. {standing.Why}.";
        var isLate = standing.Now - (standing.Mark ?? standing.Since ?? standing.Now) > Late;
        switch (standing.State)
        {
            case null:
                round.Skip("c2b.pull", What, "the first round is under way");
                break;
            case PullState.NotRegistered:
                round.Fail("c2b.pull", What, seen, Register);
                break;
            case PullState.Contradicted:
                round.Fail("c2b.pull", What, seen, "Pull is not granted for this shortcode, or lists another one's payments: ask apisupport@safaricom.co.ke. " + Compare);
                break;
            case PullState.Incomplete when isLate:
                round.Fail("c2b.pull", What, seen, "Report it with the answer (daraja_replied, daraja_pull_skipped in the log). " + Compare);
                break;
            case PullState.Incomplete:
                round.Warn("c2b.pull", What, seen, "What could be read was taken. Report it with the answer (daraja_replied, daraja_pull_skipped in the log).");
                break;
            case PullState.Uncertain:
                round.Warn("c2b.pull", What, seen, "If something was paid to this shortcode within two days, Pull is not granted for it: ask apisupport@safaricom.co.ke. "
                    + "If nothing was, there is nothing to do.");
                break;
            case PullState.NotAnswered:
                round.Warn("c2b.pull", What, seen, $"It is asked again every {Text(every)}; Safaricom keeps 48 hours.");
                break;
            case PullState.Complete when standing.Now - standing.StartedAt > every * 3:
                round.Warn("c2b.pull", What, $"{mark}, and no round has begun since {Time(standing.StartedAt)}.", "Is a worker running?");
                break;
            case PullState.Complete:
                round.Ok("c2b.pull", What, mark + ".");
                break;
        }
    }

    private static string Text(TimeSpan every) => every < TimeSpan.FromMinutes(1)
        ? string.Create(CultureInfo.InvariantCulture, $"{every.TotalSeconds:0} s") : string.Create(CultureInfo.InvariantCulture, $"{every.TotalMinutes:0} min");

    private static string Time(DateTimeOffset time) => string.Create(CultureInfo.InvariantCulture, $"{time.UtcDateTime:yyyy-MM-dd HH:mm}Z");
}
