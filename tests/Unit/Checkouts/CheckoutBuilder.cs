using Payments.Domain.Checkouts;
using Payments.Domain.Common;
using Payments.Domain.Receipts;

namespace Payments.Tests.Unit;

/// <summary>Checkouts and outcomes to try the rules on.</summary>
internal static class CheckoutBuilder
{
    public static readonly DateTimeOffset Start = new(2026, 7, 10, 6, 0, 0, TimeSpan.Zero);

    public static readonly Failure Cancelled = new(FailureCode.Cancelled, "1032", "Cancelled.", true);

    public static Msisdn Phone => Msisdn.TryParse("254708374149", out var phone) ? phone : throw new InvalidOperationException();

    public static Checkout Checkout(int amount = 1500)
    {
        _ = OrderReference.TryParse("ORDER-1", out var reference);
        return Domain.Checkouts.Checkout.Open(
            new(Guid.NewGuid()), "shop", new(Account.Of(reference), reference), Money.FromShillings(amount), null, null, null, new Dictionary<string, string>(), TimeSpan.FromHours(24), Start);
    }

    public static Attempt Prompted(this Checkout checkout, DateTimeOffset? at = null)
    {
        var now = at ?? Start;
        return checkout.Prompt(new(Guid.NewGuid()), Phone, now + TimeSpan.FromSeconds(45), now);
    }

    public static PaymentResult.Succeeded Paid(string receipt, int amount = 1500) => new(new ReceiptNumber(receipt), Money.FromShillings(amount), "254708374149", Start);

    public static PaymentResult.Failed NotPaid(Certainty certainty = Certainty.Final) => new(Cancelled, certainty);

    /// <summary>A callback as the drain would apply it: the receipt of that number is looked up among all that is known.</summary>
    public static SettlementResult Hear(this Checkout checkout, Attempt attempt, PaymentResult outcome, DateTimeOffset now, params Checkout[] others)
    {
        var number = (outcome as PaymentResult.Succeeded)?.Receipt;
        var known = number is null ? null : others.Append(checkout).SelectMany(c => c.Receipts).FirstOrDefault(r => r.Number == number);
        return checkout.ApplyCallback(attempt, outcome, known, Guid.NewGuid(), now);
    }

    public static SettlementResult ApplyCallback(this Checkout checkout, Attempt attempt, PaymentResult result, Receipt? known, Guid receiptId, DateTimeOffset now) =>
        checkout.Settle(attempt, new PaymentEvidence.Callback(result, known), new(receiptId), now);

    /// <returns>True when it settles the attempt.</returns>
    public static bool ApplyQueryResult(
        this Checkout checkout, Attempt attempt, PaymentResult result, Guid receiptId, DateTimeOffset now, IReadOnlyList<Receipt>? loose = null, DateTimeOffset? asked = null) =>
        checkout.Settle(attempt, new PaymentEvidence.Query(result, asked ?? now, loose ?? []), new(receiptId), now) != SettlementResult.Unsettled;

    public static TillClaim TillClaimOf(this Checkout checkout, Receipt receipt, Attempt attempt) => checkout.Matcher.TillClaimOf(receipt, attempt);
}
