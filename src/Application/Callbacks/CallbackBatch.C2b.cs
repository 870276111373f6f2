using Payments.Domain.Checkouts;
using Payments.Domain.Common;
using Payments.Domain.Receipts;

namespace Payments.Application.Callbacks;

/// <summary>Which order money is for.</summary>
public sealed partial class CallbackBatch
{
    private Dictionary<string, Checkout>? byAccount;
    private ILookup<Money, (Checkout Checkout, Attempt Attempt)>? byAmount;

    /// <summary>The checkout whose account a customer typed; null when it is none of ours.</summary>
    public Checkout? ByAccount(string account)
    {
        byAccount ??= Checkouts.ToDictionary(c => c.Account.Key, StringComparer.Ordinal);
        return OrderReference.KeyOf(account) is { Length: > 0 } key ? byAccount.GetValueOrDefault(key) : null;
    }

    /// <summary>The checkouts a payment to the till may be for; a single one is the one it is for.</summary>
    public IReadOnlyList<Checkout> ByPrompt(Receipt receipt)
    {
        byAmount ??= Checkouts.SelectMany(c => c.Attempts.Select(a => (Checkout: c, Attempt: a))).ToLookup(p => p.Attempt.Amount);
        var claims = byAmount[receipt.Amount].Select(p => (p.Checkout, p.Attempt, Claim: p.Checkout.Matcher.TillClaimOf(receipt, p.Attempt))).Where(p => p.Claim != TillClaim.None).ToList();

        // Whose prompt was at that time is meant before whose may have been. But a success that a query told of has been paid, and a prompt nobody
        // knows about may not have been: there the clocks may differ. And whose number was erased may be the same customer.
        if (claims.FindAll(p => p.Claim == TillClaim.Sure) is { Count: > 0 } sure)
        {
            var isPaid = sure.Exists(p => p.Checkout.Matcher.IsUnnumbered(p.Attempt));
            claims = claims.FindAll(p => p.Claim == TillClaim.Sure || (p.Claim == TillClaim.Unseen && p.Attempt.Phone is null) || (p.Claim == TillClaim.Astray && !isPaid));
        }

        return claims.TrueForAll(p => p.Claim == TillClaim.Rival) ? [] : [.. claims.Select(p => p.Checkout).Distinct()];
    }

    /// <summary>The checkout a receipt stands on; null when it stands nowhere.</summary>
    public Checkout? CheckoutOf(Receipt receipt) => receipt.CheckoutId is { } id ? Checkouts.FirstOrDefault(c => c.Id == id) : null;
}
