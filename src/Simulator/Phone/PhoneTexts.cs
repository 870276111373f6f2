using System.Globalization;

namespace Payments.Simulator;

/// <summary>What M-PESA writes on the phone: the prompt, and the messages after it. The words are like the real ones; nobody should match on them.</summary>
internal static class PhoneTexts
{
    /// <summary>What the prompt asks.</summary>
    public static string Question(decimal amount, string shortcode, string? account) =>
        $"Do you want to pay KES {Plain(amount)} to {Shop(shortcode)}{(account is null ? "" : $" Account no. {account}")}?";

    /// <summary>The message about money that moved. A till has no accounts.</summary>
    public static string Moved(Transaction moved, decimal balance, bool toTill)
    {
        var receipt = moved.Settled!.Receipt;
        var amount = Shillings(moved.Amount);
        var at = At(moved.Settled.At);
        return moved.Kind switch
        {
            "stk" or "c2b" when toTill => $"{receipt} Confirmed. {amount} paid to {Shop(moved.To)} on {at}. {Left(balance)}",
            "stk" or "c2b" => $"{receipt} Confirmed. {amount} sent to {Shop(moved.To)} for account {moved.Account} on {at}. {Left(balance)}",
            "reversal" => $"{receipt} Confirmed. Transaction {moved.OriginalReceipt} has been reversed on {at}: {amount} is back in your account. {Left(balance)}",
            _ when moved.HasComeBack => $"{receipt} The {amount} you had received from {Shop(moved.From)} on {at} has been taken back. {Left(balance)}",
            _ => $"{receipt} Confirmed. You have received {amount} from {Shop(moved.From)} on {at}. {Left(balance)}",
        };
    }

    /// <summary>The message about a prompt that ended without money; null where M-PESA sends none.</summary>
    public static string? NotPaid(StkPrompt prompt, Outcome outcome)
    {
        var payment = $"{Shillings(prompt.Amount)} to {Shop(prompt.PartyB)}";
        return outcome.Name switch
        {
            "cancelled" => $"You have cancelled the payment of {payment}. No money was taken.",
            "insufficient_funds" => $"Failed. You do not have enough money in your M-PESA account to pay {payment}.",
            "wrong_pin" => $"Failed. You have entered the wrong PIN too often: {payment} was not paid.",
            _ => null,
        };
    }

    /// <summary>What became of a prompt M-PESA sends no message about, for who looks at the simulator.</summary>
    public static string Silent(StkPrompt prompt, Outcome outcome) =>
        $"(No message is sent.) The prompt for {Shillings(prompt.Amount)} from {Shop(prompt.PartyB)} ended with {outcome.Code}: {outcome.Text}";

    public static string WrongPin(int triesLeft) =>
        $"You have entered the wrong PIN. {triesLeft} {(triesLeft == 1 ? "try" : "tries")} left.";

    /// <summary>A business has no name here, only its number.</summary>
    public static string Shop(string shortcode) => $"SHOP {shortcode}";

    private static string Left(decimal balance) => $"New M-PESA balance is {Shillings(balance)}.";

    private static string At(DateTimeOffset at) => Eat.Format(at, "d/M/yy 'at' h:mm tt");

    private static string Shillings(decimal amount) => string.Create(CultureInfo.InvariantCulture, $"Ksh{amount:N2}");

    private static string Plain(decimal amount) => amount.ToString(amount == decimal.Truncate(amount) ? "0" : "0.00", CultureInfo.InvariantCulture);
}
