using System.Text.RegularExpressions;

namespace Payments.Simulator;

/// <summary>POST /mpesa/transactionstatus/v1/query (docs/protocol/status-balance-reversal.md): tells what really happened. Its own ResultCode is about the question.</summary>
internal sealed partial class TransactionStatus(Organisations organisations, Planner planner, Commands commands, Ledger ledger) : IDarajaApi
{
    public static readonly Api Row = new("status", "400.003.01", "404.003.01");

    public Api Api => Row;

    public IEnumerable<(string Path, Func<Call, Task<Answer>> Handle)> Routes => [("/mpesa/transactionstatus/v1/query", Handle)];

    private static readonly Shape Documented = new() { SingleReference = true };

    private async Task<Answer> Handle(Call call)
    {
        if (!call.IsObject)
        {
            return Answer.Error(400, "400.002.05", "Invalid Request Payload");
        }

        var bad = Command.Bad(
            call,
            "TransactionStatusQuery",
            ("PartyA", organisations.Find(call["PartyA"]) is not null),
            ("IdentifierType", call["IdentifierType"] is "1" or "2" or "4"));
        if (bad is not null)
        {
            return Answer.Error(400, "400.003.02", $"Bad Request - Invalid {bad}");
        }

        var plan = planner.ForCommand(Row);
        if (await Gateway.Refused(plan, Row) is { } fault)
        {
            return fault;
        }

        var shop = organisations.Find(call["PartyA"])!;
        var command = new Command { Call = call, Shop = shop, Plan = plan, OriginatorConversationId = Ids.Request() };
        return await commands.Accept(command, Documented, decided => decided.Paid ? Look(call) : new(decided, Ids.NoTransaction()));
    }

    private Result Look(Call call)
    {
        // Pages disagree on the name of the conversation id's field (docs/protocol/status-balance-reversal.md); both are taken.
        string[] ids = [call["TransactionID"], call["OriginatorConversationID"], call["OriginalConversationID"]];
        if (ids.All(i => i.Length == 0) || (ids[0].Length > 0 && !ReceiptForm().IsMatch(ids[0])))
        {
            return Result.Refused(Outcomes.InvalidParameter);
        }

        return ids.Select(ledger.Find).FirstOrDefault(t => t is not null) is { } found
            ? new(Outcomes.Paid, Ids.NoTransaction()) { Parameters = [.. Describe(found)], References = [new("Occasion")] }
            : Result.Refused(Outcomes.ReceiptNotFound);
    }

    private static IEnumerable<Parameter> Describe(Transaction t)
    {
        var settled = t.Settled;
        // The same key twice: the second is really the party credited (docs/protocol/status-balance-reversal.md).
        yield return new("DebitPartyName", Name(t.From));
        yield return new("DebitPartyName", Name(t.To));
        yield return new("OriginatorConversationID", t.OriginatorConversationId ?? "");
        yield return new("InitiatedTime", t.InitiatedAt);
        yield return new("DebitAccountType", t.DebitAccount);
        yield return new("DebitPartyCharges", t.Charges);
        yield return new("TransactionReason");
        yield return new("ReasonType", t.Reason);
        yield return new("TransactionStatus", settled is null ? "Initiated" : t.HasComeBack || t.IsReversed ? "Reversed" : State(settled.Outcome));
        if (settled is not null)
        {
            yield return new("FinalisedTime", settled.At);
        }

        yield return new("Amount", t.Amount);
        yield return new("ConversationID", t.ConversationId ?? "");
        if (settled is not null)
        {
            yield return new("ReceiptNo", settled.Receipt);
        }
    }

    private static string Name(string party) => Check.Msisdn(party) ? $"{party} - JOHN DOE" : $"{party} - Simulated Shop";

    private static string State(Outcome outcome) => outcome.Paid ? "Completed"
        : outcome == Outcomes.Cancelled ? "Cancelled"
        : outcome == Outcomes.Expired ? "Expired"
        : "Declined";

    [GeneratedRegex("^[A-Z0-9]{10}$", RegexOptions.CultureInvariant)]
    private static partial Regex ReceiptForm();
}
