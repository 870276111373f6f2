using Payments.Domain.Cases;
using Payments.Domain.Checkouts;
using Payments.Domain.Common;
using Payments.Domain.Payouts;
using Payments.Domain.Refunds;

namespace Payments.Domain.Transfers;

/// <summary>
/// Money on its way out: a <see cref="Payout"/> or a <see cref="Refund"/>. Sent at most once, then followed to its end by callbacks and
/// questions. Pure: what is to be written and told is left in <see cref="Events"/>, <see cref="Cases"/> and <see cref="State"/>.
/// </summary>
public abstract partial class Transfer
{
    private readonly List<string> events = [];
    private readonly List<Case> cases = [];

    public required Guid Id { get; init; }

    /// <summary>The shop it belongs to.</summary>
    public required string Client { get; init; }

    public required Money Amount { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; set; }

    public required TransferStatus Status { get; set; }

    /// <summary>The status it was loaded with: every UPDATE names the state it leaves.</summary>
    public TransferStatus OriginalStatus { get; init; }

    /// <summary>When it was committed as <see cref="TransferStatus.Sending"/>; null while queued.</summary>
    public DateTimeOffset? SendingAt { get; set; }

    /// <summary>When it was settled; null while it is not.</summary>
    public DateTimeOffset? EndedAt { get; set; }

    /// <summary>Safaricom's id of the request, null until its reply or a trusted callback tells it.</summary>
    public string? ConversationId { get; set; }

    /// <summary>
    /// Ours from the start for B2C v3 and made of what the caller said (R18), Safaricom's for B2B and reversals and null until told. What a
    /// status query asks by.
    /// </summary>
    public string? OriginatorId { get; set; }

    /// <summary>True once a trusted callback spoke of it: it was accepted, whatever the reply says.</summary>
    public bool CallbackReceived { get; set; }

    /// <summary>M-PESA's number of the movement; null while it has not moved or only a query knows.</summary>
    public string? Receipt { get; set; }

    /// <summary>Who settled it; null while it is not settled or was refused at once.</summary>
    public SettledBy? SettledBy { get; set; }

    /// <summary>Why it failed; null unless it did.</summary>
    public Failure? Failure { get; set; }

    /// <summary>
    /// The code of a refusal that may mean it has happened already; null when there was none. While it stands nothing but a completion or a
    /// person settles this: what M-PESA says of the refused request says nothing of an earlier one.
    /// </summary>
    public string? RefusedWith { get; set; }

    /// <summary>True once a trusted result came that may be a success and proves none: a failure that comes as well settles nothing by itself.</summary>
    public bool HasConflictingResult { get; set; }

    /// <summary>How often Safaricom has been asked about it.</summary>
    public int QueryCount { get; set; }

    /// <summary>When it is to be asked about next; null when queued, settled, or when the questions ran out.</summary>
    public DateTimeOffset? NextQueryAt { get; set; }

    /// <summary>What came in place of Safaricom's reply; null when it replied.</summary>
    public string? UnknownReason { get; set; }

    /// <summary>What is known of a doubt, for operators: at most 1,000 characters.</summary>
    public string? LastAnswer { get; set; }

    /// <summary>What is to be written when the unit of work ends.</summary>
    public EntityState State { get; set; }

    /// <summary>What the shop is to be told, in order.</summary>
    public IReadOnlyList<string> Events => events;

    /// <summary>What a person must decide.</summary>
    public IReadOnlyList<Case> Cases => cases;

    /// <summary>True once an outcome is known.</summary>
    public bool IsSettled => Status is TransferStatus.Completed or TransferStatus.Failed;

    /// <summary><c>payout</c> or <c>refund</c>: how events and stories name it.</summary>
    public abstract string TypeName { get; }

    /// <summary>The checkout concerned, null when none is.</summary>
    public abstract Guid? CheckoutId { get; }

    /// <summary>
    /// Begins the one sending. Committed before the first byte leaves. Dies before the commit: still queued, nothing was sent, another
    /// job sends. Dies after it: the next run finds it sending, calls it in doubt and sends nothing.
    /// </summary>
    /// <param name="askAt">When to ask Safaricom if nothing has been heard by then.</param>
    /// <param name="isNamed">
    /// False where the API takes no name of ours (B2C v1): then there is none to ask by until the reply or a result tells Safaricom's, as with a
    /// payment to a business.
    /// </param>
    public void Send(DateTimeOffset askAt, DateTimeOffset now, bool isNamed = true)
    {
        if (Status != TransferStatus.Queued)
        {
            throw new InvalidOperationException($"A {TypeName} that is {Status} may not be sent.");
        }

        OriginatorId = !HasOwnName ? OriginatorId : isNamed ? OriginatorId ?? Id.ToString() : null;
        Status = TransferStatus.Sending;
        SendingAt = now;
        NextQueryAt = askAt;
        (WaitingFor, RetryAt) = (null, null);
        MarkModified(now);
    }

    /// <summary>Safaricom's reply: accepted. After a callback, or once in doubt, it only fills in the ids.</summary>
    public void Accepted(string? conversationId, string? originatorId, DateTimeOffset now)
    {
        RecordProviderIds(conversationId, originatorId);
        if (Status == TransferStatus.Sending)
        {
            Status = TransferStatus.Sent;
        }

        MarkModified(now);
    }

    /// <summary>Safaricom's reply: refused at once, nothing will happen. A trusted callback that said otherwise is believed instead.</summary>
    public void Refused(Failure failure, DateTimeOffset now)
    {
        if (CallbackReceived || Status is not (TransferStatus.Sending or TransferStatus.InDoubt))
        {
            return;
        }

        if (MayHaveHappened(failure))
        {
            HoldRefusedReversal(failure, now);
        }
        else
        {
            End(TransferStatus.Failed, null, failure, now);
        }
    }

    /// <summary>No reply, or one that says nothing: it may have been accepted, so it is never sent again.</summary>
    public void MarkInDoubt(string why, DateTimeOffset now)
    {
        if (Status == TransferStatus.Sending)
        {
            LastAnswer = why;
            UnknownReason ??= why;
            EnterDoubt(now);
        }
    }

    /// <summary>
    /// Whether a callback is about this very thing (R3): no id it names differs from one we know, and it names one we know, if we
    /// know any. A queue timeout may lack its ids.
    /// </summary>
    public bool HasProviderIds(string? conversationId, string? originatorId, bool mayLack = false)
    {
        if ((ConversationId is not null && conversationId is not null && ConversationId != conversationId)
            || (OriginatorId is not null && originatorId is not null && OriginatorId != originatorId))
        {
            return false;
        }

        var named = (ConversationId is not null && conversationId is not null) || (OriginatorId is not null && originatorId is not null);
        return named || mayLack || (ConversationId is null && OriginatorId is null);
    }

    /// <summary>Takes ids a reply or a trusted callback named; what is known is never replaced.</summary>
    public void RecordProviderIds(string? conversationId, string? originatorId)
    {
        ConversationId ??= conversationId;
        OriginatorId ??= originatorId;
        State = State == EntityState.Added ? EntityState.Added : EntityState.Updated;
    }

    /// <summary>Asks no later than <paramref name="at"/>.</summary>
    public void ScheduleQuery(DateTimeOffset at)
    {
        if (NextQueryAt is null || NextQueryAt > at)
        {
            NextQueryAt = at;
        }
    }

    /// <summary>What of this movement's other side is known to be wrong; null when everything visible agrees.</summary>
    /// <param name="parties">Names or numbers as given (<c>254708374149 - JOHN DOE</c>), possibly masked or hashed.</param>
    protected abstract string? CounterpartyMismatch(IReadOnlyList<string> parties);

    /// <summary>True for a failure that may mean it has happened already, and so is none (R12).</summary>
    protected virtual bool MayHaveHappened(Failure failure) => false;

    private void MarkModified(DateTimeOffset now)
    {
        UpdatedAt = now;
        State = State == EntityState.Added ? EntityState.Added : EntityState.Updated;
    }

    private void EnterDoubt(DateTimeOffset now)
    {
        if (Status != TransferStatus.InDoubt)
        {
            Status = TransferStatus.InDoubt;
            events.Add($"{TypeName}.in_doubt");
        }

        MarkModified(now);
    }

    private void End(TransferStatus status, SettledBy? by, Failure? failure, DateTimeOffset now)
    {
        // What was cancelled here and completed all the same was sent, by whomever.
        SendingAt ??= now;
        Status = status;
        SettledBy = by;
        Failure = failure;
        EndedAt = now;
        NextQueryAt = null;
        events.Add(status == TransferStatus.Completed ? $"{TypeName}.completed" : $"{TypeName}.failed");
        MarkModified(now);
    }

    private TransferFacts Facts => TransferFacts.Of(this);
}
