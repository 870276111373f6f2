using System.Collections.Concurrent;

namespace Payments.Simulator;

/// <summary>
/// What money really moved: the truth a client is compared with. Complete until reset, whatever was told, lost or contradicted
/// on the way.
/// </summary>
internal sealed class Ledger
{
    private readonly Lock gate = new();
    private List<Transaction> moved = [];
    private readonly ConcurrentDictionary<string, Transaction> byId = new();

    /// <summary>Makes the transaction findable by its ids before it is settled.</summary>
    public void Open(Transaction transaction)
    {
        if (transaction.ConversationId is { } conversation)
        {
            byId[conversation] = transaction;
        }

        if (transaction.OriginatorConversationId is { } originator)
        {
            byId[originator] = transaction;
        }
    }

    /// <summary>There was no transaction after all: the initiator was refused, or its message.</summary>
    public void Forget(Transaction transaction)
    {
        if (transaction.ConversationId is { } conversation)
        {
            byId.TryRemove(KeyValuePair.Create(conversation, transaction));
        }

        if (transaction.OriginatorConversationId is { } originator)
        {
            byId.TryRemove(KeyValuePair.Create(originator, transaction));
        }
    }

    /// <summary>Ends the transaction; the money has moved if the outcome is paid.</summary>
    public Settlement Settle(Transaction transaction, Outcome outcome, string receipt)
    {
        lock (gate)
        {
            // The time is taken inside: the list stays in order of time, which Pull searches by.
            var settled = transaction.Settled = new(outcome, receipt, DateTimeOffset.UtcNow);
            if (outcome.Paid)
            {
                moved.Add(transaction);
            }

            if (!receipt.EndsWith("0000000", StringComparison.Ordinal))
            {
                byId[receipt] = transaction;
            }

            return settled;
        }
    }

    /// <summary>By receipt, ConversationID or OriginatorConversationID.</summary>
    public Transaction? Find(string id) => id.Length == 0 ? null : byId.GetValueOrDefault(id);

    /// <summary>What moved since the time, oldest first.</summary>
    public IReadOnlyList<Transaction> Since(DateTimeOffset from)
    {
        lock (gate)
        {
            var start = moved.Count;
            while (start > 0 && moved[start - 1].Settled!.At >= from)
            {
                start--;
            }

            return moved[start..];
        }
    }

    /// <summary>What came to a customer's phone and left it, oldest first.</summary>
    public IReadOnlyList<Transaction> Of(string phone)
    {
        lock (gate)
        {
            return moved.FindAll(transaction => transaction.Msisdn == phone);
        }
    }

    public void Clear()
    {
        lock (gate)
        {
            moved = [];
        }

        byId.Clear();
    }

    /// <summary>Writes {items:[…]}, oldest first; the last <paramref name="last"/> of them when given.</summary>
    public IResult Show(int? last)
    {
        Transaction[] moved;
        lock (gate)
        {
            moved = [.. last is { } count ? this.moved.TakeLast(count) : this.moved];
        }

        return Results.Json(new { items = moved.Select(Item) }, Json.Own);
    }

    private static object Item(Transaction t) => new
    {
        receipt = t.Settled!.Receipt,
        kind = t.Kind,
        amount = t.Amount,
        msisdn = t.Msisdn,
        from = t.From,
        to = t.To,
        account = t.Account,
        checkoutRequestId = t.CheckoutRequestId,
        conversationId = t.ConversationId,
        originatorConversationId = t.OriginatorConversationId,
        originalReceipt = t.OriginalReceipt,
        reversed = t.HasComeBack ? true : (bool?)null,
        at = t.Settled.At.UtcDateTime,
    };
}
