using Payments.Application.Callbacks;
using Payments.Application.Common;
using Payments.Application.Network;

namespace Payments.Application.Diagnostics.Checks;

/// <summary>
/// Signed probes, posted from outside in by the way Safaricom's callbacks come: a body as Safaricom sends it, an address with a token of
/// ours. Whether they reached this deployment is read from its database, so it does not matter which replica took them.
/// </summary>
internal sealed class ProbeCheck(IPublicEndpointClient endpoints, IProbes probes) : IDiagnosticCheck
{
    private static readonly (string Check, string What, string? Type)[] Ways =
    [
        ("probe.json", "A callback with JSON gets through to this deployment", "application/json"),
        ("probe.charset", "One with JSON and a charset", "application/json; charset=utf-8"),
        ("probe.untyped", "One without a content type", null),
    ];

    private const string Redirects = "POSTs are not redirected";

    public string Name => "probe";

    public string Subject => "The way in";

    public async Task Run(DiagnosticRun run, CancellationToken cancellation)
    {
        if (run.NoWayIn is { } closed)
        {
            run.Skip("address.redirect", Redirects, closed);
            Array.ForEach(Ways, way => run.Skip(way.Check, way.What, closed));
            SkipRest(run, closed);
            return;
        }

        var body = probes.Samples("stk")[0].Body;
        var tries = new List<(Guid Id, EndpointResponse Answer)>();
        foreach (var (_, _, type) in Ways)
        {
            var id = NewId.Next();
            tries.Add((id, await endpoints.Post(probes.Address(new Uri(run.Address!), CallbackKind.Stk, id), body, type, cancellation)));
        }

        Redirect(run, tries[0].Answer);
        var stored = run.NoDatabase is null ? await StoredProbes.Find(run, probes, [.. tries.Where(t => EndpointResponses.IsTaken(t.Answer)).Select(t => t.Id)], cancellation) : [];
        for (var i = 0; i < Ways.Length; i++)
        {
            StoredProbes.Judge(run, Ways[i].Check, Ways[i].What, tries[i].Answer, stored.GetValueOrDefault(tries[i].Id), body);
        }

        if (!tries.Exists(t => EndpointResponses.IsTaken(t.Answer)))
        {
            SkipRest(run, "no probe got through");
            return;
        }

        Time(run, tries.Where(t => EndpointResponses.IsTaken(t.Answer)).Max(t => t.Answer.Elapsed));
        Source(run, stored.Values.FirstOrDefault());
    }

    private static void Redirect(DiagnosticRun run, EndpointResponse answer)
    {
        if (EndpointResponses.IsRedirect(answer))
        {
            var (seen, todo) = EndpointResponses.Explain(answer);
            run.Fail("address.redirect", Redirects, seen, todo);
        }
        else if (answer.Status == 0)
        {
            run.Skip("address.redirect", Redirects, "no answer came");
        }
        else
        {
            run.Ok("address.redirect", Redirects, "They are not.");
        }
    }

    private static void Time(DiagnosticRun run, TimeSpan slowest)
    {
        const string What = "Callbacks are answered in time";
        var seen = $"The slowest of the probes took {EndpointResponses.Time(slowest)}, connection included.";
        if (slowest >= run.Limits.Guides)
        {
            run.Fail("probe.time", What, $"{seen} Safaricom gives up before that.", "The service answers in milliseconds: find what is slow in front of it.");
        }
        else if (slowest >= run.Limits.Ours)
        {
            run.Warn("probe.time", What, seen, "The service answers in milliseconds: find what is slow in front of it, or in its database's commits.");
        }
        else
        {
            run.Ok("probe.time", What, seen);
        }
    }

    private static void Source(DiagnosticRun run, StoredProbe? stored)
    {
        const string What = "The sender's address is the sender's own, proxies and networks as configured";
        if (stored is null)
        {
            run.Skip("probe.source", What, "no probe was found stored");
            return;
        }

        var arrival = ProbeRoute.Read(stored.Arrival);
        var seen = $"The probe came from {arrival.Source}" + (arrival.Peer != arrival.Source ? $", through {arrival.Peer}" : "")
            + (arrival.Unbelieved.Count > 0 ? $", with X-Forwarded-For {string.Join(", ", arrival.Unbelieved)} that nobody believes" : "") + ".";
        var isRead = AddressRanges.TryRead(arrival.Source, out var source);
        if (arrival.Unbelieved.Count > 0 || (isRead && !AddressRanges.IsPublic(source) && !run.Facts.IsSimulator))
        {
            var todo = $"Add {arrival.Source} to Proxy__KnownProxies if it is a proxy of yours: X-Forwarded-For is believed from those only.";
            if (run.Facts.HasAllowedNetworks)
            {
                run.Fail("probe.source", What, $"{seen} That is a proxy's address, and Callbacks__AllowedNetworks is compared with it.", todo);
            }
            else
            {
                run.Warn("probe.source", What, $"{seen} That is a proxy's address, not the sender's.", todo);
            }
        }
        else if (run.Facts.HasAllowedNetworks && isRead && run.Facts.Allows(source))
        {
            run.Warn("probe.source", What, $"{seen} Callbacks__AllowedNetworks takes that for Safaricom's.",
                "Name Safaricom's networks there and no network of yours: whatever comes from here counts as Safaricom.");
        }
        else
        {
            run.Ok("probe.source", What, seen + (run.Facts.HasAllowedNetworks ? " It is not in Callbacks__AllowedNetworks, as it should be." : ""));
        }
    }

    private static void SkipRest(DiagnosticRun run, string why)
    {
        run.Skip("probe.time", "Callbacks are answered in time", why);
        run.Skip("probe.source", "The sender's address is the sender's own, proxies and networks as configured", why);
    }
}
