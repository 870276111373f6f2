namespace Payments.Simulator;

/// <summary>Ends a transaction of the shop's own: moves the money if it may, and writes down what became of it.</summary>
internal sealed class PayoutMoney(Ledger ledger, Background background)
{
    // These say that no transaction was begun: its TransactionID is the date and zeros (docs/protocol/README.md#common-rules).
    private static readonly HashSet<string> NoTransaction = ["15", "18", "20", "21", "22", "24", "25", "26", "29", "2001", "8006", "TP40153"];

    /// <summary>Settles as decided; when that is "paid", <paramref name="move"/> may still say no, by another outcome.</summary>
    public Settlement Settle(Transaction transaction, Outcome decided, Func<Outcome> move)
    {
        var outcome = decided.Paid ? move() : decided;
        if (!NoTransaction.Contains(outcome.Code))
        {
            return ledger.Settle(transaction, outcome, Ids.Receipt());
        }

        ledger.Forget(transaction);
        return new(outcome, Ids.NoTransaction(), DateTimeOffset.UtcNow);
    }

    /// <summary>Takes back what was paid, if the plan says so: a customer's complaint, an operator's hand in the portal.</summary>
    public void ComeBack(Transaction transaction, Plan plan, Action credit)
    {
        if (plan.ReversedAfterMs is not { } after)
        {
            return;
        }

        _ = background.Run(async cancel =>
        {
            await Task.Delay(after, cancel);
            credit();
            transaction.HasComeBack = true;
        });
    }
}
