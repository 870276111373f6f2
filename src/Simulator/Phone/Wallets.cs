namespace Payments.Simulator;

/// <summary>
/// What a simulated customer owns. It is reckoned from the ledger each time: what was paid is gone, payouts and refunds have come. Nobody but the
/// phone's own hand is refused for it.
/// </summary>
internal sealed class Wallets(Ledger ledger)
{
    /// <summary>The PIN of every simulated phone; the page shows it.</summary>
    public const string Pin = "1234";

    /// <summary>Shillings each phone starts with: more than a test buys, less than M-PESA's largest payment, so that one can run short.</summary>
    public const decimal Start = 50_000;

    /// <summary>The money that came to this phone and left it, oldest first, each with the balance after it.</summary>
    public IReadOnlyList<(Transaction Transaction, decimal Balance)> Statement(string phone)
    {
        var balance = Start;
        List<(Transaction, decimal)> rows = [];
        foreach (var moved in ledger.Of(phone))
        {
            balance += Change(moved, phone);
            rows.Add((moved, balance));
        }

        return rows;
    }

    public decimal Balance(string phone) => Start + ledger.Of(phone).Sum(moved => Change(moved, phone));

    /// <summary>Why M-PESA would not pay this, or null. The PIN is looked at first.</summary>
    public Outcome? Refusal(string phone, string pin, decimal amount) =>
        pin != Pin ? Outcomes.WrongPin
        : amount > Balance(phone) ? Outcomes.InsufficientFunds
        : null;

    // A payout that has come back is as if it had never been.
    private static decimal Change(Transaction moved, string phone) =>
        moved.From == phone ? -moved.Amount
        : moved.To == phone && !moved.HasComeBack ? moved.Amount
        : 0;
}
