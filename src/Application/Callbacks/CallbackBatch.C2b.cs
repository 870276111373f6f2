using Payments.Application.C2b;
using Payments.Domain.C2b;
using Payments.Domain.Checkouts;
using Payments.Domain.Common;

namespace Payments.Application.Callbacks;

/// <summary>What confirmations name.</summary>
public sealed partial class BatchKeys
{
    /// <summary>Compared forms of accounts.</summary>
    public HashSet<string> References { get; } = new(StringComparer.Ordinal);

    /// <summary>Payments to a till, which name no account.</summary>
    public List<(Money Amount, DateTimeOffset At)> TillPayments { get; } = [];

    /// <summary>Confirmations that Safaricom was asked about, by the questions' ids.</summary>
    public Dictionary<Guid, Confirmation> Asked { get; } = [];
}

/// <summary>Money that names an order, or none.</summary>
public sealed partial class CallbackBatch
{
    /// <summary>Confirmations that are no receipts though their token is ours.</summary>
    public List<UnreadableConfirmation> Odd { get; } = [];

    /// <summary>Numbers of payments to us that M-PESA says were reversed, so that they are no money of ours.</summary>
    public HashSet<string> TakenBack { get; } = new(StringComparer.Ordinal);

    private readonly List<Receipt> unmatched = [];
    private Dictionary<string, Checkout>? byReference;
    private ILookup<Money, (Checkout Checkout, Attempt Attempt)>? byAmount;

    /// <summary>Receipts that belong to no checkout, loaded or new.</summary>
    public IReadOnlyCollection<Receipt> Unmatched => unmatched;

    /// <summary>Confirmations that Safaricom was asked about, by the questions' ids.</summary>
    public IReadOnlyDictionary<Guid, Confirmation> Asked { get; set; } = new Dictionary<Guid, Confirmation>();

    /// <summary>The numbers customers pay us at.</summary>
    public OurShortcodes Ours { get; set; } = new("", null);

    /// <summary>Numbers of payments by hand that are known to be true.</summary>
    public HashSet<string> Confirmed { get; } = new(StringComparer.Ordinal);

    /// <summary>Untrusted confirmations that name an account.</summary>
    public List<UntrustedConfirmation> Untrusted { get; } = [];

    /// <summary>True payments to numbers that are not configured here.</summary>
    public List<UnknownShortcodePayment> Strays { get; } = [];

    /// <summary>What is shown of payers as hashes.</summary>
    public PayerHashes Hashes { get; } = new();

    /// <summary>The checkout whose reference a customer typed; null when it is none of ours.</summary>
    public Checkout? ByAccount(string account)
    {
        byReference ??= Checkouts.ToDictionary(c => c.Reference.Key, StringComparer.Ordinal);
        return OrderReference.KeyOf(account) is { Length: > 0 } key ? byReference.GetValueOrDefault(key) : null;
    }

    /// <summary>The checkouts a payment to the till may be for; a single one is the one it is for.</summary>
    public IReadOnlyList<Checkout> ByPrompt(Receipt receipt)
    {
        byAmount ??= Checkouts.SelectMany(c => c.Attempts.Select(a => (Checkout: c, Attempt: a))).ToLookup(p => p.Attempt.Amount);
        var claims = byAmount[receipt.Amount].Select(p => (p.Checkout, p.Attempt, Claim: p.Checkout.TillClaimOf(receipt, p.Attempt))).Where(p => p.Claim != TillClaim.None).ToList();

        // Whose prompt was at that time is meant before whose may have been. But a success that a query told of has been paid, and a prompt nobody
        // knows about may not have been: there the clocks may differ. And whose number was erased may be the same customer.
        if (claims.FindAll(p => p.Claim == TillClaim.Sure) is { Count: > 0 } sure)
        {
            var isPaid = sure.Exists(p => p.Checkout.IsUnnumbered(p.Attempt));
            claims = claims.FindAll(p => p.Claim == TillClaim.Sure || (p.Claim == TillClaim.Unseen && p.Attempt.Phone is null) || (p.Claim == TillClaim.Astray && !isPaid));
        }

        return claims.TrueForAll(p => p.Claim == TillClaim.Rival) ? [] : [.. claims.Select(p => p.Checkout).Distinct()];
    }

    /// <summary>The checkout a receipt stands on; null when it stands nowhere.</summary>
    public Checkout? CheckoutOf(Receipt receipt) => receipt.CheckoutId is { } id ? Checkouts.FirstOrDefault(c => c.Id == id) : null;

    /// <summary>Adds money without an order.</summary>
    public void AddUnmatched(Receipt receipt)
    {
        unmatched.Add(receipt);
        receipts[receipt.Number!] = receipt;
    }
}
