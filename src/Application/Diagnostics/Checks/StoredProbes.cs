using Payments.Application.Callbacks;
using Payments.Application.Common;

namespace Payments.Application.Diagnostics.Checks;

/// <summary>What became of callbacks the doctor sent itself, as this deployment's database has them.</summary>
internal static class StoredProbes
{
    /// <summary>Waits until the probes are stored and judged, or the time is up; what was found.</summary>
    public static async Task<Dictionary<Guid, StoredProbe>> Find(DiagnosticRun run, IProbes probes, IReadOnlyCollection<Guid> ids, CancellationToken cancellation)
    {
        if (ids.Count == 0)
        {
            return [];
        }

        var started = run.Clock.GetTimestamp();
        while (true)
        {
            var found = await probes.Find(ids, cancellation);
            if ((found.Count == ids.Count && found.All(p => p.State == "done")) || run.Clock.GetElapsedTime(started) > run.Limits.Judging)
            {
                run.CallbacksArrive |= found.Count > 0;
                return found.ToDictionary(p => p.ProbeId);
            }

            await Task.Delay(TimeSpan.FromMilliseconds(100), run.Clock, cancellation);
        }
    }

    /// <summary>One finding: how it was answered, stored and judged.</summary>
    public static void Judge(DiagnosticRun run, string check, string what, EndpointResponse answer, StoredProbe? stored, ReadOnlyMemory<byte> body)
    {
        if (!EndpointResponses.IsTaken(answer))
        {
            var (seen, todo) = EndpointResponses.Explain(answer);
            run.Fail(check, what, seen, todo);
            return;
        }

        var answered = $"Answered 200 in {EndpointResponses.Time(answer.Elapsed)}";
        if (run.NoDatabase is { } closed)
        {
            run.Skip(check, what, $"{answered}; whether this deployment took it is not known, for {closed}");
        }
        else if (stored is null)
        {
            run.Fail(check, what, $"{answered}, but not by this deployment: its database has no such callback.",
                "Another instance answers at this address, with a database of its own, or this one keeps callbacks in its spool because its database is away. "
                + "See where the proxy passes /callbacks/ on to.");
        }
        else if (!stored.Body.AsSpan().SequenceEqual(body.Span))
        {
            run.Fail(check, what, $"{answered} and stored as {stored.CallbackId}, but what arrived is not what was sent.",
                "Something in front rewrites bodies: switch that off for POST /callbacks/*.");
        }
        else if (stored.State != "done")
        {
            run.Warn(check, what, $"{answered} and stored as {stored.CallbackId}, but nothing has judged it ({stored.State}).",
                "See that a process with Roles=worker runs on this database, and look into its log.");
        }
        else if (stored.Verdict != EnumNames.Name(Verdict.Probe))
        {
            run.Warn(check, what, $"{answered}, stored as {stored.CallbackId} and judged '{stored.Verdict}': by an older version of this service.",
                "Let every process run the same version.");
        }
        else
        {
            run.Ok(check, what, $"{answered}, stored as {stored.CallbackId} and judged: {stored.Detail}");
        }
    }
}
