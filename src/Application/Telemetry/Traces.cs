using System.Diagnostics;

namespace Payments.Application.Telemetry;

/// <summary>
/// Spans of this service. A payment is one trace: the request that made it stores its context beside the payment, and whatever deals with
/// the payment later (the job, the callback, the question) goes on with it. Only recorded contexts are stored, so that with nobody
/// listening nothing is, and nothing is looked up. What a span says is ids of ours, kinds, verdicts and codes: no token, phone or name.
/// </summary>
public static class Traces
{
    /// <summary>The name listeners know us by.</summary>
    public const string Name = "Payments";

    private static readonly ActivitySource Source = new(Name);

    /// <summary>True when somebody listens; false makes everything here free.</summary>
    public static bool IsOn => Source.HasListeners();

    /// <summary>The W3C context to store beside what is being made now; null when it is not recorded.</summary>
    public static string? Current => Activity.Current is { Recorded: true } activity ? activity.Id : null;

    /// <summary>Starts a span under whatever runs now.</summary>
    public static Activity? Start(string name, ActivityKind kind) => Source.StartActivity(name, kind);

    /// <summary>Goes on with a stored context, or starts a trace of its own where there is none. The caller's frame holds it.</summary>
    public static Activity? Continue(string name, string? stored) =>
        IsOn ? Source.StartActivity(name, ActivityKind.Consumer, Read(stored)) : null;

    /// <summary>A span about something that is over, with both its ends.</summary>
    /// <param name="links">Other contexts it has to do with.</param>
    public static void Record(
        string name, ActivityContext parent, DateTimeOffset from, DateTimeOffset to, KeyValuePair<string, object?>[] tags, ActivityLink[] links)
    {
        using var over = Source.StartActivity(name, ActivityKind.Consumer, parent, tags, links, from);
        over?.SetEndTime(to.UtcDateTime);
    }

    /// <summary>Reads a stored context; nothing for none, or for something that is no context.</summary>
    public static ActivityContext Read(string? stored) =>
        stored is not null && ActivityContext.TryParse(stored, null, isRemote: true, out var context) ? context : default;
}

/// <summary>The contexts stored beside payments.</summary>
public interface ITraceContexts
{
    /// <summary>Those of attempts, payouts, refunds and what questions are about, by the id asked for. Ask only while <see cref="Traces.IsOn"/>.</summary>
    Task<IReadOnlyDictionary<Guid, string>> Of(IReadOnlyCollection<Guid> ids);
}
