using Payments.Domain.Common;

namespace Payments.Domain.Checkouts;

/// <summary>Money that moved to us, by M-PESA's receipt number (R6).</summary>
public sealed partial class Receipt
{
    /// <summary>How long a success without a number waits for one before its excess counts as surplus (R7).</summary>
    public static readonly TimeSpan NumberWait = TimeSpan.FromMinutes(30);

    /// <summary>
    /// How much earlier than a prompt a receipt may seem to be recorded although it came after: both times are those of transactions'
    /// beginnings, and the later one may have waited for a lock (at most 5 s each time).
    /// </summary>
    public static readonly TimeSpan RecordingSlack = TimeSpan.FromSeconds(15);

    public required Guid Id { get; init; }

    /// <summary>M-PESA's number, unique; null while only a query knows of the payment.</summary>
    public string? Number { get; set; }

    /// <summary>The order it was applied to or is surplus of; null while unmatched.</summary>
    public Guid? CheckoutId { get; set; }

    /// <summary>The push that brought it; null for what was paid by hand.</summary>
    public Guid? AttemptId { get; set; }

    /// <summary>
    /// True when it was joined to its push by comparison (R7), false when the push's own callback named its number: a callback that
    /// names another parts them again.
    /// </summary>
    public bool IsInferred { get; set; }

    public required Money Amount { get; set; }

    /// <summary>What of it pays for the checkout.</summary>
    public Money Applied { get; set; }

    /// <summary>What of it exceeds the checkout, kept for an operator to refund.</summary>
    public Money Surplus { get; set; }

    /// <summary>When the rest will be declared surplus if no number turns up to merge it; null when nothing is waiting.</summary>
    public DateTimeOffset? SurplusDueAt { get; set; }

    public required PaymentMethod Method { get; set; }

    public required SettledBy SettledBy { get; set; }

    /// <summary>What the customer typed as account; empty for STK, and mostly for tills.</summary>
    public string Account { get; set; } = "";

    /// <summary>Which number was paid, as the confirmation names it; null when none did.</summary>
    public string? Shortcode { get; set; }

    /// <summary>The payer's number as given: plain, masked, spaced or hashed. Never a key (R13).</summary>
    public string? Payer { get; set; }

    public string? PayerName { get; set; }

    /// <summary>When M-PESA says the money moved, else when we learned it.</summary>
    public required DateTimeOffset At { get; set; }

    /// <summary>When it was written into the books, by PostgreSQL's clock.</summary>
    public DateTimeOffset RecordedAt { get; init; }

    /// <summary>True when its checkout had failed or expired before it came.</summary>
    public bool Late { get; set; }

    /// <summary>
    /// Phones on which prompts of other orders asked for the same amount at that time, as of when it was loaded; null for one that was erased.
    /// Told of till payments that stand nowhere.
    /// </summary>
    public IReadOnlyList<Msisdn?> Rivals { get; init; } = [];

    /// <summary>What is to be written when the unit of work ends.</summary>
    public EntityState State { get; set; }

    /// <summary>What of it is neither applied nor surplus yet, and has not gone back either.</summary>
    public Money Unassigned => Amount - Applied - Surplus - Uncounted;

    /// <summary>True when it stands on a checkout but counts as nothing there until a person decides (R7).</summary>
    public bool IsOnHold => CheckoutId is not null && SurplusDueAt is null && Applied == Money.Zero && Surplus == Money.Zero && !StoppedCounting;

    /// <summary>Marks the row as changed.</summary>
    public void MarkModified() => State = State == EntityState.Added ? EntityState.Added : EntityState.Updated;
}
