using Payments.Domain.Cases;
using Payments.Domain.Common;

namespace Payments.Domain.Transfers;

/// <summary>The part of <see cref="Transfer"/> that hears that its money moved and came back: a wrong number, a complaint, a hand in the portal.</summary>
/// <remarks>
/// The receiver does not have it, so it is not completed; and it is no disagreement, for what M-PESA said before was true when it said it. A success
/// that comes after is the news of before, and undoes nothing.
/// </remarks>
public abstract partial class Transfer
{
    /// <summary>What stands for a result code where M-PESA's status says it; how it is spelt there is M-PESA's.</summary>
    private const string ReversedCode = "Reversed";

    /// <summary>True once it is known to have come back.</summary>
    public bool HasComeBack => Status == TransferStatus.Failed && Failure?.ResultCode == ReversedCode;

    /// <summary>
    /// False where "reversed" may mean the very thing that was asked for: of a reversal M-PESA may be speaking of the payment it took back.
    /// </summary>
    protected virtual bool IsComingBackClear => true;

    private SettlementResult ApplyReversal(TransactionFound found, DateTimeOffset now)
    {
        if (!IsComingBackClear)
        {
            return Differs(
                (CaseKind.Reversed, "It is called reversed, which may mean that the payment has gone back, or that the reversal itself was taken back; the receipts in the portal tell which"),
                "a status query", askAt: null, now);
        }

        if (Status == TransferStatus.Failed)
        {
            // Whatever was said of it, the receiver has nothing.
            return SettlementResult.Duplicate;
        }

        receipt ??= found.Receipt;
        Answered($"M-PESA calls it '{found.StateText}'.");
        Fail(
            new(
                FailureCode.Rejected, ReversedCode, $"M-PESA says that this {TypeName} was paid with receipt {Receipt?.Value ?? "unknown"} and then reversed: the money came back.",
                Retryable: false),
            Checkouts.SettledBy.StatusQuery, now);
        cases.Add(new CameBack(Facts, Receipt));
        return SettlementResult.Applied;
    }

    private SettlementResult ApplyReversalAfterCompletion(TransactionFound found, DateTimeOffset now)
    {
        cases.Add(new CameBackAfterCompletion(Facts, Receipt, found.StateText));
        MarkModified(now);
        return SettlementResult.Contradiction;
    }

    /// <summary>True for the news of a success that is known to have come back since.</summary>
    private bool IsRepeated(ReceiptNumber? number) => HasComeBack && (number is null || receipt is null || number == receipt);
}
