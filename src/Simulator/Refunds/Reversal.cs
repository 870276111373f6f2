namespace Payments.Simulator;

/// <summary>POST /mpesa/reversal/v1/request (docs/protocol/status-balance-reversal.md): takes back what a customer paid, whole.</summary>
internal sealed class Reversal(Organisations organisations, Planner planner, Commands commands, Ledger ledger, Accounts accounts, PayoutMoney money) : IDarajaApi
{
    public static readonly Api Row = new("reversal", "404.001.03", "404.001.01");

    public Api Api => Row;

    public IEnumerable<(string Path, Func<Call, Task<Answer>> Handle)> Routes => [("/mpesa/reversal/v1/request", Handle)];

    private static readonly Shape Documented = new();

    private async Task<Answer> Handle(Call call)
    {
        var bad = Command.Bad(
            call,
            "TransactionReversal",
            ("TransactionID", call["TransactionID"].Length > 0),
            ("Amount", Check.Amount(call["Amount"], out var amount)),
            ("ReceiverParty", organisations.Find(call["ReceiverParty"]) is not null),
            ("RecieverIdentifierType", call["RecieverIdentifierType"] == "11"),
            ("Remarks", call["Remarks"].Length is >= 2 and <= 100));
        if (bad is not null)
        {
            return Answer.BadField(bad);
        }

        // No phone is named in a reversal: scripts for the API decide, the payer's digits do not.
        var plan = planner.For(Row, "");
        if (await Gateway.Refused(plan, Row) is { } fault)
        {
            return fault;
        }

        var shop = organisations.Find(call["ReceiverParty"])!;
        var command = new Command { Call = call, Shop = shop, Plan = plan, OriginatorConversationId = Ids.Request() };
        var original = ledger.Find(call["TransactionID"]);
        var transaction = new Transaction
        {
            Kind = "reversal",
            DebitAccount = "Utility Account",
            Reason = "Transaction Reversal via API",
            Amount = amount,
            Msisdn = original?.Msisdn,
            From = call["ReceiverParty"],
            To = original?.From ?? "",
            OriginalReceipt = call["TransactionID"],
            ConversationId = command.ConversationId,
            OriginatorConversationId = command.OriginatorConversationId,
        };
        ledger.Open(transaction);
        return await commands.Accept(command, Documented, decided => Perform(shop, transaction, original, decided), () => ledger.Forget(transaction));
    }

    private Result Perform(Organisation shop, Transaction transaction, Transaction? original, Outcome decided)
    {
        var settled = money.Settle(transaction, decided, () => Move(shop, transaction, original));
        if (!settled.Outcome.Paid)
        {
            return new(settled.Outcome, settled.Receipt);
        }

        return new(settled.Outcome, settled.Receipt)
        {
            Parameters =
            [
                new("DebitAccountBalance", FormattableString.Invariant($"Utility Account|KES|{accounts.Of(transaction.From).Utility:0.00}")),
                new("Amount", transaction.Amount + 0.00m),
                new("TransCompletedTime", settled.At),
                new("OriginalTransactionID", transaction.OriginalReceipt),
                new("Charge", 0.00m),
                new("CreditPartyPublicName", $"{transaction.To} - JOHN DOE"),
                new("DebitPartyPublicName", $"{transaction.From} - Simulated Shop"),
            ],
        };
    }

    private Outcome Move(Organisation shop, Transaction transaction, Transaction? original)
    {
        // Only what a customer paid to this shop, and exactly as much, to the cent (docs/protocol/status-balance-reversal.md). What code another amount gets is nowhere
        // told; the nearest in the catalogue is an invalid original.
        if (original is not { Kind: "stk" or "c2b", Settled.Outcome.Paid: true } || !shop.Has(original.To) || original.Amount != transaction.Amount
            || original.Settled.Receipt != transaction.OriginalReceipt)
        {
            return Outcomes.OriginalInvalid;
        }

        if (!original.TryReverse())
        {
            return Outcomes.AlreadyReversed;
        }

        if (accounts.TryDebit(transaction.From, utility: transaction.Amount))
        {
            return Outcomes.Paid;
        }

        original.ReversalFailed();
        return Outcomes.InsufficientFunds;
    }
}
