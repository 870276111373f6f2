namespace Payments.Simulator;

/// <summary>One movement of money, or the attempt at one, as M-PESA itself would keep it: what status queries, reversals and Pull look at.</summary>
internal sealed class Transaction
{
    /// <summary>stk, c2b, or the name of the initiator's API.</summary>
    public required string Kind { get; init; }

    /// <summary>The account it is paid from, as a status query names it.</summary>
    public string DebitAccount { get; init; } = "MMF Account For Customer";

    /// <summary>What kind of transaction it is, in a status query's words.</summary>
    public string Reason { get; init; } = "Pay Utility";

    /// <summary>What a status query says of its costs.</summary>
    public string Charges { get; init; } = "";

    /// <summary>Shillings.</summary>
    public required decimal Amount { get; init; }

    /// <summary>The customer, 12 digits; null between businesses.</summary>
    public string? Msisdn { get; init; }

    public required string From { get; init; }

    public required string To { get; init; }

    public string? Account { get; init; }

    public string? CheckoutRequestId { get; init; }

    public string? ConversationId { get; init; }

    public string? OriginatorConversationId { get; init; }

    /// <summary>The receipt a reversal took back.</summary>
    public string? OriginalReceipt { get; init; }

    public DateTimeOffset InitiatedAt { get; init; } = DateTimeOffset.UtcNow;

    /// <summary>Set once, when M-PESA has decided.</summary>
    public Settlement? Settled { get; set; }

    /// <summary>Set once a payout that was paid has come back: the ledger says so, and so does a status query.</summary>
    public bool HasComeBack { get; set; }

    private int reversed;

    /// <summary>Claims the transaction for a reversal; false when another has it, even at the same instant.</summary>
    public bool TryReverse() => Interlocked.Exchange(ref reversed, 1) == 0;

    /// <summary>Gives the claim back: that reversal took nothing.</summary>
    public void ReversalFailed() => Volatile.Write(ref reversed, 0);

    /// <summary>True for a customer's payment that a reversal has taken back.</summary>
    public bool IsReversed => Volatile.Read(ref reversed) == 1;
}

/// <summary>How a transaction ended. <paramref name="Receipt"/> is 0000000 after the date when there was none.</summary>
internal sealed record Settlement(Outcome Outcome, string Receipt, DateTimeOffset At);
