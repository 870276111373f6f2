using Payments.Application.C2b;
using Payments.Application.Checkouts;
using Payments.Application.Common;
using Payments.Domain.Common;

namespace Payments.Application.Callbacks;

/// <summary>A callback as it came in.</summary>
/// <param name="Id">UUIDv7, ours; the row's key, so that storing it twice stores it once.</param>
/// <param name="SubjectId">What its URL's token was made for; null without a valid token.</param>
/// <param name="Body">The bytes, at most 64 KiB.</param>
/// <param name="Source">The peer's address.</param>
/// <param name="TraceParent">The W3C trace context of the request, so that its job can go on with it; null when it is not recorded.</param>
public sealed record IncomingCallback(
    CallbackId Id, CallbackKind Kind, Guid? SubjectId, ReadOnlyMemory<byte> Body, string? ContentType, string? Source, string? TraceParent)
{
    /// <summary>
    /// SHA-256 of a registration token that could not be checked when it came, or that came from outside the allowed networks (then of another
    /// form, <see cref="RegistrationToken.HashFromElsewhere"/>); null otherwise. The drain decides.
    /// </summary>
    public byte[]? TokenHash { get; init; }

    /// <summary>True where its address vouches for a token that could not be checked: it may have room that is kept for Safaricom's.</summary>
    public bool IsVouchedFor { get; init; }

    /// <summary>What Safaricom is answered where that says something: a validation's code and why.</summary>
    public string? Answer { get; init; }

    /// <summary>Set when its URL carries a token of our own probes: it touches no payment.</summary>
    public ProbeMark? Probe { get; init; }
}

/// <summary>What marks a callback as a try of our own.</summary>
/// <param name="Id">What its token was made for.</param>
/// <param name="Arrival">How it came in: peer, forwarding headers, scheme; at most 500 characters.</param>
public sealed record ProbeMark(Guid Id, string Arrival);

/// <summary>Stores callbacks durably; nothing else happens while Safaricom waits.</summary>
public interface IInbox
{
    /// <summary>
    /// Completes when the callback is committed; only then may it be answered 200. Throws <see cref="InboxUnavailableException"/> when
    /// it is stored nowhere.
    /// </summary>
    Task Store(IncomingCallback callback, CancellationToken cancellation);
}

/// <summary>The callback could be stored nowhere, or there is no room to wait: 503, and Safaricom may try again.</summary>
public sealed class InboxUnavailableException : Exception
{
    public InboxUnavailableException()
    {
    }

    public InboxUnavailableException(string message)
        : base(message)
    {
    }

    public InboxUnavailableException(string message, Exception inner)
        : base(message, inner)
    {
    }
}

/// <summary>A stored callback that waits to be understood.</summary>
/// <param name="TokenHash">See <see cref="IncomingCallback.TokenHash"/>.</param>
/// <param name="Answer">See <see cref="IncomingCallback.Answer"/>.</param>
/// <param name="ErasedAt">When its body was erased; null while it is there. Only a replay meets an erased one.</param>
/// <param name="IsProbe">True for a try of our own: it is read, and judged no further.</param>
public sealed record InboxRow(
    CallbackId Id, CallbackKind Kind, Guid? SubjectId, byte[] Body, byte[]? TokenHash = null, string? Answer = null, DateTimeOffset? ErasedAt = null,
    bool IsProbe = false)
{
    /// <summary>When it came, as the database has it; decides whether a token that was replaced since still counted then.</summary>
    public DateTimeOffset ReceivedAt { get; init; }

    /// <summary>See <see cref="IncomingCallback.TraceParent"/>.</summary>
    public string? TraceParent { get; init; }

    /// <summary>The peer's address when it came.</summary>
    public string? Source { get; init; }

    /// <summary>
    /// True for a replay of what came from an address that has been allowed since. The first time the word of the process that took it counts,
    /// for replicas may be configured differently while they are changed one by one.
    /// </summary>
    public bool IsAllowedNow { get; init; }

    /// <summary>The parked callback of the same payment it stepped aside for; null when it did not.</summary>
    public CallbackId? BlockedBy { get; init; }

    /// <summary>True where <see cref="SubjectId"/> is the shortcode's registration, which all payments by hand share, and no payment.</summary>
    public bool IsOfRegistration => Kind is CallbackKind.C2bConfirm or CallbackKind.C2bValidate;
}

/// <summary>How a callback somebody vouched for could be read.</summary>
public enum Reading
{
    /// <summary>As it is published; or nobody vouched for it, and how it is written is nobody's concern.</summary>
    Plain,

    /// <summary>In a form nobody published, which says the same.</summary>
    Lenient,

    /// <summary>Not at all.</summary>
    Unreadable,
}

/// <summary>What became of a stored callback.</summary>
/// <param name="Detail">A sentence for operators, without personal data; null when the verdict says it all.</param>
public sealed record CallbackResult(CallbackId Id, Verdict Verdict, string? Detail)
{
    /// <summary>How it could be read: what is not plain is counted and told (R17).</summary>
    public Reading Reading { get; init; }

    /// <summary>True for authentic money to a number that is not configured here (R17): it is counted apart.</summary>
    public bool IsStray { get; init; }
}

/// <summary>The inbox table: <c>new → done | parked → done</c>. Call inside <see cref="ITransactions"/>.</summary>
public interface ICallbacks
{
    /// <summary>
    /// Takes up to <paramref name="limit"/> new rows that nobody else has and that have not stepped aside: those with a token first, then oldest
    /// first.
    /// </summary>
    Task<IReadOnlyList<InboxRow>> TakeNew(int limit);

    /// <summary>Takes up to <paramref name="limit"/> rows that have stepped aside, nobody else has and whose time has come, longest due first.</summary>
    Task<IReadOnlyList<InboxRow>> TakeSetAside(int limit);

    /// <summary>Takes those of the given rows that are still new and that nobody else has.</summary>
    Task<IReadOnlyList<InboxRow>> TakeNew(IReadOnlyCollection<CallbackId> ids);

    /// <summary>Takes a parked row; null when it is not parked (any more).</summary>
    Task<InboxRow?> TakeParked(CallbackId id);

    /// <summary>Takes a row whatever its state, to be applied again; null when there is none.</summary>
    Task<InboxRow?> TakeAgain(CallbackId id);

    /// <summary>Marks rows done with their verdicts; a row that was done keeps its verdict unless it is applied now.</summary>
    Task Finish(IReadOnlyCollection<CallbackResult> judgements);

    /// <summary>
    /// Parks a row that cannot be applied, with a job of its own in the same commit; behind a parked row of the same payment without one.
    /// </summary>
    /// <returns>The parked row the others of its payment are to stand behind.</returns>
    Task<CallbackId> Park(InboxRow row, string why);

    /// <summary>Has those of the given rows that are new and nobody else has step aside for a while, perhaps behind a parked one.</summary>
    Task SetAside(IReadOnlyCollection<CallbackId> ids, TimeSpan wait, CallbackId? blockedBy);

    /// <summary>The same for all new rows of a payment, up to a number that one statement is quick with.</summary>
    Task SetAsideAll(Guid subjectId, TimeSpan wait, CallbackId blockedBy);

    /// <summary>A parked row is applied: what stood behind it is new again.</summary>
    Task Release(CallbackId id);

    /// <summary>True when a new row that has not stepped aside is older than <paramref name="age"/>: its job was lost.</summary>
    Task<bool> HasStale(TimeSpan age, CancellationToken cancellation);

    /// <summary>Reads a page of rows, newest first.</summary>
    Task<IReadOnlyList<CallbackView>> List(CallbackFilter filter, CancellationToken cancellation);

    /// <summary>Reads one row with its body; null when there is none.</summary>
    Task<CallbackView?> Find(CallbackId id, CancellationToken cancellation);
}

/// <summary>A filter over stored callbacks; times are receivedAt, half-open.</summary>
/// <param name="Text">Something the body contains.</param>
public sealed record CallbackFilter(
    CallbackKind? Kind, Verdict? Verdict, DateTimeOffset? From, DateTimeOffset? To, string? Text, Cursor? After, int Limit);

/// <summary>A stored callback as operators see it.</summary>
/// <param name="PaymentId">The attempt, payout or refund its token was made for; null without a valid token.</param>
/// <param name="Body">The raw body as text, null in lists.</param>
/// <param name="BodyBase64">The raw body, when it is not text.</param>
/// <param name="BodyErasedAt">When body and address were erased because their time was over; null while they are there.</param>
public sealed record CallbackView(
    string Id, string Kind, string State, string? Verdict, string? Detail, string? PaymentId, string? Source, string? ContentType,
    int Bytes, DateTimeOffset ReceivedAt, DateTimeOffset? DoneAt, string? Body, string? BodyBase64, DateTimeOffset? BodyErasedAt);
