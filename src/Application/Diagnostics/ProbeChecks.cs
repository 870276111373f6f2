using Payments.Application.Common;
using Payments.Domain.Callbacks;

namespace Payments.Application.Diagnostics;

/// <summary>
/// Signed probes, posted from outside in by the way Safaricom's callbacks come: a body as Safaricom sends it, an address with a token of
/// ours. Whether they reached this deployment is read from its database, so it does not matter which replica took them.
/// </summary>
internal static class ProbeChecks
{
    private static readonly (string Check, string What, string? Type)[] Ways =
    [
        ("probe.json", "A callback with JSON gets through to this deployment", "application/json"),
        ("probe.charset", "One with JSON and a charset", "application/json; charset=utf-8"),
        ("probe.untyped", "One without a content type", null),
    ];

    private const string Redirects = "POSTs are not redirected";

    public static async Task Run(DiagnosticRun round, IPublicEndpointClient door, IProbes probes, CancellationToken cancellation)
    {
        if (round.NoWayIn is { } closed)
        {
            round.Skip("address.redirect", Redirects, closed);
            Array.ForEach(Ways, way => round.Skip(way.Check, way.What, closed));
            SkipRest(round, closed);
            return;
        }

        var body = probes.Samples("stk")[0].Body;
        var tries = new List<(Guid Id, EndpointResponse Answer)>();
        foreach (var (_, _, type) in Ways)
        {
            var id = NewId.Next();
            tries.Add((id, await door.Post(probes.Address(new Uri(round.Address!), CallbackKind.Stk, id), body, type, cancellation)));
        }

        Redirect(round, tries[0].Answer);
        var stored = round.NoDatabase is null ? await Look(round, probes, [.. tries.Where(t => EndpointResponses.IsTaken(t.Answer)).Select(t => t.Id)], cancellation) : [];
        for (var i = 0; i < Ways.Length; i++)
        {
            Judge(round, Ways[i].Check, Ways[i].What, tries[i].Answer, stored.GetValueOrDefault(tries[i].Id), body);
        }

        if (!tries.Exists(t => EndpointResponses.IsTaken(t.Answer)))
        {
            SkipRest(round, "no probe got through");
            return;
        }

        Time(round, tries.Where(t => EndpointResponses.IsTaken(t.Answer)).Max(t => t.Answer.Elapsed));
        Source(round, stored.Values.FirstOrDefault());
    }

    /// <summary>Waits until the probes are stored and judged, or the time is up; what was found.</summary>
    public static async Task<Dictionary<Guid, StoredProbe>> Look(DiagnosticRun round, IProbes probes, IReadOnlyCollection<Guid> ids, CancellationToken cancellation)
    {
        if (ids.Count == 0)
        {
            return [];
        }

        var started = round.Clock.GetTimestamp();
        while (true)
        {
            var found = await probes.Find(ids, cancellation);
            if ((found.Count == ids.Count && found.All(p => p.State == "done")) || round.Clock.GetElapsedTime(started) > round.Limits.Judging)
            {
                round.CallbacksArrive |= found.Count > 0;
                return found.ToDictionary(p => p.ProbeId);
            }

            await Task.Delay(TimeSpan.FromMilliseconds(100), round.Clock, cancellation);
        }
    }

    /// <summary>One finding: how it was answered, stored and judged.</summary>
    public static void Judge(DiagnosticRun round, string check, string what, EndpointResponse answer, StoredProbe? stored, ReadOnlyMemory<byte> body)
    {
        if (!EndpointResponses.IsTaken(answer))
        {
            var (seen, todo) = EndpointResponses.Explain(answer);
            round.Fail(check, what, seen, todo);
            return;
        }

        var answered = $"Answered 200 in {EndpointResponses.Time(answer.Elapsed)}";
        if (round.NoDatabase is { } closed)
        {
            round.Skip(check, what, $"{answered}; whether this deployment took it is not known, for {closed}");
        }
        else if (stored is null)
        {
            round.Fail(check, what, $"{answered}, but not by this deployment: its database has no such callback.",
                "Another instance answers at this address, with a database of its own, or this one keeps callbacks in its spool because its database is away. "
                + "See where the proxy passes /callbacks/ on to.");
        }
        else if (!stored.Body.AsSpan().SequenceEqual(body.Span))
        {
            round.Fail(check, what, $"{answered} and stored as {stored.CallbackId}, but what arrived is not what was sent.",
                "Something in front rewrites bodies: switch that off for POST /callbacks/*.");
        }
        else if (stored.State != "done")
        {
            round.Warn(check, what, $"{answered} and stored as {stored.CallbackId}, but nothing has judged it ({stored.State}).",
                "See that a process with Roles=worker runs on this database, and look into its log.");
        }
        else if (stored.Verdict != EnumNames.Name(Verdict.Probe))
        {
            round.Warn(check, what, $"{answered}, stored as {stored.CallbackId} and judged '{stored.Verdict}': by an older version of this service.",
                "Let every process run the same version.");
        }
        else
        {
            round.Ok(check, what, $"{answered}, stored as {stored.CallbackId} and judged: {stored.Detail}");
        }
    }

    private static void Redirect(DiagnosticRun round, EndpointResponse answer)
    {
        if (EndpointResponses.IsRedirect(answer))
        {
            var (seen, todo) = EndpointResponses.Explain(answer);
            round.Fail("address.redirect", Redirects, seen, todo);
        }
        else if (answer.Status == 0)
        {
            round.Skip("address.redirect", Redirects, "no answer came");
        }
        else
        {
            round.Ok("address.redirect", Redirects, "They are not.");
        }
    }

    private static void Time(DiagnosticRun round, TimeSpan slowest)
    {
        const string What = "Callbacks are answered in time";
        var seen = $"The slowest of the probes took {EndpointResponses.Time(slowest)}, connection included.";
        if (slowest >= round.Limits.Guides)
        {
            round.Fail("probe.time", What, $"{seen} Safaricom gives up before that.", "The service answers in milliseconds: find what is slow in front of it.");
        }
        else if (slowest >= round.Limits.Ours)
        {
            round.Warn("probe.time", What, seen, "The service answers in milliseconds: find what is slow in front of it, or in its database's commits.");
        }
        else
        {
            round.Ok("probe.time", What, seen);
        }
    }

    private static void Source(DiagnosticRun round, StoredProbe? stored)
    {
        const string What = "The sender's address is the sender's own, proxies and networks as configured";
        if (stored is null)
        {
            round.Skip("probe.source", What, "no probe was found stored");
            return;
        }

        var arrival = ProbeRoute.Read(stored.Arrival);
        var seen = $"The probe came from {arrival.Source}" + (arrival.Peer != arrival.Source ? $", through {arrival.Peer}" : "")
            + (arrival.Unbelieved.Count > 0 ? $", with X-Forwarded-For {string.Join(", ", arrival.Unbelieved)} that nobody believes" : "") + ".";
        var isRead = AddressRanges.TryRead(arrival.Source, out var source);
        if (arrival.Unbelieved.Count > 0 || (isRead && !AddressRanges.IsPublic(source) && !round.Facts.IsSimulator))
        {
            var todo = $"Add {arrival.Source} to Proxy__KnownProxies if it is a proxy of yours: X-Forwarded-For is believed from those only.";
            if (round.Facts.HasAllowedNetworks)
            {
                round.Fail("probe.source", What, $"{seen} That is a proxy's address, and Callbacks__AllowedNetworks is compared with it.", todo);
            }
            else
            {
                round.Warn("probe.source", What, $"{seen} That is a proxy's address, not the sender's.", todo);
            }
        }
        else if (round.Facts.HasAllowedNetworks && isRead && round.Facts.Allows(source))
        {
            round.Warn("probe.source", What, $"{seen} Callbacks__AllowedNetworks takes that for Safaricom's.",
                "Name Safaricom's networks there and no network of yours: whatever comes from here counts as Safaricom.");
        }
        else
        {
            round.Ok("probe.source", What, seen + (round.Facts.HasAllowedNetworks ? " It is not in Callbacks__AllowedNetworks, as it should be." : ""));
        }
    }

    private static void SkipRest(DiagnosticRun round, string why)
    {
        round.Skip("probe.time", "Callbacks are answered in time", why);
        round.Skip("probe.source", "The sender's address is the sender's own, proxies and networks as configured", why);
    }
}
