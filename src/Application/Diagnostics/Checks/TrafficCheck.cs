using System.Globalization;

namespace Payments.Application.Diagnostics.Checks;

/// <summary>What lately happened: whether callbacks come for what Safaricom accepted, and what it accepted at all.</summary>
internal sealed class TrafficCheck(IDiagnosticsStore store) : IDiagnosticCheck
{
    private const string Callbacks = "Callbacks came in the last hour";
    private const string Readable = "Callbacks of the last hour could be read";
    private const string Initiations = "Safaricom accepts what it is asked for";

    public string Name => "traffic";

    public string Subject => "The last hour";

    public async Task Run(DiagnosticRun run, CancellationToken cancellation)
    {
        if (run.NoDatabase is { } away)
        {
            run.Skip("callbacks.recent", Callbacks, away);
            run.Skip("callbacks.readable", Readable, away);
            run.Skip("initiations.recent", Initiations, away);
            return;
        }

        var traffic = await store.Traffic(cancellation);
        Heard(run, traffic);
        Read(run, traffic);
        Asked(run, traffic);
    }

    private static void Heard(DiagnosticRun run, Traffic traffic)
    {
        var came = traffic.Callbacks.Count == 0
            ? "None came" + (traffic.LastCallbackAt is { } last ? $"; the last one ever at {Time(last)}" : ", and none ever did")
            : $"{string.Join(", ", traffic.Callbacks.Select(c => $"{c.Count} {c.Kind}"))} came"
                + (traffic.Hints > 0 ? $", {traffic.Hints} without a valid token" : "")
                + (traffic.Elsewhere > 0 ? $", {traffic.Elsewhere} with our token from an address that is not allowed" : "");
        var seen = $"{came}. Of {traffic.Accepted} accepted prompts {traffic.ByCallback} were settled by their callback"
            + (traffic.Unanswered > 0 ? $", {traffic.Unanswered} by nothing yet" : "") + ".";
        if (traffic is { Accepted: > 0, ByCallback: 0 })
        {
            run.Fail("callbacks.recent", Callbacks, seen, run.CallbacksArrive
                ? "Probes get through, so ask Safaricom: the URL may not be allowed under the app, or its firewall refuses the address (see what is to be "
                    + "checked by hand)."
                : "Safaricom accepted them and its callbacks did not arrive: the findings above say why. Meanwhile the outcomes are found by asking.");
        }
        else if (traffic.Accepted - traffic.ByCallback - traffic.Unanswered > traffic.ByCallback)
        {
            run.Warn("callbacks.recent", Callbacks, $"{seen} More were found out by asking than were told.",
                "Some of Safaricom's callbacks get lost: look for limits or blocks in front of the service, by source address and by time.");
        }
        else
        {
            run.Ok("callbacks.recent", Callbacks, seen);
        }
    }

    private static void Read(DiagnosticRun run, Traffic traffic)
    {
        if (traffic.Unreadable > 0)
        {
            run.Fail("callbacks.readable", Readable, $"{traffic.Unreadable} with a valid token could not be read.",
                "Confirmations among them are cases (GET /api/ops/cases?status=open&kind=unreadable_confirmation); the outcomes of the others are asked about. "
                + "See their bodies (GET /api/ops/callbacks?verdict=malformed): Safaricom's form has changed, or something in front changes bodies. Report the form.");
        }
        else
        {
            run.Ok("callbacks.readable", Readable, "Every one with a valid token could.");
        }
    }

    private static void Asked(DiagnosticRun run, Traffic traffic)
    {
        foreach (var refused in traffic.Refused.Where(r => r.IsLast))
        {
            run.Warn("initiations.recent", Initiations,
                $"The last {refused.What} ({refused.Id}, {Time(refused.At)}) was refused at once, so no callback is coming for it: {refused.Message}"
                + (refused.ProviderText is { Length: > 0 } words ? $" Safaricom said: {refused.Code} {words}" : ""),
                "Do what it says; a prompt the customer asked for again shows whether it helped.");
        }

        if (!traffic.Refused.Any(r => r.IsLast))
        {
            run.Ok("initiations.recent", Initiations,
                traffic.LastAcceptedAt is { } at ? $"The last request was accepted at {Time(at)}." : "Nothing was asked for within a day.");
        }
    }

    private static string Time(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd HH:mm'Z'", CultureInfo.InvariantCulture);
}
