using Payments.Domain.Common;

namespace Payments.Domain.Checkouts;

/// <summary>One STK push. Changed only through its <see cref="Checkout"/>, whose lock guards it.</summary>
public sealed partial class Attempt
{
    /// <summary>
    /// A prompt lives one to three minutes on the phone; after three a new one may be sent and this one no longer counts as
    /// under way (it is still followed to its end).
    /// </summary>
    public static readonly TimeSpan PromptLifetime = TimeSpan.FromMinutes(3);

    /// <summary>A query's failure is believed only this long after the push: queries have reported failures early (R4).</summary>
    public static readonly TimeSpan EarlyFailure = TimeSpan.FromSeconds(60);

    public required Guid Id { get; init; }

    public required Guid CheckoutId { get; init; }

    /// <summary>The phone that rang; null once its time is over (docs/privacy.md).</summary>
    public required Msisdn? Phone { get; init; }

    /// <summary>What the customer was asked for: whole shillings.</summary>
    public required Money Amount { get; init; }

    public required DateTimeOffset StartedAt { get; init; }

    public required AttemptStatus Status { get; set; }

    /// <summary>Safaricom's id of the push, null until its reply (or a trusted callback) tells it.</summary>
    public string? RequestId { get; set; }

    /// <summary>Safaricom's second id; recorded, never compared.</summary>
    public string? OtherId { get; set; }

    /// <summary>When it was settled; null while it is not.</summary>
    public DateTimeOffset? EndedAt { get; set; }

    /// <summary>Who settled it; null while it is not settled or was refused at once.</summary>
    public SettledBy? SettledBy { get; set; }

    /// <summary>Why it failed; null unless it did.</summary>
    public Failure? Failure { get; set; }

    /// <summary>What a trusted callback said that is not believed until a query agrees (R5, R9); null when nothing.</summary>
    public Failure? UnconfirmedFailure { get; set; }

    /// <summary>
    /// The amount a trusted callback named for money that was not counted: not the one asked for (R9), or the one asked for, but under a
    /// number that stands elsewhere (R7).
    /// </summary>
    public Money? UnconfirmedAmount { get; set; }

    /// <summary>The receipt number that came with <see cref="UnconfirmedAmount"/>.</summary>
    public string? UnconfirmedReceipt { get; set; }

    /// <summary>True when its own callback named a number that pays for something else: its money must not be counted here as well.</summary>
    public bool ReceiptBelongsToOther => UnconfirmedReceipt is not null && UnconfirmedAmount == Amount;

    /// <summary>
    /// True once a trusted callback came that may be its success and proves none (R9, or unreadable): a failure that comes as well does
    /// not end the questions.
    /// </summary>
    public bool HasConflictingResult { get; set; }

    /// <summary>How often Safaricom has been asked about it.</summary>
    public int QueryCount { get; set; }

    /// <summary>When it is to be asked about next; null when it succeeded, when a failure stands undisputed, or when the questions ran out.</summary>
    public DateTimeOffset? NextQueryAt { get; set; }

    /// <summary>What came in place of Safaricom's reply to the push; null when it replied.</summary>
    public string? UnknownReason { get; set; }

    /// <summary>What the last question brought, for operators.</summary>
    public string? LastAnswer { get; set; }

    /// <summary>What is to be written when the unit of work ends.</summary>
    public EntityState State { get; set; }

    /// <summary>True once an outcome is known.</summary>
    public bool IsSettled => Status is AttemptStatus.Succeeded or AttemptStatus.Failed;

    /// <summary>True while nobody knows what became of it, or Safaricom is still asked whether it failed: a payment may be its.</summary>
    public bool IsOpen => !IsSettled || NextQueryAt is not null;

    /// <summary>True while the customer may still be looking at this prompt.</summary>
    public bool IsUnderWay(DateTimeOffset now) => !IsSettled && IsYoungerThan(PromptLifetime, now);

    /// <summary>True while a query's failure is not believed yet (R4).</summary>
    public bool IsEarly(DateTimeOffset now) => IsYoungerThan(EarlyFailure, now);

    /// <summary>From when on a query's failure is believed.</summary>
    public DateTimeOffset BelievedFrom(DateTimeOffset now) => IsEarly(now) ? StartedAt + EarlyFailure : now;

    /// <summary>Asks no later than <paramref name="at"/>.</summary>
    public void ScheduleQuery(DateTimeOffset at)
    {
        if (NextQueryAt is null || NextQueryAt > at)
        {
            NextQueryAt = at;
            MarkModified();
        }
    }

    /// <summary>Something came that may be its success and proves none.</summary>
    public void MarkConflictingResult()
    {
        HasConflictingResult = true;
        MarkModified();
    }

    /// <summary>Marks the row as changed.</summary>
    public void MarkModified() => State = State == EntityState.Added ? EntityState.Added : EntityState.Updated;

    /// <summary>
    /// A push that seems to be of the future was sent before PostgreSQL's clock was set back: how long ago nobody can tell, but it does not stay
    /// young until that hour has come again (decision 0038).
    /// </summary>
    private bool IsYoungerThan(TimeSpan age, DateTimeOffset now) => (now - StartedAt).Duration() < age;
}

/// <summary>What the end of a unit of work has to write for one row.</summary>
public enum EntityState
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>A new row.</summary>
    Added,

    /// <summary>New values in an existing row.</summary>
    Updated,

    /// <summary>The row goes away.</summary>
    Removed,
}
