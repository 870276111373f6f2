using System.Collections.Concurrent;
using System.Globalization;

namespace Payments.Simulator;

/// <summary>POST /mpesa/b2c/v1|v3/paymentrequest (docs/protocol/b2c-b2b.md#b2c).</summary>
internal sealed class B2c(
    Organisations organisations, Planner planner, Commands commands, Ledger ledger, Accounts accounts, PayoutMoney money, SettingsStore settings) : IDarajaApi
{
    public static readonly Api Row = new("b2c", "401.002.01", "404.002.01") { InitiatorField = "InitiatorName" };

    public Api Api => Row;

    public IEnumerable<(string Path, Func<Call, Task<Answer>> Handle)> Routes => [("/mpesa/b2c/v1/paymentrequest", call => Handle(call, 1)), ("/mpesa/b2c/v3/paymentrequest", call => Handle(call, 3))];

    // The URL in ReferenceItem is Safaricom's internal one, not the shop's (docs/protocol/b2c-b2b.md#b2c).
    private const string InternalUrl = "https://internalsandbox.safaricom.co.ke/mpesa/b2cresults/v1/submit";

    private static readonly Shape Documented = new() { DottedDates = true, SingleReference = true };

    private readonly ConcurrentDictionary<string, byte> originators = new();

    public void Reset() => originators.Clear();

    private async Task<Answer> Handle(Call call, int version)
    {
        if (settings.Current.B2cVersion is var bought and not "any" && bought != $"v{version}")
        {
            return Api.NoProduct();
        }

        var originator = version == 3 ? call["OriginatorConversationID"] : Ids.Request();
        var bad = Command.Bad(
            call,
            "SalaryPayment|BusinessPayment|PromotionPayment",
            ("Amount", int.TryParse(call["Amount"], NumberStyles.None, CultureInfo.InvariantCulture, out var amount) && amount > 0),
            ("PartyA", organisations.ByShortcode(call["PartyA"]) is not null),
            ("PartyB", Check.Msisdn(call["PartyB"])),
            ("Remarks", call["Remarks"].Length is >= 2 and <= 100),
            ("Occassion", call["Occassion"].Length <= 100),
            ("OriginatorConversationID", originator.Length > 0));
        if (bad is not null)
        {
            return Answer.BadField(bad);
        }

        if (originators.ContainsKey(originator))
        {
            return await Seen(call, originator);
        }

        var plan = planner.For(Row, call["PartyB"]);
        if (await Gateway.Refused(plan, Row) is { } fault)
        {
            return fault;
        }
        // Two at the same instant: one of them is first.
        if (!originators.TryAdd(originator, 0))
        {
            return await Seen(call, originator);
        }

        var command = new Command { Call = call, Shop = organisations.ByShortcode(call["PartyA"])!, Plan = plan, OriginatorConversationId = originator };
        var transaction = new Transaction
        {
            Kind = "b2c",
            DebitAccount = "Utility Account",
            Reason = "Business Payment to Customer via API",
            Charges = "Fee For B2C Payment|KES|0.00",
            Amount = amount,
            Msisdn = call["PartyB"],
            From = call["PartyA"],
            To = call["PartyB"],
            ConversationId = command.ConversationId,
            OriginatorConversationId = originator,
        };
        ledger.Open(transaction);
        return await commands.Accept(command, Documented, decided => Perform(transaction, plan, decided), () => ledger.Forget(transaction));
    }

    /// <summary>A name is good for one request, whatever became of that: nothing is moved and the first stays what the name finds.</summary>
    private async Task<Answer> Seen(Call call, string originator)
    {
        if (settings.Current.DuplicateOriginator == "reply")
        {
            return Faults.DuplicateOriginator();
        }

        var command = new Command
        {
            Call = call,
            Shop = organisations.ByShortcode(call["PartyA"])!,
            Plan = new() { Outcome = Outcomes.Duplicate },
            OriginatorConversationId = originator,
        };
        return await commands.Accept(command, Documented, _ => Result.Refused(Outcomes.Duplicate));
    }

    private Result Perform(Transaction transaction, Plan plan, Outcome decided)
    {
        var settled = money.Settle(transaction, decided, () =>
            // B2C's limits (docs/protocol/limits.md); it debits the Utility account (docs/protocol/b2c-b2b.md#b2c).
            transaction.Amount < 10 ? Outcomes.BelowMinimum
            : transaction.Amount > 250_000 ? Outcomes.AboveMaximum
            : accounts.TryDebit(transaction.From, utility: transaction.Amount) ? Outcomes.Paid
            : Outcomes.InsufficientFunds);
        var references = new Parameter[] { new("QueueTimeoutURL", InternalUrl) };
        if (!settled.Outcome.Paid)
        {
            return new(settled.Outcome, settled.Receipt) { References = references };
        }

        money.ComeBack(transaction, plan, () => accounts.Credit(transaction.From, utility: transaction.Amount));
        var funds = accounts.Of(transaction.From);
        return new(settled.Outcome, settled.Receipt)
        {
            Parameters =
            [
                new("TransactionAmount", transaction.Amount),
                new("TransactionReceipt", settled.Receipt),
                new("ReceiverPartyPublicName", $"{transaction.To} - JOHN DOE"),
                new("TransactionCompletedDateTime", settled.At),
                new("B2CUtilityAccountAvailableFunds", funds.Utility + 0.00m),
                new("B2CWorkingAccountAvailableFunds", funds.Working + 0.00m),
                new("B2CRecipientIsRegisteredCustomer", "Y"),
                new("B2CChargesPaidAccountAvailableFunds", 0.00m),
            ],
            References = references,
        };
    }
}
