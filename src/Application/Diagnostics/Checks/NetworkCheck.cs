using System.Globalization;
using System.Net;

namespace Payments.Application.Diagnostics.Checks;

/// <summary>Whether confirmations with our token come from addresses that are not allowed: then their money waits because of that alone.</summary>
internal sealed class NetworkCheck(IDiagnosticsStore store) : IDiagnosticCheck
{
    private const string What = "Confirmations come from addresses that are allowed";

    public string Name => "callbacks.networks";

    public string Subject => "Where confirmations come from";

    public async Task Run(DiagnosticRun run, CancellationToken cancellation)
    {
        if (run.NoDatabase is { } away)
        {
            run.Skip("callbacks.networks", What, away);
            return;
        }

        var waiting = await store.FromElsewhere(cancellation);
        var refused = waiting.Where(w => !IsAllowed(run, w)).ToList();
        if (refused.Count > 0)
        {
            run.Fail("callbacks.networks", What,
                $"With our registration token, within a week, and not believed because of the address alone: {Show(refused)}. What they tell of waits and counts as nothing.",
                "If the address is Safaricom's, allow it: Callbacks__AllowedNetworks__0=safaricom, Callbacks__AllowedNetworks__1=<the address>; restart, then replay what waits "
                + "(GET /api/ops/callbacks?kind=c2b_confirm&verdict=hint, POST …/replay). If it is a proxy or CDN of yours, add it to Proxy__KnownProxies. If it is neither, "
                + "somebody else has the token: have the URLs deleted in the portal and register again.");
        }
        else if (waiting.Count > 0)
        {
            run.Warn("callbacks.networks", What, $"Not allowed when they came, and allowed by now: {Show(waiting)}.",
                "Replay what still waits: GET /api/ops/callbacks?kind=c2b_confirm&verdict=hint, POST …/replay; what is known already changes nothing.");
        }
        else
        {
            run.Ok("callbacks.networks", What, run.Facts.HasAllowedNetworks ? "None with our token came from elsewhere within a week." : "They may come from anywhere.");
        }
    }

    private static bool IsAllowed(DiagnosticRun run, FromElsewhere waiting) => IPAddress.TryParse(waiting.Source, out var address) && run.Facts.Allows(address);

    private static string Show(IEnumerable<FromElsewhere> waiting) => string.Join(", ", waiting.Select(w => string.Create(
        CultureInfo.InvariantCulture, $"{w.Count} from {w.Source} (the last at {w.LastAt.UtcDateTime:yyyy-MM-dd HH:mm}Z)")));
}
