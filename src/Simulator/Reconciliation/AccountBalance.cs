using System.Globalization;

namespace Payments.Simulator;

/// <summary>POST /mpesa/accountbalance/v1/query (docs/protocol/status-balance-reversal.md): five accounts in one string.</summary>
internal sealed class AccountBalance(Organisations organisations, Planner planner, Commands commands, Accounts accounts) : IDarajaApi
{
    public static readonly Api Row = new("balance", "401.002.01", "404.002.01");

    public Api Api => Row;

    public IEnumerable<(string Path, Func<Call, Task<Answer>> Handle)> Routes => [("/mpesa/accountbalance/v1/query", Handle)];

    private static readonly Shape Documented = new() { StringCodes = true, SingleReference = true };

    private async Task<Answer> Handle(Call call)
    {
        var bad = Command.Bad(
            call,
            "AccountBalance",
            ("PartyA", organisations.Find(call["PartyA"]) is not null),
            ("IdentifierType", call["IdentifierType"] is "2" or "4"));
        if (bad is not null)
        {
            return Answer.BadField(bad);
        }

        var plan = planner.ForCommand(Row);
        if (await Gateway.Refused(plan, Row) is { } fault)
        {
            return fault;
        }

        var shop = organisations.Find(call["PartyA"])!;
        var command = new Command { Call = call, Shop = shop, Plan = plan, OriginatorConversationId = Ids.Request() };
        return await commands.Accept(command, Documented, decided => decided.Paid ? Tell(shop.Shortcode) : new(decided, Ids.NoTransaction()));
    }

    private Result Tell(string shortcode)
    {
        var funds = accounts.Of(shortcode);
        var text = string.Join('&', new (string Name, decimal Amount)[]
        {
            ("Working Account", funds.Working),
            ("Float Account", 0),
            ("Utility Account", funds.Utility),
            ("Charges Paid Account", 0),
            ("Organization Settlement Account", 0),
        }.Select(a => string.Create(CultureInfo.InvariantCulture, $"{a.Name}|KES|{a.Amount:0.00}|{a.Amount:0.00}|0.00|0.00")));
        return new(Outcomes.Paid, Ids.NoTransaction())
        {
            Parameters = [new("AccountBalance", text), new("BOCompletedTime", DateTimeOffset.UtcNow)],
            References = [new("QueueTimeoutURL", "https://internalsandbox.safaricom.co.ke/mpesa/abresults/v1/submit")],
        };
    }
}
