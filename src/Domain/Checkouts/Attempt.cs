using Payments.Domain.Common;

namespace Payments.Domain.Checkouts;

/// <summary>One STK push. Settled only through its <see cref="Checkout"/>, whose lock guards it.</summary>
public sealed class Attempt
{
    /// <summary>
    /// A prompt lives one to three minutes on the phone; after three a new one may be sent and this one no longer counts as
    /// under way (it is still followed to its end).
    /// </summary>
    public static readonly TimeSpan PromptLifetime = TimeSpan.FromMinutes(3);

    /// <summary>A query's failure is believed only this long after the push: queries have reported failures early (R4).</summary>
    public static readonly TimeSpan EarlyFailure = TimeSpan.FromSeconds(60);

    /// <summary>What stands at the end of Safaricom's id, whose last nine digits are the phone's, once they were erased.</summary>
    public const string ErasedEnding = "•••••••••";

    private AttemptStatus status;
    private string? requestId;
    private string? otherId;
    private string? toldId;
    private DateTimeOffset? endedAt;
    private SettledBy? settledBy;
    private Failure? failure;
    private Failure? unconfirmedFailure;
    private Money? unconfirmedAmount;
    private string? unconfirmedReceipt;
    private bool hasConflictingResult;
    private DateTimeOffset? nextQueryAt;
    private string? unknownReason;
    private string? lastAnswer;

    public required Guid Id { get; init; }

    public required Guid CheckoutId { get; init; }

    /// <summary>The phone that rang; null once its time is over (docs/privacy.md).</summary>
    public required Msisdn? Phone { get; init; }

    /// <summary>What the customer was asked for: whole shillings.</summary>
    public required Money Amount { get; init; }

    public required DateTimeOffset StartedAt { get; init; }

    public required AttemptStatus Status { get => status; init => status = value; }

    /// <summary>Safaricom's id of the push, null until its reply (or a trusted callback) tells it.</summary>
    public string? RequestId { get => requestId; init => requestId = value; }

    /// <summary>Safaricom's second id; recorded, never compared.</summary>
    public string? OtherId { get => otherId; init => otherId = value; }

    /// <summary>When it was settled; null while it is not.</summary>
    public DateTimeOffset? EndedAt { get => endedAt; init => endedAt = value; }

    /// <summary>Who settled it; null while it is not settled or was refused at once.</summary>
    public SettledBy? SettledBy { get => settledBy; init => settledBy = value; }

    /// <summary>Why it failed; null unless it did.</summary>
    public Failure? Failure { get => failure; init => failure = value; }

    /// <summary>What a trusted callback said that is not believed until a query agrees (R5, R9); null when nothing.</summary>
    public Failure? UnconfirmedFailure { get => unconfirmedFailure; init => unconfirmedFailure = value; }

    /// <summary>
    /// The amount a trusted callback named for money that was not counted: not the one asked for (R9), or the one asked for, but under a
    /// number that stands elsewhere (R7).
    /// </summary>
    public Money? UnconfirmedAmount { get => unconfirmedAmount; init => unconfirmedAmount = value; }

    /// <summary>The receipt number that came with <see cref="UnconfirmedAmount"/>.</summary>
    public string? UnconfirmedReceipt { get => unconfirmedReceipt; init => unconfirmedReceipt = value; }

    /// <summary>True when its own callback named a number that pays for something else: its money must not be counted here as well.</summary>
    public bool ReceiptBelongsToOther => UnconfirmedReceipt is not null && UnconfirmedAmount == Amount;

    /// <summary>
    /// True once a trusted callback came that may be its success and proves none (R9, or unreadable): a failure that comes as well does
    /// not end the questions.
    /// </summary>
    public bool HasConflictingResult { get => hasConflictingResult; init => hasConflictingResult = value; }

    /// <summary>How often Safaricom has been asked about it; counted where the queries are taken.</summary>
    public int QueryCount { get; init; }

    /// <summary>When it is to be asked about next; null when it succeeded, when a failure stands undisputed, or when the queries are exhausted.</summary>
    public DateTimeOffset? NextQueryAt { get => nextQueryAt; init => nextQueryAt = value; }

    /// <summary>What came in place of Safaricom's reply to the push; null when it replied.</summary>
    public string? UnknownReason { get => unknownReason; init => unknownReason = value; }

    /// <summary>What the last query brought, for operators.</summary>
    public string? LastAnswer { get => lastAnswer; init => lastAnswer = value; }

    /// <summary>What is to be written when the unit of work ends.</summary>
    public EntityState State { get; private set; }

    /// <summary>True once an outcome is known.</summary>
    public bool IsSettled => Status is AttemptStatus.Succeeded or AttemptStatus.Failed;

    /// <summary>True while nobody knows what became of it, or Safaricom is still asked whether it failed: a payment may be its.</summary>
    public bool IsOpen => !IsSettled || NextQueryAt is not null;

    /// <summary>True where no query can settle it any more: there is no id to ask by, or the queries are exhausted (R11).</summary>
    public bool IsBeyondQueries => Status == AttemptStatus.Unknown && (RequestId is null || NextQueryAt is null);

    /// <summary>
    /// True when the end of Safaricom's id was erased: a callback is still recognised by the rest of it and its own token, but nobody can be
    /// asked by it.
    /// </summary>
    public bool HasErasedId => RequestId?.EndsWith(ErasedEnding, StringComparison.Ordinal) == true;

    /// <summary>True while the customer may still be looking at this prompt.</summary>
    public bool IsUnderWay(DateTimeOffset now) => !IsSettled && IsYoungerThan(PromptLifetime, now);

    /// <summary>True while a query's failure is not believed yet (R4).</summary>
    public bool IsEarly(DateTimeOffset now) => IsYoungerThan(EarlyFailure, now);

    /// <summary>From when on a query's failure is believed.</summary>
    public DateTimeOffset BelievedFrom(DateTimeOffset now) => IsEarly(now) ? StartedAt + EarlyFailure : now;

    /// <summary>Whether a callback names this push (R3): by Safaricom's id as far as we have it, any where we have none yet.</summary>
    public bool HasProviderIds(string? told) =>
        RequestId is null || RequestId == told || (HasErasedId && told is not null && told.Length == RequestId.Length
            && told.AsSpan(0, told.Length - ErasedEnding.Length).SequenceEqual(RequestId.AsSpan(0, RequestId.Length - ErasedEnding.Length))
            && !told.AsSpan(told.Length - ErasedEnding.Length).ContainsAnyExceptInRange('0', '9'));

    /// <summary>Takes the id that a trusted callback told; in place of an erased one it is kept only if Safaricom has to be asked by it.</summary>
    public void RecordProviderIds(string? told)
    {
        requestId ??= told;
        toldId = HasErasedId ? told : null;
        MarkModified();
    }

    /// <summary>Asks no later than <paramref name="at"/>.</summary>
    public void ScheduleQuery(DateTimeOffset at)
    {
        if (NextQueryAt is null || NextQueryAt > at)
        {
            Reschedule(at);
        }
    }

    /// <summary>Asks next at <paramref name="at"/>, whatever was planned.</summary>
    public void Reschedule(DateTimeOffset at)
    {
        nextQueryAt = at;
        MarkModified();
    }

    /// <summary>What a query brought, whatever it settles.</summary>
    public void RecordAnswer(string answer)
    {
        lastAnswer = answer;
        MarkModified();
    }

    internal void Accept(string? accepted, string? other)
    {
        requestId ??= accepted;
        otherId ??= other;
        status = status is AttemptStatus.Sending or AttemptStatus.Unknown ? AttemptStatus.Sent : status;
        MarkModified();
    }

    internal void MarkOutcomeUnknown(string why)
    {
        status = AttemptStatus.Unknown;
        unknownReason = lastAnswer = why;
        MarkModified();
    }

    internal void Succeed(SettledBy by, DateTimeOffset now) => End(AttemptStatus.Succeeded, by, null, now);

    internal void Fail(Failure reason, SettledBy? by, DateTimeOffset now) => End(AttemptStatus.Failed, by, reason, now);

    /// <summary>What it was settled by turned out to be another's.</summary>
    internal void Reopen()
    {
        status = AttemptStatus.Unknown;
        settledBy = null;
        endedAt = null;
        MarkModified();
    }

    /// <summary>Nobody is asked any more; what is not settled is unknown.</summary>
    internal void StopQueries()
    {
        status = IsSettled ? status : AttemptStatus.Unknown;
        nextQueryAt = null;
        MarkModified();
    }

    /// <summary>Something came that may be its success and proves none.</summary>
    internal void MarkConflictingResult()
    {
        hasConflictingResult = true;
        MarkModified();
    }

    internal void RecordUnconfirmedFailure(Failure told)
    {
        unconfirmedFailure = told;
        MarkModified();
    }

    internal void RecordUnconfirmedPayment(Money amount, string number)
    {
        unconfirmedAmount = amount;
        unconfirmedReceipt = number;
        MarkModified();
    }

    /// <summary>Makes it possible to ask by the id that was just told; false when there is none but an erased one.</summary>
    internal bool RestoreId()
    {
        requestId = HasErasedId && toldId is not null ? toldId : requestId;
        return !HasErasedId;
    }

    internal void MarkAdded() => State = EntityState.Added;

    private void End(AttemptStatus outcome, SettledBy? by, Failure? reason, DateTimeOffset now)
    {
        status = outcome;
        settledBy = by;
        failure = reason;
        endedAt = now;
        nextQueryAt = null;
        MarkModified();
    }

    private void MarkModified() => State = State == EntityState.Added ? EntityState.Added : EntityState.Updated;

    /// <summary>
    /// A push that seems to be of the future was sent before PostgreSQL's clock was set back: how long ago nobody can tell, but it does not stay
    /// young until that hour has come again (decision 0038).
    /// </summary>
    private bool IsYoungerThan(TimeSpan age, DateTimeOffset now) => (now - StartedAt).Duration() < age;
}
