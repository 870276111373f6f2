using Payments.Domain.C2b;
using Payments.Domain.Cases;
using Payments.Domain.Checkouts;
using Payments.Domain.Common;
using Payments.Domain.Refunds;

namespace Payments.Domain.Receipts;

/// <summary>
/// Money that moved to us, by M-PESA's receipt number (R6). Where it stands on a checkout it is changed only through that, whose lock guards it.
/// </summary>
public sealed class Receipt
{
    /// <summary>How long a success without a number waits for one before its excess counts as surplus (R7).</summary>
    public static readonly TimeSpan NumberWait = TimeSpan.FromMinutes(30);

    /// <summary>
    /// How much earlier than a prompt a receipt may seem to be recorded although it came after: both times are those of transactions'
    /// beginnings, and the later one may have waited for a lock (at most 5 s each time).
    /// </summary>
    public static readonly TimeSpan RecordingSlack = TimeSpan.FromSeconds(15);

    private ReceiptNumber? number;
    private CheckoutId? checkoutId;
    private AttemptId? attemptId;
    private bool isInferred;
    private Money applied;
    private Money surplus;
    private Money writtenOff;
    private DateTimeOffset? surplusDueAt;
    private PaymentMethod method;
    private SettledBy settledBy;
    private string account = "";
    private string? shortcode;
    private string? payer;
    private string? payerName;
    private DateTimeOffset at;
    private bool late;
    private EntityState state;

    public required ReceiptId Id { get; init; }

    /// <summary>M-PESA's number, unique; null while only a query knows of the payment.</summary>
    public ReceiptNumber? Number { get => number; init => number = value; }

    /// <summary>The order it was applied to or is surplus of; null while unmatched.</summary>
    public CheckoutId? CheckoutId { get => checkoutId; init => checkoutId = value; }

    /// <summary>The push that brought it; null for what was paid by hand.</summary>
    public AttemptId? AttemptId { get => attemptId; init => attemptId = value; }

    /// <summary>
    /// True when it was joined to its push by comparison (R7), false when the push's own callback named its number: a callback that
    /// names another parts them again.
    /// </summary>
    public bool IsInferred { get => isInferred; init => isInferred = value; }

    public required Money Amount { get; init; }

    /// <summary>What of it pays for the checkout.</summary>
    public Money Applied { get => applied; init => applied = value; }

    /// <summary>What of it exceeds the checkout, kept for an operator to refund.</summary>
    public Money Surplus { get => surplus; init => surplus = value; }

    /// <summary>
    /// What of it an operator decided to leave as it is; never more than there is to settle. That ends the work, not the money: it is still ours
    /// to give back or to count, and whatever does either of it takes back as much of the write-off.
    /// </summary>
    public Money WrittenOff { get => writtenOff; init => writtenOff = value; }

    /// <summary>When the rest will be declared surplus if no number turns up to merge it; null when nothing is waiting.</summary>
    public DateTimeOffset? SurplusDueAt { get => surplusDueAt; init => surplusDueAt = value; }

    public required PaymentMethod Method { get => method; init => method = value; }

    public required SettledBy SettledBy { get => settledBy; init => settledBy = value; }

    /// <summary>What the customer typed as account; empty for STK, and mostly for tills.</summary>
    public string Account { get => account; init => account = value; }

    /// <summary>Which number was paid, as the confirmation names it; null when none did.</summary>
    public string? Shortcode { get => shortcode; init => shortcode = value; }

    /// <summary>The payer's number as given: plain, masked, spaced or hashed. Never a key (R13).</summary>
    public string? Payer { get => payer; init => payer = value; }

    public string? PayerName { get => payerName; init => payerName = value; }

    /// <summary>When M-PESA says the money moved, else when we learned it.</summary>
    public required DateTimeOffset At { get => at; init => at = value; }

    /// <summary>When it was written into the books, by PostgreSQL's clock.</summary>
    public DateTimeOffset RecordedAt { get; init; }

    /// <summary>True when its checkout had failed or expired before it came.</summary>
    public bool Late { get => late; init => late = value; }

    /// <summary>
    /// Phones on which prompts of other orders asked for the same amount at that time, as of when it was loaded; null for one that was erased.
    /// Told of till payments that stand nowhere.
    /// </summary>
    public IReadOnlyList<Msisdn?> Rivals { get; init; } = [];

    /// <summary>Every refund of it, whatever became of it, oldest first; handed in by whoever loads it.</summary>
    public List<Refund> Refunds { get; } = [];

    /// <summary>What a person must decide about it while it belongs to no order.</summary>
    public List<Case> Cases { get; } = [];

    /// <summary>What is to be written when the unit of work ends.</summary>
    public EntityState State { get => state; init => state = value; }

    /// <summary>What of it is neither applied nor surplus yet, and has not gone back either.</summary>
    public Money Unassigned => Amount - Applied - Surplus - RefundedShares.Uncounted(this);

    /// <summary>True when it stands on a checkout but counts as nothing there until a person decides (R7).</summary>
    public bool IsOnHold =>
        CheckoutId is not null && SurplusDueAt is null && Applied == Money.Zero && Surplus == Money.Zero && !RefundedShares.StoppedCounting(this);

    /// <summary>True when something of it went back, or may have (R12): money given back pays for nothing (R15).</summary>
    public bool IsRefundedOrReserved => Refunds.Exists(r => r.IsReserved);

    /// <summary>What no refund has taken.</summary>
    public Money Left => RefundPolicy.Left(this, Refunds);

    /// <summary>What of it is not needed for this order: surplus or unassigned, and not given back.</summary>
    public Money Spare => Money.Min(RefundPolicy.SurplusLeft(this, Refunds) + Unassigned, Left);

    /// <summary>What of it has neither gone back nor been written off, and counts as nothing: somebody has to settle it.</summary>
    public Money Unsettled => Open - Money.Min(WrittenOff, Open);

    private Money Open => CheckoutId is null || IsOnHold ? Unassigned : RefundPolicy.SurplusLeft(this, Refunds);

    /// <summary>
    /// Its number again, while it belongs to no order. What the first to tell it did not know is filled in; another amount is nobody's word
    /// against the first's, but a case.
    /// </summary>
    public SettlementResult ApplyRepeatedConfirmation(Confirmation confirmation)
    {
        if (Amount != confirmation.Amount)
        {
            Cases.Add(confirmation.Contradicts(this));
            return SettlementResult.Contradiction;
        }

        FillIn(confirmation);
        return SettlementResult.Duplicate;
    }

    /// <summary>A confirmation told which of our numbers was paid, and so how.</summary>
    public void RecordShortcode(Confirmation confirmation)
    {
        method = confirmation.Method;
        shortcode ??= confirmation.Shortcode;
    }

    /// <summary>
    /// Leaves what is to be settled as it is; false when there is nothing. For what cannot be given back: below KES 10, cents, a payer nobody showed.
    /// </summary>
    public bool WriteOff()
    {
        if (Unsettled == Money.Zero)
        {
            return false;
        }

        writtenOff = Open;
        MarkModified();
        return true;
    }

    /// <summary>A refund of it is reserved, in the same commit.</summary>
    public void Reserve(Refund refund)
    {
        Refunds.Add(refund);
        LimitWriteOff();
    }

    /// <summary>Something of it went back or counts now: what was written off of that no longer is.</summary>
    internal void LimitWriteOff()
    {
        if (WrittenOff > Open)
        {
            writtenOff = Open;
            MarkModified();
        }
    }

    /// <summary>Fills in what the first to tell of it did not know, and overwrites nothing.</summary>
    internal void FillIn(Confirmation confirmation)
    {
        if ((Account.Length > 0 || confirmation.Account.Length == 0) && (Payer is not null || confirmation.Payer is null)
            && (PayerName is not null || confirmation.PayerName is null))
        {
            return;
        }

        account = Account.Length > 0 ? Account : confirmation.Account;
        payer ??= confirmation.Payer;
        payerName ??= confirmation.PayerName;
        MarkModified();
    }

    /// <summary>Stands on a checkout from now on; what of it counts there is another question.</summary>
    internal void PlaceOn(Checkout checkout) => checkoutId = checkout.Id;

    /// <summary>Stands on a checkout and counts as nothing there.</summary>
    internal void PutOnHold(Checkout checkout)
    {
        PlaceOn(checkout);
        surplusDueAt = null;
        MarkModified();
    }

    /// <summary>So much more of it, which may be less than nothing, pays for its checkout.</summary>
    internal void Apply(Money more)
    {
        applied += more;
        MarkModified();
    }

    internal void MarkLate(bool isLate) => late = isLate;

    /// <summary>Its number may still turn up on money we already have: until then nothing of it is surplus (R7).</summary>
    internal void AwaitNumber(DateTimeOffset now)
    {
        surplusDueAt = now + NumberWait;
        MarkModified();
    }

    /// <summary>The rest of it is surplus.</summary>
    /// <returns>False when there is no rest.</returns>
    internal bool DeclareSurplus()
    {
        surplusDueAt = null;
        MarkModified();
        var rest = Unassigned;
        surplus += rest;
        return rest > Money.Zero;
    }

    /// <summary>Takes the place of a receipt that turned out to be the same money: <paramref name="taken"/> pays, the rest is surplus.</summary>
    internal void Reallocate(Money taken)
    {
        surplus += Unassigned - taken;
        Apply(taken);
        surplusDueAt = null;
    }

    /// <summary>The order was given up: what paid for it is surplus.</summary>
    internal void Release()
    {
        surplus += Applied;
        applied = Money.Zero;
        MarkModified();
    }

    internal void AttachTo(Attempt attempt, bool inferred)
    {
        attemptId = attempt.Id;
        isInferred = inferred;
        method = PaymentMethod.Stk;
        MarkModified();
    }

    /// <summary>It is a payment by hand after all.</summary>
    internal void Detach(PaymentMethod paidBy)
    {
        attemptId = null;
        isInferred = false;
        method = paidBy;
        settledBy = SettledBy == SettledBy.StkQuery ? SettledBy.Confirmation : SettledBy;
        MarkModified();
    }

    /// <summary>The number of a payment that was known without one.</summary>
    internal void AssignNumber(ReceiptNumber told, string? shownPayer, DateTimeOffset? movedAt)
    {
        number = told;
        payer ??= shownPayer;
        at = movedAt ?? At;
        isInferred = false;
        surplusDueAt = null;
        MarkModified();
    }

    /// <summary>Its attempt's own callback has named it.</summary>
    internal void ConfirmAttempt()
    {
        isInferred = false;
        MarkModified();
    }

    /// <summary>The number it was just given is its by comparison only.</summary>
    internal void MarkInferred() => isInferred = true;

    /// <summary>What the confirmation that gave it its number tells beside it.</summary>
    internal void DescribeAs(Receipt confirmed)
    {
        account = confirmed.Account;
        shortcode = confirmed.Shortcode;
        payerName ??= confirmed.PayerName;
    }

    internal void MarkRemoved() => state = EntityState.Removed;

    private void MarkModified() => state = state == EntityState.Added ? EntityState.Added : EntityState.Updated;
}
