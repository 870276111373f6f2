namespace Payments.Application.Diagnostics.Checks;

/// <summary>Whether callbacks come to paths nobody serves: something in front changes them.</summary>
internal sealed class PathCheck(IDiagnosticsStore store) : IDiagnosticCheck
{
    private const string What = "Callbacks come to the paths that were handed out";

    public string Name => "callbacks.paths";

    public string Subject => "Where callbacks come to";

    public async Task Run(DiagnosticRun run, CancellationToken cancellation)
    {
        if (run.NoDatabase is { } away)
        {
            run.Skip("callbacks.paths", What, away);
            return;
        }

        var unrouted = await store.Unrouted(cancellation);
        if (unrouted.Count == 0)
        {
            run.Ok("callbacks.paths", What, "None within a day looked for another.");
            return;
        }

        var seen = string.Join(", ", unrouted.Select(u => $"{u.Taken + u.Refused} at {u.Path}"));
        const string Todo = "Have the proxy pass /callbacks/ on as it comes: no prefix, no escaped or doubled slash, nothing taken out. A path in Callbacks__PublicBaseUrl is one the "
            + "proxy has to take away.";
        if (unrouted.Any(u => u.Taken > 0))
        {
            run.Warn("callbacks.paths", What, $"Within a day: {seen}. {unrouted.Sum(u => u.Taken)} had a valid token and were taken all the same.", Todo);
        }
        else
        {
            run.Warn("callbacks.paths", What, $"Within a day: {seen}. None had a valid token; they were answered 404, and are nobody's unless something cuts tokens off.", Todo);
        }
    }
}
