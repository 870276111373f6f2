using Payments.Domain.Common;
using Payments.Domain.Requests;

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

    private ProviderRequest request = new();
    private string? toldId;
    private Failure? unconfirmedFailure;
    private Money? unconfirmedAmount;
    private ReceiptNumber? unconfirmedReceipt;

    public required AttemptId Id { get; init; }

    public required CheckoutId CheckoutId { get; init; }

    /// <summary>The phone that rang; null once its time is over (docs/privacy.md).</summary>
    public required Msisdn? Phone { get; init; }

    /// <summary>What the customer was asked for: whole shillings.</summary>
    public required Money Amount { get; init; }

    /// <summary>The push itself: Safaricom's ids of it, its queries, how it ended.</summary>
    public required ProviderRequest Request { get => request; init => request = value; }

    public DateTimeOffset StartedAt => request.SendingAt!.Value;

    public AttemptStatus Status => (AttemptStatus)request.Status;

    /// <summary>Safaricom's id of the push, null until its reply (or a trusted callback) tells it.</summary>
    public string? RequestId => request.Ids.RequestId;

    /// <summary>Safaricom's second id; recorded, never compared.</summary>
    public string? OtherId => request.Ids.OtherId;

    public DateTimeOffset? EndedAt => request.EndedAt;

    public SettledBy? SettledBy => request.SettledBy;

    public Failure? Failure => request.Failure;

    /// <summary>What a trusted callback said that is not believed until a query agrees (R5, R9); null when nothing.</summary>
    public Failure? UnconfirmedFailure { get => unconfirmedFailure; init => unconfirmedFailure = value; }

    /// <summary>
    /// The amount a trusted callback named for money that was not counted: not the one asked for (R9), or the one asked for, but under a
    /// number that stands elsewhere (R7).
    /// </summary>
    public Money? UnconfirmedAmount { get => unconfirmedAmount; init => unconfirmedAmount = value; }

    /// <summary>The receipt number that came with <see cref="UnconfirmedAmount"/>.</summary>
    public ReceiptNumber? UnconfirmedReceipt { get => unconfirmedReceipt; init => unconfirmedReceipt = value; }

    /// <summary>True when its own callback named a number that pays for something else: its money must not be counted here as well.</summary>
    public bool ReceiptBelongsToOther => UnconfirmedReceipt is not null && UnconfirmedAmount == Amount;

    /// <summary>
    /// True once a trusted callback came that may be its success and proves none (R9, or unreadable): a failure that comes as well does
    /// not end the questions.
    /// </summary>
    public bool HasConflictingResult => request.HasConflictingResult;

    /// <summary>How often Safaricom has been asked about it; counted where the queries are taken.</summary>
    public int QueryCount => request.Queries.Count;

    /// <summary>When it is to be asked about next; null when it succeeded, when a failure stands undisputed, or when the queries are exhausted.</summary>
    public DateTimeOffset? NextQueryAt => request.Queries.NextAt;

    public string? UnknownReason => request.UnknownReason;

    /// <summary>What the last query brought, for operators.</summary>
    public string? LastAnswer => request.Queries.LastAnswer;

    /// <summary>What is to be written when the unit of work ends.</summary>
    public EntityState State { get; private set; }

    /// <summary>True once an outcome is known.</summary>
    public bool IsSettled => request.IsSettled;

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
    public bool HasProviderIds(string? told) => new ProviderIds(RequestId, null).Matches(new(told, null)) || (HasErasedId && told is not null
        && told.Length == RequestId!.Length
        && told.AsSpan(0, told.Length - ErasedEnding.Length).SequenceEqual(RequestId.AsSpan(0, RequestId.Length - ErasedEnding.Length))
        && !told.AsSpan(told.Length - ErasedEnding.Length).ContainsAnyExceptInRange('0', '9'));

    /// <summary>Takes the id that a trusted callback told; in place of an erased one it is kept only if Safaricom has to be asked by it.</summary>
    public void RecordProviderIds(string? told)
    {
        Become(request with { Ids = request.Ids.Or(new(told, null)) });
        toldId = HasErasedId ? told : null;
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
    public void Reschedule(DateTimeOffset at) => Become(request with { Queries = request.Queries.Postpone(at) });

    /// <summary>What a query brought, whatever it settles.</summary>
    public void RecordAnswer(string answer) => Become(request with { Queries = request.Queries.Answered(answer) });

    /// <summary>Safaricom's reply: accepted. Of one that is unknown its own reply may still come.</summary>
    internal void Accept(string? accepted, string? other)
    {
        var reply = request.Accept(new(accepted, other));
        Become(reply.Status == RequestStatus.InDoubt ? reply with { Status = RequestStatus.Sent } : reply);
    }

    internal void MarkOutcomeUnknown(string why) => Become(request.LoseReply(why));

    internal void Succeed(SettledBy by, DateTimeOffset now) => Become(request.Succeed(by, now));

    internal void Fail(Failure reason, SettledBy? by, DateTimeOffset now) => Become(request.Fail(reason, by, now));

    /// <summary>What it was settled by turned out to be another's.</summary>
    internal void Reopen() => Become(request with { Status = RequestStatus.InDoubt, SettledBy = null, EndedAt = null });

    /// <summary>Nobody is asked any more; what is not settled is unknown.</summary>
    internal void StopQueries() => Become(request.Exhaust());

    /// <summary>Something came that may be its success and proves none.</summary>
    internal void MarkConflictingResult() => Become(request with { HasConflictingResult = true });

    internal void RecordUnconfirmedFailure(Failure told)
    {
        unconfirmedFailure = told;
        MarkModified();
    }

    internal void RecordUnconfirmedPayment(Money amount, ReceiptNumber number)
    {
        unconfirmedAmount = amount;
        unconfirmedReceipt = number;
        MarkModified();
    }

    /// <summary>Makes it possible to ask by the id that was just told; false when there is none but an erased one.</summary>
    internal bool RestoreId()
    {
        request = HasErasedId && toldId is not null ? request with { Ids = request.Ids with { RequestId = toldId } } : request;
        return !HasErasedId;
    }

    internal void MarkAdded() => State = EntityState.Added;

    private void Become(ProviderRequest next)
    {
        request = next;
        MarkModified();
    }

    private void MarkModified() => State = State == EntityState.Added ? EntityState.Added : EntityState.Updated;

    /// <summary>
    /// A push that seems to be of the future was sent before PostgreSQL's clock was set back: how long ago nobody can tell, but it does not stay
    /// young until that hour has come again (decision 0038).
    /// </summary>
    private bool IsYoungerThan(TimeSpan age, DateTimeOffset now) => (now - StartedAt).Duration() < age;
}
