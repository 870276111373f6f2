using System.Globalization;
using Payments.Application.C2b;

namespace Payments.Application.Diagnostics.Checks;

/// <summary>How far Pull has read what customers paid, and why it stands where it does.</summary>
internal sealed class PullCheck(IPullProgress progress) : IDiagnosticCheck
{
    private const string What = "Payments nobody told of are fetched (Pull Transactions)";
    private const string Gap = "Everything that was paid could be fetched";

    private const string Register = "Daraja__NominatedNumber must be the number the M-PESA portal shows under Organization, Details, and Pull must be granted for the "
        + "shortcode: ask apisupport@safaricom.co.ke. Nothing is asked before it is registered, and it is tried again every run.";

    private const string Compare = "Compare those days with the M-PESA statement.";

    /// <summary>Half of what Safaricom keeps: there is a day left to do something.</summary>
    private static readonly TimeSpan Late = TimeSpan.FromHours(24);

    /// <summary>A gap that is older than this has been looked at, or never will be.</summary>
    private static readonly TimeSpan Remembered = TimeSpan.FromDays(7);

    public string Name => "c2b.pull";

    public string Subject => "Pull";

    public async Task Run(DiagnosticRun run, CancellationToken cancellation)
    {
        if (run.Facts.PullEvery is not { } every)
        {
            run.Skip("c2b.pull", What, "Daraja__NominatedNumber is not set: Pull is off");
            return;
        }

        if (run.NoDatabase is { } away)
        {
            run.Skip("c2b.pull", What, $"how far it got is kept in the database, and {away}");
            return;
        }

        if (await progress.Read(run.Facts.Shortcode, cancellation) is not { } standing)
        {
            run.Skip("c2b.pull", What, "no run has begun yet");
            return;
        }

        Tell(run, standing, every);
        if (standing is { GapFrom: { } from, GapUntil: { } until } && standing.Now - until < Remembered)
        {
            run.Warn("c2b.pull.gap", Gap, $"What was paid from {Time(from)} to {Time(until)} was never read, and Safaricom keeps no more than 48 hours.", Compare);
        }
    }

    private static void Tell(DiagnosticRun run, PullStanding standing, TimeSpan every)
    {
        var mark = standing.Mark is { } until ? $"Everything up to {Time(until)} was read" : "Nothing was read to its end yet";
        var seen = $"{mark}. {standing.Why}.";
        var isLate = standing.Now - (standing.Mark ?? standing.Since ?? standing.Now) > Late;
        switch (standing.State)
        {
            case null:
                run.Skip("c2b.pull", What, "the first run is under way");
                break;
            case PullState.NotRegistered:
                run.Fail("c2b.pull", What, seen, Register);
                break;
            case PullState.Contradicted:
                run.Fail("c2b.pull", What, seen, "Pull is not granted for this shortcode, or lists another one's payments: ask apisupport@safaricom.co.ke. " + Compare);
                break;
            case PullState.Incomplete when isLate:
                run.Fail("c2b.pull", What, seen, "Report it with the answer (daraja_replied, daraja_pull_skipped in the log). " + Compare);
                break;
            case PullState.Incomplete:
                run.Warn("c2b.pull", What, seen, "What could be read was taken. Report it with the answer (daraja_replied, daraja_pull_skipped in the log).");
                break;
            case PullState.Uncertain:
                run.Warn("c2b.pull", What, seen, "If something was paid to this shortcode within two days, Pull is not granted for it: ask apisupport@safaricom.co.ke. "
                    + "If nothing was, there is nothing to do.");
                break;
            case PullState.NotAnswered:
                run.Warn("c2b.pull", What, seen, $"It is asked again every {Text(every)}; Safaricom keeps 48 hours.");
                break;
            case PullState.Complete when standing.Now - standing.StartedAt > every * 3:
                run.Warn("c2b.pull", What, $"{mark}, and no run has begun since {Time(standing.StartedAt)}.", "Is a worker running?");
                break;
            case PullState.Complete:
                run.Ok("c2b.pull", What, mark + ".");
                break;
        }
    }

    private static string Text(TimeSpan every) => every < TimeSpan.FromMinutes(1)
        ? string.Create(CultureInfo.InvariantCulture, $"{every.TotalSeconds:0} s") : string.Create(CultureInfo.InvariantCulture, $"{every.TotalMinutes:0} min");

    private static string Time(DateTimeOffset time) => string.Create(CultureInfo.InvariantCulture, $"{time.UtcDateTime:yyyy-MM-dd HH:mm}Z");
}
