using Payments.Application.Callbacks;
using Payments.Application.Common;
using Payments.Domain.Callbacks;
using Payments.Domain.Refunds;
using Payments.Domain.Transfers;

namespace Payments.Application.Transfers;

/// <summary>What results and queue timeouts of B2C, B2B and reversals mean (R3–R5, R9–R12).</summary>
internal static class TransferCallbackHandler
{
    public static void CollectKeys(ParsedCallback read, BatchKeys keys)
    {
        if (read.Row.SubjectId is { } transfer)
        {
            keys.Transfers.Add(transfer);
        }
    }

    public static CallbackResult Apply(ParsedCallback read, CallbackMessage.TransferResult result, CallbackBatch books, DateTimeOffset now)
    {
        var (transfer, refused) = Find(read, result.ConversationId, result.OriginatorId, mayLack: false, books);
        if (transfer is null)
        {
            return refused!;
        }

        transfer.RecordProviderIds(result.ConversationId, result.OriginatorId);
        if (transfer is Refund refund && result.OriginalReceipt is { } original && original != refund.OriginalReceipt)
        {
            return WithVerdict(read, transfer, transfer.RejectMismatchedOriginal($"Receipt {refund.OriginalReceipt} was to be reversed, but {original} is named", now));
        }

        string[] parties = result.Counterparty is { } party ? [party] : [];
        var verdict = transfer.ApplyResult(result.Outcome, result.IsFinal, parties, now);
        if (verdict == Verdict.Applied && read.Row.Kind != CallbackKind.ReversalResult)
        {
            // News only the first time; and what a reversal says is about the receiving shortcode, which may have another float.
            books.Balances.AddRange(result.Accounts);
        }

        return WithVerdict(read, transfer, verdict);
    }

    public static CallbackResult Apply(ParsedCallback read, CallbackMessage.QueueTimeout timeout, CallbackBatch books, DateTimeOffset now)
    {
        var (transfer, refused) = Find(read, timeout.ConversationId, timeout.OriginatorId, mayLack: true, books);
        if (transfer is null)
        {
            return refused!;
        }

        transfer.RecordProviderIds(timeout.ConversationId, timeout.OriginatorId);
        return WithVerdict(read, transfer, transfer.ApplyQueueTimeout(now));
    }

    /// <summary>The transfer a callback is trusted to speak of (R3), or what became of the callback.</summary>
    private static (Transfer? Transfer, CallbackResult? Refused) Find(
        ParsedCallback read, string? conversationId, string? originatorId, bool mayLack, CallbackBatch books)
    {
        if (read.Row.SubjectId is not { } id)
        {
            books.Hints.UnionWith(new[] { conversationId, originatorId }.OfType<string>());
            return (null, read.WithVerdict(Verdict.Hint, "Its address carries no valid token; at most it is a reason to ask Safaricom."));
        }

        if (books.Transfer(id) is not { } transfer)
        {
            return (null, read.WithVerdict(Verdict.Unmatched, "Its token was made for a payout or refund that is not in this database."));
        }

        return transfer.HasProviderIds(conversationId, originatorId, mayLack)
            ? (transfer, null)
            : (null, read.WithVerdict(Verdict.Hint, $"It does not name the {transfer.TypeName} its address belongs to."));
    }

    private static CallbackResult WithVerdict(ParsedCallback read, Transfer transfer, Verdict verdict) => read.WithVerdict(verdict, verdict switch
    {
        Verdict.Hint => $"It settles nothing by itself; the {transfer.TypeName} is {EnumNames.Name(transfer.Status)}.",
        Verdict.Contradiction => $"It disagrees with what is known; the {transfer.TypeName} is {EnumNames.Name(transfer.Status)}.",
        _ => null,
    });
}
