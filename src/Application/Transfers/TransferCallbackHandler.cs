using Payments.Application.Callbacks;
using Payments.Application.Common;
using Payments.Application.Reconciliation;
using Payments.Domain.Common;
using Payments.Domain.Refunds;
using Payments.Domain.Transfers;

namespace Payments.Application.Transfers;

/// <summary>What results and queue timeouts of B2C, B2B and reversals mean (R3–R5, R9–R12).</summary>
internal sealed class TransferCallbackHandler : ICallbackHandler
{
    private static readonly CallbackKind[] Results = [CallbackKind.B2cResult, CallbackKind.B2bResult, CallbackKind.ReversalResult];
    private static readonly CallbackKind[] Timeouts = [CallbackKind.B2cTimeout, CallbackKind.B2bTimeout, CallbackKind.ReversalTimeout];

    public IReadOnlyCollection<CallbackKind> Kinds => [.. Results, .. Timeouts];

    public void CollectKeys(ParsedCallback callback, BatchKeys keys, DateTimeOffset now)
    {
        if (callback.Row.SubjectId is { } transfer)
        {
            keys.Transfers.Add(new(transfer));
        }
    }

    public CallbackResult Apply(ParsedCallback callback, CallbackBatch batch, DateTimeOffset now) => callback.Message switch
    {
        CallbackMessage.TransferResult result => Apply(callback, result, batch, now),
        CallbackMessage.QueueTimeout timeout => Apply(callback, timeout, batch, now),
        CallbackMessage.Malformed malformed => Apply(callback, malformed, batch, now),
        _ => callback.Unexpected(),
    };

    private static CallbackResult Apply(ParsedCallback callback, CallbackMessage.TransferResult result, CallbackBatch batch, DateTimeOffset now)
    {
        var (transfer, refused) = Find(callback, result.ConversationId, result.OriginatorId, mayLack: false, batch);
        if (transfer is null)
        {
            return refused!;
        }

        transfer.RecordProviderIds(result.ConversationId, result.OriginatorId);
        if (transfer is Refund refund && result.OriginalReceipt is { } original && original != refund.OriginalReceipt)
        {
            return WithVerdict(callback, transfer, transfer.RejectMismatchedOriginal($"Receipt {refund.OriginalReceipt} was to be reversed, but {original} is named", now));
        }

        string[] parties = result.Counterparty is { } party ? [party] : [];
        var applied = transfer.ApplyResult(result.Outcome, result.IsFinal, parties, now);
        if (applied == SettlementResult.Applied && transfer is not Refund { Method: RefundMethod.Reversal })
        {
            // News only the first time; and what a reversal says is about the receiving shortcode, which may have another float.
            batch.Add(new BalancesReported(result.Accounts));
        }

        return WithVerdict(callback, transfer, applied);
    }

    private static CallbackResult Apply(ParsedCallback callback, CallbackMessage.QueueTimeout timeout, CallbackBatch batch, DateTimeOffset now)
    {
        var (transfer, refused) = Find(callback, timeout.ConversationId, timeout.OriginatorId, mayLack: true, batch);
        if (transfer is null)
        {
            return refused!;
        }

        transfer.RecordProviderIds(timeout.ConversationId, timeout.OriginatorId);
        return WithVerdict(callback, transfer, transfer.ApplyQueueTimeout(now));
    }

    private static CallbackResult Apply(ParsedCallback callback, CallbackMessage.Malformed malformed, CallbackBatch batch, DateTimeOffset now)
    {
        if (callback.Row.SubjectId is { } id && batch.Transfer(new(id)) is { } transfer)
        {
            if (Timeouts.Contains(callback.Row.Kind))
            {
                // Whatever stands in it, its address says that it is a queue timeout, which may lack its ids.
                transfer.ApplyQueueTimeout(now);
            }
            else
            {
                transfer.MarkUnreadableResult(now);
            }
        }

        return callback.WithVerdict(Verdict.Malformed, malformed.Why);
    }

    /// <summary>The transfer a callback is trusted to speak of (R3), or what became of the callback.</summary>
    private static (Transfer? Transfer, CallbackResult? Refused) Find(
        ParsedCallback callback, string? conversationId, string? originatorId, bool mayLack, CallbackBatch batch)
    {
        if (callback.Row.SubjectId is not { } id)
        {
            foreach (var hinted in new[] { conversationId, originatorId }.OfType<string>())
            {
                batch.Add(new PaymentHinted(hinted));
            }

            return (null, callback.WithVerdict(Verdict.Hint, "Its address carries no valid token; at most it is a reason to ask Safaricom."));
        }

        if (batch.Transfer(new(id)) is not { } transfer)
        {
            return (null, callback.WithVerdict(Verdict.Unmatched, "Its token was made for a payout or refund that is not in this database."));
        }

        return transfer.HasProviderIds(conversationId, originatorId, mayLack)
            ? (transfer, null)
            : (null, callback.WithVerdict(Verdict.Hint, $"It does not name the {transfer.TypeName} its address belongs to."));
    }

    private static CallbackResult WithVerdict(ParsedCallback callback, Transfer transfer, SettlementResult result) => callback.WithVerdict(result.ToVerdict(), result switch
    {
        SettlementResult.Unsettled => $"It settles nothing by itself; the {transfer.TypeName} is {EnumNames.Name(transfer.Status)}.",
        SettlementResult.Contradiction => $"It disagrees with what is known; the {transfer.TypeName} is {EnumNames.Name(transfer.Status)}.",
        _ => null,
    });
}
