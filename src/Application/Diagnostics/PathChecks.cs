namespace Payments.Application.Diagnostics;

/// <summary>Whether callbacks come to paths nobody serves: something in front changes them.</summary>
internal static class PathChecks
{
    private const string What = "Callbacks come to the paths that were handed out";

    public static async Task Run(DiagnosticRun round, IDiagnosticsStore records, CancellationToken cancellation)
    {
        if (round.NoDatabase is { } away)
        {
            round.Skip("callbacks.paths", What, away);
            return;
        }

        var unrouted = await records.Unrouted(cancellation);
        if (unrouted.Count == 0)
        {
            round.Ok("callbacks.paths", What, "None within a day looked for another.");
            return;
        }

        var seen = string.Join(", ", unrouted.Select(u => $"{u.Taken + u.Refused} at {u.Path}"));
        const string Todo = "Have the proxy pass /callbacks/ on as it comes: no prefix, no escaped or doubled slash, nothing taken out. A path in Callbacks__PublicBaseUrl is one the "
            + "proxy has to take away.";
        if (unrouted.Any(u => u.Taken > 0))
        {
            round.Warn("callbacks.paths", What, $"Within a day: {seen}. {unrouted.Sum(u => u.Taken)} had a valid token and were taken all the same.", Todo);
        }
        else
        {
            round.Warn("callbacks.paths", What, $"Within a day: {seen}. None had a valid token; they were answered 404, and are nobody's unless something cuts tokens off.", Todo);
        }
    }
}
