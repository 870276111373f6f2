using Payments.Domain.Checkouts;
using Payments.Domain.Common;

namespace Payments.Domain.Receipts;

/// <summary>
/// What tells what became of an attempt, and who spoke. What customers pay themselves is told by a <see cref="C2b.Confirmation"/>, which names an
/// order or none, never an attempt; both meet in the <see cref="ReceiptMatcher"/>.
/// </summary>
/// <param name="By">Who spoke.</param>
/// <param name="Result">What was said: number, amount, payer and time where they were.</param>
public abstract record PaymentEvidence(SettledBy By, PaymentResult Result)
{
    /// <summary>A trusted callback about the attempt.</summary>
    /// <param name="Known">The receipt that already has the number the callback names, wherever it stands; null when none has.</param>
    public sealed record Callback(PaymentResult Result, Receipt? Known) : PaymentEvidence(SettledBy.Callback, Result);

    /// <summary>The answer to a status query; it never names a number.</summary>
    /// <param name="AskedAt">When it was asked, which is when what it says was so.</param>
    /// <param name="Loose">Till payments that stand nowhere and may be this attempt's.</param>
    public sealed record Query(PaymentResult Result, DateTimeOffset AskedAt, IReadOnlyList<Receipt> Loose) : PaymentEvidence(SettledBy.StkQuery, Result);

    /// <summary>A person found out (R14); the number is not known.</summary>
    /// <param name="Loose">Till payments that stand nowhere and may be this attempt's.</param>
    public sealed record Operator(bool IsPaid, IReadOnlyList<Receipt> Loose) : PaymentEvidence(SettledBy.Operator, IsPaid ? Paid : NotPaid)
    {
        private static readonly PaymentResult Paid = new PaymentResult.Succeeded(null, null, null, null);

        private static readonly PaymentResult NotPaid = new PaymentResult.Failed(
            new(FailureCode.ProviderError, null, "The shop found that this payment did not arrive.", Retryable: true), Certainty.Final);
    }
}
