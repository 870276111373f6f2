using Payments.Domain.C2b;
using Payments.Domain.Checkouts;
using Payments.Domain.Common;

namespace Payments.Tests.Unit;

/// <summary>Confirmations to try the rules on, and the books as a drain would keep them.</summary>
internal static class ConfirmationBuilder
{
    public static Confirmation Confirmation(
        string number, int amount = 1500, DateTimeOffset? at = null, string? payer = "2547 ***** 149", PaymentMethod method = PaymentMethod.Paybill) =>
        new(new(number), Money.FromShillings(amount), method == PaymentMethod.Till ? "" : "order 1", payer, "JOHN", at ?? CheckoutBuilder.Start + TimeSpan.FromSeconds(20), method,
            SettledBy.Confirmation);

    /// <summary>As the drain does it: a number that is here already is not heard as new money.</summary>
    public static SettlementResult Hear(this Checkout checkout, Confirmation confirmation, DateTimeOffset now)
    {
        if (checkout.Receipts.Find(r => r.Number == confirmation.Number) is { } known)
        {
            return checkout.ApplyRepeatedConfirmation(known, confirmation, now);
        }

        checkout.ApplyConfirmation(confirmation, new(Guid.NewGuid()), now);
        return SettlementResult.Applied;
    }

    public static bool AnswerPaid(this Checkout checkout, Attempt attempt, DateTimeOffset now) =>
        checkout.ApplyQueryResult(attempt, new PaymentResult.Succeeded(null, null, null, null), Guid.NewGuid(), now);

    public static IEnumerable<T[]> Permutations<T>(T[] items) => items.Length < 2
        ? [items]
        : items.SelectMany((item, i) => Permutations([.. items[..i], .. items[(i + 1)..]]).Select(rest => (T[])[item, .. rest]));

    /// <summary>What is never allowed, whatever was heard.</summary>
    public static void Check(Checkout checkout)
    {
        Xunit.Assert.Equal(checkout.Status == CheckoutStatus.Paid, checkout.Paid == checkout.Amount);
        Xunit.Assert.Equal(checkout.Paid.Cents, checkout.Receipts.Sum(r => r.Applied.Cents));
        Xunit.Assert.All(checkout.Receipts, r => Xunit.Assert.True(r.Unassigned >= Money.Zero && r.Applied >= Money.Zero && r.Surplus >= Money.Zero));
        Xunit.Assert.All(checkout.Receipts, r => Xunit.Assert.True(r.Number is not null || r.AttemptId is not null));
        var numbers = checkout.Receipts.Where(r => r.Number is not null).Select(r => r.Number).ToList();
        Xunit.Assert.Equal(numbers.Count, numbers.Distinct().Count());
        var pushes = checkout.Receipts.Where(r => r.AttemptId is not null).Select(r => r.AttemptId!.Value).ToList();
        Xunit.Assert.Equal(pushes.Count, pushes.Distinct().Count());
        Xunit.Assert.All(checkout.Attempts, a => Xunit.Assert.Equal(a.Status == AttemptStatus.Succeeded, pushes.Contains(a.Id)));
        Xunit.Assert.All(checkout.Attempts, a => Xunit.Assert.Equal(a.IsSettled, a.EndedAt is not null));
    }
}
