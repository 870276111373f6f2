using Payments.Domain;

namespace Payments.Application;

/// <summary>What results and queue timeouts of B2C, B2B and reversals mean (R3–R5, R9–R12).</summary>
internal static class TransferRules
{
    public static void Gather(ReadCallback read, BatchKeys keys)
    {
        if (read.Row.SubjectId is { } transfer)
        {
            keys.Transfers.Add(transfer);
        }
    }

    public static CallbackResult Judge(ReadCallback read, CallbackMessage.TransferResult result, Books books, DateTimeOffset now)
    {
        var (transfer, refused) = Find(read, result.ConversationId, result.OriginatorId, mayLack: false, books);
        if (transfer is null)
        {
            return refused!;
        }

        transfer.RecordProviderIds(result.ConversationId, result.OriginatorId);
        if (transfer is Refund refund && result.OriginalReceipt is { } original && original != refund.OriginalReceipt)
        {
            return Say(read, transfer, transfer.RejectMismatchedOriginal($"Receipt {refund.OriginalReceipt} was to be reversed, but {original} is named", now));
        }

        string[] parties = result.Counterparty is { } party ? [party] : [];
        var verdict = transfer.ApplyResult(result.Outcome, result.IsFinal, parties, now);
        if (verdict == Verdict.Applied && read.Row.Kind != CallbackKind.ReversalResult)
        {
            // News only the first time; and what a reversal says is about the receiving shortcode, which may have another float.
            books.Balances.AddRange(result.Accounts);
        }

        return Say(read, transfer, verdict);
    }

    public static CallbackResult Judge(ReadCallback read, CallbackMessage.QueueTimeout timeout, Books books, DateTimeOffset now)
    {
        var (transfer, refused) = Find(read, timeout.ConversationId, timeout.OriginatorId, mayLack: true, books);
        if (transfer is null)
        {
            return refused!;
        }

        transfer.RecordProviderIds(timeout.ConversationId, timeout.OriginatorId);
        return Say(read, transfer, transfer.ApplyQueueTimeout(now));
    }

    /// <summary>The transfer a callback is trusted to speak of (R3), or what became of the callback.</summary>
    private static (Transfer? Transfer, CallbackResult? Refused) Find(
        ReadCallback read, string? conversationId, string? originatorId, bool mayLack, Books books)
    {
        if (read.Row.SubjectId is not { } id)
        {
            books.Hints.UnionWith(new[] { conversationId, originatorId }.OfType<string>());
            return (null, read.Say(Verdict.Hint, "Its address carries no valid token; at most it is a reason to ask Safaricom."));
        }

        if (books.Transfer(id) is not { } transfer)
        {
            return (null, read.Say(Verdict.Unmatched, "Its token was made for a payout or refund that is not in this database."));
        }

        return transfer.IsNamed(conversationId, originatorId, mayLack)
            ? (transfer, null)
            : (null, read.Say(Verdict.Hint, $"It does not name the {transfer.Noun} its address belongs to."));
    }

    private static CallbackResult Say(ReadCallback read, Transfer transfer, Verdict verdict) => read.Say(verdict, verdict switch
    {
        Verdict.Hint => $"It settles nothing by itself; the {transfer.Noun} is {EnumNames.Name(transfer.Status)}.",
        Verdict.Contradiction => $"It disagrees with what is known; the {transfer.Noun} is {EnumNames.Name(transfer.Status)}.",
        _ => null,
    });
}
