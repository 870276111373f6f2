using Payments.Domain.Checkouts;
using Payments.Domain.Common;

namespace Payments.Domain.Requests;

/// <summary>Where a request to move money stands. <see cref="Succeeded"/> is never undone.</summary>
public enum RequestStatus
{
    /// <summary>Intent is on record; nothing has been sent.</summary>
    Queued,

    /// <summary>Committed before the first byte left; whoever finds it so later knows nothing, and sends nothing.</summary>
    Sending,

    /// <summary>Safaricom accepted it; its result is awaited.</summary>
    Sent,

    /// <summary>It may or may not have been accepted or carried out. Never sent again by itself (R2).</summary>
    InDoubt,

    /// <summary>The money moved.</summary>
    Succeeded,

    /// <summary>No money moved; a success that comes later still wins (R4).</summary>
    Failed,
}

/// <summary>
/// The life of one request to Safaricom that moves money, shared by a push, a payout and a refund: sent at most once, then followed to its end by
/// callbacks and status queries. A value: whose it is says what each step means for the money, and keeps the one that follows.
/// </summary>
public sealed record ProviderRequest
{
    public RequestStatus Status { get; init; } = RequestStatus.Queued;

    public ProviderIds Ids { get; init; }

    public StatusQueryProgress Queries { get; init; }

    /// <summary>When it was committed as <see cref="RequestStatus.Sending"/>; null while queued.</summary>
    public DateTimeOffset? SendingAt { get; init; }

    /// <summary>What came in place of Safaricom's reply; null when it replied.</summary>
    public string? UnknownReason { get; init; }

    /// <summary>True once a trusted result came that may be a success and proves none: a failure that comes as well settles nothing by itself.</summary>
    public bool HasConflictingResult { get; init; }

    /// <summary>Who settled it; null while it is not settled or was refused at once.</summary>
    public SettledBy? SettledBy { get; init; }

    /// <summary>Why it failed; null unless it did.</summary>
    public Failure? Failure { get; init; }

    /// <summary>When it was settled; null while it is not.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>True once an outcome is known.</summary>
    public bool IsSettled => Status is RequestStatus.Succeeded or RequestStatus.Failed;

    /// <summary>Begins the one sending.</summary>
    /// <param name="askAt">When to ask Safaricom if nothing has been heard by then.</param>
    public ProviderRequest Send(DateTimeOffset askAt, DateTimeOffset now) => Status == RequestStatus.Queued
        ? this with { Status = RequestStatus.Sending, SendingAt = now, Queries = Queries.Postpone(askAt) }
        : throw new InvalidOperationException($"A request that is {Status} may not be sent.");

    /// <summary>Safaricom's reply: accepted. Once a callback has spoken, it only fills in the ids.</summary>
    public ProviderRequest Accept(ProviderIds ids) => this with { Ids = Ids.Or(ids), Status = Status == RequestStatus.Sending ? RequestStatus.Sent : Status };

    /// <summary>No reply, or one that says nothing.</summary>
    public ProviderRequest LoseReply(string why) =>
        this with { Status = RequestStatus.InDoubt, UnknownReason = UnknownReason ?? why, Queries = Queries.Answered(why) };

    /// <summary>The queries ran out: if nothing settled it a person has to find out (R11).</summary>
    public ProviderRequest Exhaust() => this with { Status = IsSettled ? Status : RequestStatus.InDoubt, Queries = Queries.Ended };

    /// <summary>The money moved.</summary>
    public ProviderRequest Succeed(SettledBy by, DateTimeOffset now) => End(RequestStatus.Succeeded, by, null, now);

    /// <summary>It did not.</summary>
    /// <param name="by">Null where Safaricom's reply refused it at once.</param>
    public ProviderRequest Fail(Failure failure, SettledBy? by, DateTimeOffset now) => End(RequestStatus.Failed, by, failure, now);

    /// <summary>
    /// Whether a person may say what became of it. Money that moved can be recorded after a failure too, and nothing undoes a success. While a process
    /// waits for its reply nobody settles it. That a failure stands is an answer only where something disputes it; else there is nothing to settle.
    /// </summary>
    /// <param name="isDisputed">True when something came that may be its success.</param>
    public bool MayBeSettledByOperator(bool paid, bool isDisputed) => Status switch
    {
        RequestStatus.Queued or RequestStatus.Sending or RequestStatus.Succeeded => false,
        RequestStatus.Failed => paid || isDisputed,
        _ => true,
    };

    private ProviderRequest End(RequestStatus status, SettledBy? by, Failure? failure, DateTimeOffset now) =>
        this with { Status = status, SettledBy = by, Failure = failure, EndedAt = now, Queries = Queries.Ended };
}
