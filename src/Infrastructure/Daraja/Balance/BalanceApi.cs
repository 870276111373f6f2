using System.Text.Json;
using Payments.Application.Callbacks;

namespace Payments.Infrastructure.Daraja.Balance;

/// <summary>Asking what is on our accounts (docs/protocol/status-balance-reversal.md).</summary>
internal static class BalanceApi
{
    /// <summary>Five accounts take about 400 characters. A list that is longer than a whole callback may be is never cut: half an amount is another one.</summary>
    private const int MaxBalances = 64 * 1024;

    public static readonly (string Name, string Body) Sample = ("the answer to a balance query",
        """
        {"Result":{"ResultType":"0","ResultCode":"0","ResultDesc":"The service request is processed successfully.","OriginatorConversationID":"sample-balance",
        "ConversationID":"AG_20200101_00000000000000000005","TransactionID":"SAM0000000","ResultParameters":{"ResultParameter":[
        {"Key":"AccountBalance","Value":"Working Account|KES|700000.00|700000.00|0.00|0.00&Utility Account|KES|228037.00|228037.00|0.00|0.00"},
        {"Key":"BOCompletedTime","Value":20200101000000}]}}}
        """);

    public static readonly (string Name, string Body) TimeoutSample = ("a balance query's queue timeout", QueueTimeoutReader.Sample("sample-balance", "AG_20200101_00000000000000000005"));

    public static CallbackMessage Read(JsonElement root) => ResultEnvelope.Read(root, result =>
    {
        var unread = 0;
        return new CallbackMessage.BalanceResult(result.ConversationId, result.OriginatorId, result.IsFinal,
            result.Code == "0" ? null : TransferCodes.OfQuery(result.Code, result.Description),
            result.Code == "0" ? Balances.Parse(result.Parameters["AccountBalance"u8].Text(MaxBalances), out unread) : [])
        {
            Unread = unread,
        };
    });

    public static object Body(InitiatorFields fields) => new
    {
        Initiator = fields.App.InitiatorName,
        SecurityCredential = fields.Credential,
        CommandID = "AccountBalance",
        PartyA = fields.App.Shortcode,
        IdentifierType = "4",
        Remarks = "Balance query",
        QueueTimeOutURL = fields.TimeoutUrl,
        ResultURL = fields.ResultUrl,
    };
}
