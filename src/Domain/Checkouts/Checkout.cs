using Payments.Domain.C2b;
using Payments.Domain.Cases;
using Payments.Domain.Common;
using Payments.Domain.Receipts;
using Payments.Domain.Refunds;
using Payments.Domain.Requests;
using Payments.Domain.Transfers;

namespace Payments.Domain.Checkouts;

/// <summary>
/// What a shop wants paid, and the only door to its attempts and receipts. Pure: time and ids come in as arguments, what is to be written and told
/// is left in <see cref="Events"/>, <see cref="Cases"/> and the rows' <see cref="EntityState"/>.
/// </summary>
/// <remarks>
/// What is told of money is decided in <see cref="AttemptSettlement"/>, joined in <see cref="ReceiptLinking"/> and <see cref="CustomerPayments"/> as the <see cref="ReceiptMatcher"/>
/// says, and counted in <see cref="ReceiptAllocation"/>.
/// </remarks>
public sealed class Checkout
{
    private readonly List<string> events = [];
    private readonly List<Case> cases = [];
    private CheckoutStatus status;
    private Money paid;
    private int version;
    private DateTimeOffset updatedAt;
    private DateTimeOffset? endedAt;

    public required CheckoutId Id { get; init; }

    /// <summary>The shop it belongs to.</summary>
    public required string Client { get; init; }

    /// <summary>What customers type, what a prompt shows, what confirmations are matched by.</summary>
    public required Account Account { get; init; }

    /// <summary>The shop's name for the order; null where it gave none.</summary>
    public OrderReference? Reference { get; init; }

    /// <summary>The id the shop's platform has for it; null where it gave none.</summary>
    public string? ExternalId { get; init; }

    /// <summary>What a person would call it.</summary>
    public string Name => Reference?.Value ?? Account.Value;

    /// <summary>What is wanted: whole shillings, 1–250,000.</summary>
    public required Money Amount { get; init; }

    public string? Description { get; init; }

    public Msisdn? Phone { get; init; }

    public string? ReturnUrl { get; init; }

    /// <summary>The shop's own notes, at most 20 strings.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; init; } = new Dictionary<string, string>();

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset ExpiresAt { get; init; }

    public required CheckoutStatus Status { get => status; init => status = value; }

    /// <summary>What receipts applied add up to; never more than <see cref="Amount"/>.</summary>
    public Money Paid { get => paid; init => paid = value; }

    /// <summary>Counts every visible change, from 1.</summary>
    public int Version { get => version; init => version = value; }

    /// <summary>The version that was loaded, 0 for a new one: the write is refused if the row has moved on.</summary>
    public int OriginalVersion { get; init; }

    public required DateTimeOffset UpdatedAt { get => updatedAt; init => updatedAt = value; }

    /// <summary>When it was paid, expired or cancelled; null while it may still be paid in the ordinary way.</summary>
    public DateTimeOffset? EndedAt { get => endedAt; init => endedAt = value; }

    /// <summary>Which hash of payers' numbers the shortcode is known to use, as of when this was loaded; null when that is not known.</summary>
    public PayerHash? PayerHash { get; init; }

    /// <summary>The numbers customers pay us at.</summary>
    public OurShortcodes Ours { get; init; } = new("", null);

    /// <summary>The pushes, oldest first.</summary>
    public List<Attempt> Attempts { get; } = [];

    /// <summary>The money, oldest first.</summary>
    public List<Receipt> Receipts { get; } = [];

    /// <summary>What the shop is to be told, in order; names of <see cref="CheckoutEvents"/>.</summary>
    public IReadOnlyList<string> Events => events;

    /// <summary>What a person must decide.</summary>
    public IReadOnlyList<Case> Cases => cases;

    /// <summary>Attempts that a person may have been asked about (unknown, or failed and disputed): Safaricom has told.</summary>
    public List<Attempt> ResolvedAttempts { get; } = [];

    /// <summary>Receipts that turned out to be the same money as another and go away.</summary>
    public List<Receipt> MergedReceipts { get; } = [];

    /// <summary>The refunds of its receipts, oldest first.</summary>
    public IReadOnlyList<Refund> Refunds => [.. Receipts.SelectMany(r => r.Refunds).OrderBy(r => r.CreatedAt).ThenBy(r => r.Id)];

    /// <summary>What has gone back for certain.</summary>
    public Money Refunded => Money.FromCents(Receipts.SelectMany(r => r.Refunds).Where(r => r.Status == TransferStatus.Completed).Sum(r => r.Amount.Cents));

    /// <summary>What is still wanted.</summary>
    public Money Due => Amount - Paid;

    /// <summary>What came beyond what was asked for and is still here: neither given back nor written off. What a person has yet to decide on is not in it.</summary>
    public Money Surplus => Money.FromCents(Receipts.Where(r => !r.IsOnHold).Sum(r => r.Unsettled.Cents));

    /// <summary>True when money that counts came after it had failed or expired: the goods may have been given to somebody else meanwhile.</summary>
    public bool IsLate => Receipts.Exists(r => r.Late && r.Applied > Money.Zero);

    /// <summary>True once a prompt or the shop can change nothing any more (late money still can).</summary>
    public bool HasEnded => Status is CheckoutStatus.Paid or CheckoutStatus.Expired or CheckoutStatus.Cancelled;

    /// <summary>Makes a checkout that nobody has been asked to pay yet.</summary>
    public static Checkout Open(
        CheckoutId id, string client, CheckoutNames names, Money amount, string? description, Msisdn? phone, string? returnUrl,
        IReadOnlyDictionary<string, string> metadata, TimeSpan expiresIn, DateTimeOffset now)
    {
        if (!amount.IsWhole || amount <= Money.Zero || amount > Money.MaxTransaction)
        {
            throw new ArgumentOutOfRangeException(nameof(amount), amount, "M-PESA takes whole shillings from 1 to 250,000.");
        }

        var checkout = new Checkout
        {
            Id = id,
            Client = client,
            Account = names.Account,
            Reference = names.Reference,
            ExternalId = names.ExternalId,
            Amount = amount,
            Description = description,
            Phone = phone,
            ReturnUrl = returnUrl,
            Metadata = metadata,
            CreatedAt = now,
            ExpiresAt = now + expiresIn,
            UpdatedAt = now,
            Status = CheckoutStatus.Open,
        };
        checkout.Raise(CheckoutEvents.Created, now);
        return checkout;
    }

    /// <summary>Whether a prompt may be sent now; null when it may.</summary>
    /// <param name="asShop">True for the shop's own key, which may still prompt an expired checkout.</param>
    public PromptRefusal? RefusesPrompt(bool asShop, DateTimeOffset now) => Status switch
    {
        CheckoutStatus.Paid => new(PromptRefusalReason.AlreadyPaid, null),
        CheckoutStatus.Cancelled => new(PromptRefusalReason.Cancelled, null),
        _ when UnderWay(now) is { } attempt => new(PromptRefusalReason.AttemptInProgress, attempt.StartedAt + Attempt.PromptLifetime),
        _ when !asShop && (Status == CheckoutStatus.Expired || now >= ExpiresAt) => new(PromptRefusalReason.Expired, null),
        _ => null,
    };

    /// <summary>Begins a push for what is due; it is committed as <see cref="AttemptStatus.Sending"/> before the first byte leaves.</summary>
    /// <param name="askAt">When to ask Safaricom if nothing has been heard by then.</param>
    public Attempt Prompt(AttemptId attemptId, Msisdn phone, DateTimeOffset askAt, DateTimeOffset now)
    {
        if (RefusesPrompt(asShop: true, now) is { } refusal)
        {
            throw new InvalidOperationException($"A prompt may not be sent: {refusal.Reason}.");
        }

        var attempt = new Attempt
        {
            Id = attemptId,
            CheckoutId = Id,
            Phone = phone,
            Amount = Due.RoundedUp,
            Request = new ProviderRequest().Send(askAt, now),
        };
        attempt.MarkAdded();
        Attempts.Add(attempt);
        status = CheckoutStatus.Pending;
        endedAt = null;
        Raise(CheckoutEvents.Pending, now);
        return attempt;
    }

    /// <summary>Safaricom's reply: accepted. After a callback it only fills in the ids.</summary>
    public void Accepted(Attempt attempt, string? requestId, string? otherId, DateTimeOffset now)
    {
        attempt.Accept(requestId, otherId);
        Changed(now);
    }

    /// <summary>Safaricom's reply: refused at once, no callback is coming.</summary>
    public void Refused(Attempt attempt, Failure failure, DateTimeOffset now)
    {
        if (attempt.Status is AttemptStatus.Sending or AttemptStatus.Unknown)
        {
            new AttemptSettlement(this, now).Fail(attempt, failure, null);
        }
    }

    /// <summary>No reply, or one that says nothing: it may have been accepted, so it is never sent again.</summary>
    public void MarkOutcomeUnknown(Attempt attempt, string why, DateTimeOffset now)
    {
        if (attempt.Status == AttemptStatus.Sending)
        {
            attempt.MarkOutcomeUnknown(why);
            Changed(now);
            new ReceiptLinking(this, now).SettleAttemptsWithoutQueryId();
        }
    }

    /// <summary>The shop gives it up; money already applied becomes surplus, still to be refunded.</summary>
    /// <returns>Null when it is cancelled (now or before), else why it cannot be.</returns>
    public PromptRefusal? Cancel(DateTimeOffset now)
    {
        switch (Status)
        {
            case CheckoutStatus.Cancelled:
                return null;
            case CheckoutStatus.Paid:
                return new(PromptRefusalReason.AlreadyPaid, null);
            case CheckoutStatus.Expired:
                return new(PromptRefusalReason.Expired, null);
        }

        if (UnderWay(now) is { } attempt)
        {
            return new(PromptRefusalReason.AttemptInProgress, attempt.StartedAt + Attempt.PromptLifetime);
        }

        Receipts.FindAll(r => r.Applied > Money.Zero).ForEach(r => r.Release());
        paid = Money.Zero;
        status = CheckoutStatus.Cancelled;
        endedAt = now;
        Raise(CheckoutEvents.Cancelled, now);
        if (Receipts.Exists(r => r.Surplus > Money.Zero))
        {
            Raise(CheckoutEvents.Surplus, now);
        }

        return null;
    }

    /// <summary>Its time ran out; false while it is not due, a prompt is under way or it has ended.</summary>
    public bool Expire(DateTimeOffset now)
    {
        if (HasEnded || now < ExpiresAt || UnderWay(now) is not null)
        {
            return false;
        }

        status = CheckoutStatus.Expired;
        endedAt = now;
        Raise(CheckoutEvents.Expired, now);
        return true;
    }

    /// <summary>What became of one of its attempts is told.</summary>
    /// <param name="receiptId">The id a new receipt would get.</param>
    /// <returns>
    /// <see cref="SettlementResult.Unsettled"/> when it settles nothing by itself; <see cref="SettlementResult.Contradiction"/> when it cannot be, and a person decides.
    /// </returns>
    public SettlementResult Settle(Attempt attempt, PaymentEvidence evidence, ReceiptId receiptId, DateTimeOffset now) =>
        new AttemptSettlement(this, now).Apply(attempt, evidence, receiptId);

    /// <summary>A trusted callback about one of its attempts cannot be read: Safaricom is asked.</summary>
    public void MarkUnreadableResult(Attempt attempt, DateTimeOffset now) => new AttemptQueries(this, now).MarkUnreadableResult(attempt);

    /// <summary>Nobody is asked about one of its attempts any more: a person has to find out.</summary>
    public void ExhaustQueries(Attempt attempt, DateTimeOffset now) => new AttemptQueries(this, now).Exhaust(attempt);

    /// <summary>A trusted confirmation, or a pulled payment, of money nobody has told of yet, for this checkout.</summary>
    /// <param name="receiptId">The id its receipt would get.</param>
    public void ApplyConfirmation(Confirmation confirmation, ReceiptId receiptId, DateTimeOffset now) =>
        new CustomerPayments(this, now).Apply(confirmation, receiptId);

    /// <summary>A number this checkout already has: nothing moves twice.</summary>
    public SettlementResult ApplyRepeatedConfirmation(Receipt known, Confirmation confirmation, DateTimeOffset now) =>
        new CustomerPayments(this, now).ApplyRepeated(known, confirmation);

    /// <summary>
    /// Money that stood nowhere, because whoever told it first did not tell its account (Pull lists some without), or its payer at a till, and
    /// is now told to be this order's: as if it had been told so at once. What was given back meanwhile pays for nothing; the shop is to know.
    /// </summary>
    public SettlementResult ApplyConfirmedAccount(Receipt receipt, DateTimeOffset now) => new CustomerPayments(this, now).ApplyAccount(receipt);

    /// <summary>An operator puts money that stood nowhere, or that was held, to this checkout.</summary>
    /// <returns>Null when it is there now, else why not.</returns>
    public MatchRefusal? Match(Receipt receipt, DateTimeOffset now) => new CustomerPayments(this, now).Match(receipt);

    /// <summary>A customer says that he paid this checkout with a receipt that is known (R21); never <see cref="ClaimAnswer.Asking"/>.</summary>
    /// <param name="mayOpenCase">True while no such claim has made a case of this checkout.</param>
    public ClaimAnswer Claim(Receipt receipt, bool mayOpenCase, DateTimeOffset now) => new ClaimedPayment(this, now).Apply(receipt, mayOpenCase);

    /// <summary>
    /// Whether a payment without an account (a till's) is taken for that of a prompt of this checkout, where it can be nobody else's: only the
    /// payer says so, and where the prompt's phone was erased nothing can be compared with him.
    /// </summary>
    public bool IsShownToPay(Receipt receipt) => Attempts.Exists(a => a.Phone is not null && Matcher.TillClaimOf(receipt, a) is not (TillClaim.None or TillClaim.Rival));

    /// <summary>A payment without an account that successes of several orders could be: it stands nowhere until a person decides.</summary>
    public void OpenAmbiguousPayerCase(Receipt receipt, IReadOnlyList<Checkout> orders, DateTimeOffset now)
    {
        AddCase(new AmbiguousPayer(ReceiptFacts.Of(receipt), [.. orders.Select(o => o.Name)]));
        Changed(now);
    }

    /// <summary>Its number did not turn up in time: what waited for one is surplus (R7).</summary>
    public void DeclareSurplus(Receipt receipt, DateTimeOffset now) => new ReceiptAllocation(this, now).DeclareSurplus(receipt);

    /// <summary>A refund of one of its receipts is reserved, in the same commit.</summary>
    public void Reserve(Refund refund, DateTimeOffset now) => new ReceiptAllocation(this, now).Reserve(refund);

    /// <summary>A refund of one of its receipts has failed, or succeeded after it had failed (R4).</summary>
    /// <param name="refundId">One of <see cref="Refunds"/>, as it stands now.</param>
    public void ApplyReversal(RefundId refundId, DateTimeOffset now) => new ReceiptAllocation(this, now).ApplyReversal(Refunds.Single(r => r.Id == refundId));

    /// <summary>
    /// The phone whose prompt brought a receipt; null for what was paid by hand, and for what was taken for the prompt's by comparison
    /// though its payer is shown with other digits: that is no proof, but nothing is sent to that phone for it.
    /// </summary>
    public Msisdn? PhoneOf(Receipt receipt) =>
        Attempts.Find(a => a.Id == receipt.AttemptId) is { } attempt && !(receipt.IsInferred && Matcher.Shows(receipt, attempt) == PayerMatch.Unlike) ? attempt.Phone : null;

    /// <summary>What says which of its receipts is the payment of which of its attempts.</summary>
    public ReceiptMatcher Matcher => new(Attempts, Receipts, PayerHash);

    internal void Succeed(Attempt attempt, SettledBy by, DateTimeOffset now)
    {
        NoteResolved(attempt);
        attempt.Succeed(by, now);
    }

    internal void Fail(Attempt attempt, Failure failure, SettledBy? by, DateTimeOffset now)
    {
        NoteResolved(attempt);
        attempt.Fail(failure, by, now);
        if (Status == CheckoutStatus.Pending && UnderWay(now) is null)
        {
            status = CheckoutStatus.Failed;
            Raise(CheckoutEvents.Failed, now);
        }
        else
        {
            Changed(now);
        }
    }

    internal void Place(Receipt receipt)
    {
        receipt.PlaceOn(this);
        if (!Receipts.Contains(receipt))
        {
            Receipts.Add(receipt);
        }
    }

    /// <summary>A receipt turned out to be the same money as another: what it paid is due again.</summary>
    internal void RemoveMerged(Receipt receipt)
    {
        paid -= receipt.Applied;
        Receipts.Remove(receipt);
        if (receipt.State != EntityState.Added)
        {
            MergedReceipts.Add(receipt);
        }

        receipt.MarkRemoved();
    }

    internal void AddPaid(Money more) => paid += more;

    internal void MarkPaid(DateTimeOffset now)
    {
        status = CheckoutStatus.Paid;
        endedAt = now;
    }

    internal SettlementResult OpenConflict(Attempt attempt, Conflict conflict, DateTimeOffset now)
    {
        AddCase(new ReceiptConflict(PromptFacts.Of(attempt), conflict));
        Changed(now);
        return SettlementResult.Contradiction;
    }

    internal void AddCase(Case met) => cases.Add(met);

    internal void Raise(string name, DateTimeOffset now)
    {
        events.Add(name);
        Changed(now);
    }

    internal void Changed(DateTimeOffset now)
    {
        version++;
        updatedAt = now;
    }

    private void NoteResolved(Attempt attempt)
    {
        if (attempt.Status is AttemptStatus.Unknown or AttemptStatus.Failed)
        {
            ResolvedAttempts.Add(attempt);
        }
    }

    private Attempt? UnderWay(DateTimeOffset now) => Attempts.Find(a => a.IsUnderWay(now));
}
