using Payments.Domain.Cases;
using Payments.Domain.Common;

namespace Payments.Domain.Checkouts;

/// <summary>
/// What a shop wants paid: its pushes, its receipts, and the rules that join them. Pure: time and ids come in as arguments,
/// what is to be written and told is left in <see cref="Events"/>, <see cref="Cases"/> and the rows' <see cref="EntityState"/>.
/// </summary>
public sealed partial class Checkout
{
    private readonly List<string> events = [];
    private readonly List<Case> cases = [];

    public required Guid Id { get; init; }

    /// <summary>The shop it belongs to.</summary>
    public required string Client { get; init; }

    public required OrderReference Reference { get; init; }

    /// <summary>What is wanted: whole shillings, 1–250,000.</summary>
    public required Money Amount { get; init; }

    public string? Description { get; init; }

    public Msisdn? Phone { get; init; }

    public string? ReturnUrl { get; init; }

    /// <summary>The shop's own notes, at most 20 strings.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; init; } = new Dictionary<string, string>();

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset ExpiresAt { get; init; }

    public required CheckoutStatus Status { get; set; }

    /// <summary>What receipts applied add up to; never more than <see cref="Amount"/>.</summary>
    public Money Paid { get; set; }

    /// <summary>Counts every visible change, from 1.</summary>
    public int Version { get; set; }

    /// <summary>The version that was loaded, 0 for a new one: the write is refused if the row has moved on.</summary>
    public int OriginalVersion { get; init; }

    public required DateTimeOffset UpdatedAt { get; set; }

    /// <summary>When it was paid, expired or cancelled; null while it may still be paid in the ordinary way.</summary>
    public DateTimeOffset? EndedAt { get; set; }

    /// <summary>The pushes, oldest first.</summary>
    public List<Attempt> Attempts { get; } = [];

    /// <summary>The money, oldest first.</summary>
    public List<Receipt> Receipts { get; } = [];

    /// <summary>What the shop is to be told, in order; names of <see cref="CheckoutEvents"/>.</summary>
    public IReadOnlyList<string> Events => events;

    /// <summary>What a person must decide.</summary>
    public IReadOnlyList<Case> Cases => cases;

    /// <summary>What is still wanted.</summary>
    public Money Due => Amount - Paid;

    /// <summary>True once a prompt or the shop can change nothing any more (late money still can).</summary>
    public bool HasEnded => Status is CheckoutStatus.Paid or CheckoutStatus.Expired or CheckoutStatus.Cancelled;

    /// <summary>Makes a checkout that nobody has been asked to pay yet.</summary>
    public static Checkout Open(
        Guid id, string client, OrderReference reference, Money amount, string? description, Msisdn? phone, string? returnUrl,
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
            Reference = reference,
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
    public Attempt Prompt(Guid attemptId, Msisdn phone, DateTimeOffset askAt, DateTimeOffset now)
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
            StartedAt = now,
            Status = AttemptStatus.Sending,
            NextQueryAt = askAt,
            State = EntityState.Added,
        };
        Attempts.Add(attempt);
        Status = CheckoutStatus.Pending;
        EndedAt = null;
        Raise(CheckoutEvents.Pending, now);
        return attempt;
    }

    /// <summary>Safaricom's reply: accepted. After a callback it only fills in the ids.</summary>
    public void Accepted(Attempt attempt, string? requestId, string? otherId, DateTimeOffset now)
    {
        attempt.RequestId ??= requestId;
        attempt.OtherId ??= otherId;
        if (attempt.Status is AttemptStatus.Sending or AttemptStatus.Unknown)
        {
            attempt.Status = AttemptStatus.Sent;
        }

        attempt.MarkModified();
        Changed(now);
    }

    /// <summary>Safaricom's reply: refused at once, no callback is coming.</summary>
    public void Refused(Attempt attempt, Failure failure, DateTimeOffset now)
    {
        if (attempt.Status is AttemptStatus.Sending or AttemptStatus.Unknown)
        {
            Fail(attempt, failure, null, now);
        }
    }

    /// <summary>No reply, or one that says nothing: it may have been accepted, so it is never sent again.</summary>
    public void MarkOutcomeUnknown(Attempt attempt, string why, DateTimeOffset now)
    {
        if (attempt.Status == AttemptStatus.Sending)
        {
            attempt.Status = AttemptStatus.Unknown;
            attempt.UnknownReason = attempt.LastAnswer = why;
            attempt.MarkModified();
            Changed(now);
            SettleAttemptsWithoutQueryId(now);
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

        foreach (var receipt in Receipts.Where(r => r.Applied > Money.Zero))
        {
            receipt.Surplus += receipt.Applied;
            receipt.Applied = Money.Zero;
            receipt.MarkModified();
        }

        Paid = Money.Zero;
        Status = CheckoutStatus.Cancelled;
        EndedAt = now;
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

        Status = CheckoutStatus.Expired;
        EndedAt = now;
        Raise(CheckoutEvents.Expired, now);
        return true;
    }

    private Attempt? UnderWay(DateTimeOffset now) => Attempts.Find(a => a.IsUnderWay(now));

    private void Raise(string name, DateTimeOffset now)
    {
        events.Add(name);
        Changed(now);
    }

    private void Changed(DateTimeOffset now)
    {
        Version++;
        UpdatedAt = now;
    }
}

/// <summary>Why a prompt or a cancellation is not possible.</summary>
/// <param name="RetryAt">When it may be possible; null when waiting does not help.</param>
public sealed record PromptRefusal(PromptRefusalReason Reason, DateTimeOffset? RetryAt);

/// <summary>Why a prompt or a cancellation is not possible.</summary>
public enum PromptRefusalReason
{
    AlreadyPaid,
    Expired,
    Cancelled,
    AttemptInProgress,
}
