using Payments.Domain.Common;

namespace Payments.Domain.Checkouts;

/// <summary>The part of <see cref="Checkout"/> that hears what a person found out (R14).</summary>
public sealed partial class Checkout
{
    /// <summary>A person found out what became of a push. Nothing undoes a success.</summary>
    /// <param name="receiptId">The id a new receipt would get; its number is not known.</param>
    /// <param name="loose">Till payments that stand nowhere and may be this push's.</param>
    /// <returns>False when the push's state does not allow that outcome.</returns>
    public bool SettleByOperator(Attempt attempt, bool paid, Guid receiptId, DateTimeOffset now, IReadOnlyList<Receipt>? loose = null)
    {
        if (attempt.Status == AttemptStatus.Succeeded)
        {
            return false;
        }

        if (attempt.Status == AttemptStatus.Failed && !paid)
        {
            // As it stands already.
            return true;
        }

        if (!paid)
        {
            Fail(attempt, new(FailureCode.ProviderError, null, "The shop found that this payment did not arrive.", Retryable: true), SettledBy.Operator, now);
            return true;
        }

        // The same money may have been confirmed meanwhile: a query's success is read the same way (R7).
        ApplyQueryResult(attempt, new PaymentResult.Succeeded(null, null, null, null), receiptId, now, loose);
        attempt.SettledBy = SettledBy.Operator;
        if (Receipts.Find(r => r.Id == receiptId) is { } added)
        {
            added.SettledBy = SettledBy.Operator;
        }

        return true;
    }
}
