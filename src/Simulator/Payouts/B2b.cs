using System.Globalization;

namespace Payments.Simulator;

/// <summary>POST /mpesa/b2b/v1/paymentrequest (docs/protocol/b2c-b2b.md#b2b).</summary>
internal sealed class B2b(Organisations organisations, Planner planner, Commands commands, Ledger ledger, Accounts accounts, PayoutMoney money) : IDarajaApi
{
    // No source names B2B's token code; 401.003.01 is listed for "C2B and any", which puts all four token errors within reach of a test.
    public static readonly Api Row = new("b2b", "401.003.01", "404.001.01");

    public Api Api => Row;

    public IEnumerable<(string Path, Func<Call, Task<Answer>> Handle)> Routes => [("/mpesa/b2b/v1/paymentrequest", Handle)];

    private const string InternalUrl = "https://internalapi.safaricom.co.ke/mpesa/b2bresults/v1/submit";

    private const string CommandIds =
        "BusinessPayBill|BusinessBuyGoods|BusinessPayToBulk|BusinessTransferFromMMFToUtility|" +
        "DisburseFundsToBusiness|BusinessToBusinessTransfer|MerchantToMerchantTransfer";

    // Strings on success; on failure a number and single objects (docs/protocol/b2c-b2b.md#b2b).
    private static readonly Shape Success = new() { StringCodes = true, StringValues = true };

    private async Task<Answer> Handle(Call call)
    {
        var bad = Command.Bad(
            call,
            CommandIds,
            ("SenderIdentifierType", call["SenderIdentifierType"] == "4"),
            ("RecieverIdentifierType", call["RecieverIdentifierType"] is "4" or "2"),
            ("Amount", Check.Amount(call["Amount"], out var amount)),
            ("PartyA", organisations.ByShortcode(call["PartyA"]) is not null),
            ("PartyB", Check.Shortcode(call["PartyB"])),
            ("AccountReference", call["AccountReference"].Length <= 13 && (call["CommandID"] != "BusinessPayBill" || call["AccountReference"].Length > 0)),
            ("Remarks", call["Remarks"].Length <= 100));
        if (bad is not null)
        {
            return Answer.BadField(bad);
        }

        var plan = planner.For(Row, call["PartyB"]);
        if (await Gateway.Refused(plan, Row) is { } fault)
        {
            return fault;
        }

        var command = new Command { Call = call, Shop = organisations.ByShortcode(call["PartyA"])!, Plan = plan, OriginatorConversationId = Ids.Request() };
        var transaction = new Transaction
        {
            Kind = "b2b",
            DebitAccount = "Working Account",
            Reason = "Business Pay Bill via API",
            Amount = amount,
            From = call["PartyA"],
            To = call["PartyB"],
            Account = call["AccountReference"] is { Length: > 0 } account ? account : null,
            ConversationId = command.ConversationId,
            OriginatorConversationId = command.OriginatorConversationId,
        };
        ledger.Open(transaction);
        return await commands.Accept(command, Success, decided => Perform(call, transaction, plan, decided), () => ledger.Forget(transaction));
    }

    private Result Perform(Call call, Transaction transaction, Plan plan, Outcome decided)
    {
        var settled = money.Settle(transaction, decided, () => Move(call, transaction));
        if (!settled.Outcome.Paid)
        {
            return Failure(settled);
        }

        money.ComeBack(transaction, plan, () => accounts.Credit(transaction.From, working: transaction.Amount));
        var funds = accounts.Of(transaction.From);
        var balance = string.Create(
            CultureInfo.InvariantCulture, $"{{Amount={{CurrencyCode=KES, MinimumAmount={funds.Working * 100:0}, BasicAmount={funds.Working:0.00}}}}}");
        var affected = string.Create(CultureInfo.InvariantCulture, $"Working Account|KES|{funds.Working:0.00}|{funds.Working:0.00}|0.00|0.00");
        return new(settled.Outcome, settled.Receipt)
        {
            Parameters =
            [
                new("DebitAccountBalance", balance),
                new("Amount", transaction.Amount + 0.00m),
                new("DebitPartyAffectedAccountBalance", affected),
                new("TransCompletedTime", settled.At),
                new("DebitPartyCharges", ""),
                new("ReceiverPartyPublicName", $"{transaction.To} - Biller Company"),
                new("Currency", "KES"),
                new("InitiatorAccountCurrentBalance", balance),
            ],
            References = [new("BillReferenceNumber", transaction.Account ?? ""), new("QueueTimeoutURL", InternalUrl)],
        };
    }

    private static Result Failure(Settlement settled) => new(settled.Outcome, settled.Receipt)
    {
        Shape = new() { SingleParameter = true, SingleReference = true },
        Parameters = [new("BOCompletedTime", settled.At)],
        References = [new("QueueTimeoutURL", InternalUrl)],
    };

    private Outcome Move(Call call, Transaction transaction)
    {
        // A till is receiver type 2; type 4 with a till, or 2 with a Pay Bill, finds no receiver (docs/protocol/b2c-b2b.md#b2b).
        var toTill = call["CommandID"] == "BusinessBuyGoods" || organisations.Find(transaction.To)?.TillNumber == transaction.To;
        if (toTill != (call["RecieverIdentifierType"] == "2"))
        {
            return Outcomes.NoOperator;
        }

        if (!accounts.TryDebit(transaction.From, working: transaction.Amount))
        {
            return Outcomes.InsufficientFunds;
        }

        accounts.Credit(transaction.To, utility: transaction.Amount);
        return Outcomes.Paid;
    }
}
