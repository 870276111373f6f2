using System.Text.Json;
using Payments.Application.Callbacks;
using Payments.Application.Daraja;
using Payments.Domain.Transfers;

namespace Payments.Infrastructure.Daraja.Status;

/// <summary>Asking what became of a transaction (docs/protocol/status-balance-reversal.md). The ResultCode of an answer speaks for the query, its parameters for the transaction.</summary>
internal static class StatusApi
{
    public static readonly (string Name, string Body) Sample = ("the answer to a status query",
        """
        {"Result":{"ResultType":0,"ResultCode":0,"ResultDesc":"The service request is processed successfully.","OriginatorConversationID":"sample-status",
        "ConversationID":"AG_20200101_00000000000000000004","TransactionID":"SAMPLE0006","ResultParameters":{"ResultParameter":[
        {"Key":"DebitPartyName","Value":"600000 - Sample Shop"},{"Key":"DebitPartyName","Value":"254708374149 - JOHN DOE"},
        {"Key":"TransactionStatus","Value":"Completed"},{"Key":"FinalisedTime","Value":20200101000000},{"Key":"Amount","Value":10.00},
        {"Key":"TransactionReason"},{"Key":"ReceiptNo","Value":"SAMPLE0003"}]},"ReferenceData":{"ReferenceItem":{"Key":"Occasion"}}}}
        """);

    public static readonly (string Name, string Body) TimeoutSample = ("a status query's queue timeout", QueueTimeoutReader.Sample("sample-status", "AG_20200101_00000000000000000004"));

    public static CallbackMessage Read(JsonElement root) => ResultEnvelope.Read(root, result => new CallbackMessage.StatusResult(
        result.ConversationId, result.OriginatorId, result.IsFinal, result.Code == "0" ? null : TransferCodes.OfQuery(result.Code, result.Description),
        result.Code == "0" ? Found(result.Parameters) : null));

    private static TransactionFound Found(ResultParameters entries)
    {
        var status = entries["TransactionStatus"u8].Text(ResultEnvelope.MaxParty) ?? "";
        var state = status.ToUpperInvariant() switch
        {
            "COMPLETED" => TransactionState.Completed,
            "CANCELLED" or "DECLINED" or "EXPIRED" => TransactionState.NotCompleted,
            "REVERSED" => TransactionState.Reversed,
            _ => TransactionState.UnderWay,
        };

        // DebitPartyName comes twice; the second is really the credit party. Other samples have CreditPartyName.
        string[] parties =
        [
            .. entries.All("DebitPartyName"u8).Concat(entries.All("CreditPartyName"u8)).Select(party => party.Text(ResultEnvelope.MaxParty)).OfType<string>(),
        ];
        return new TransactionFound(
            state, status, entries["ReceiptNo"u8].Receipt(), entries["OriginatorConversationID"u8].Id(), entries["ConversationID"u8].Id(),
            entries["Amount"u8].Amount(), parties, entries["FinalisedTime"u8].Time() ?? entries["InitiatedTime"u8].Time());
    }

    public static object Body(StatusQueryRequest query, InitiatorFields fields) => new
    {
        Initiator = fields.App.InitiatorName,
        SecurityCredential = fields.Credential,
        CommandID = "TransactionStatusQuery",
        TransactionID = query.Receipt?.Value,

        // The older pages name it one way, the current one the other.
        OriginatorConversationID = query.OriginatorId,
        OriginalConversationID = query.OriginatorId,
        PartyA = fields.App.Shortcode,
        IdentifierType = "4",
        ResultURL = fields.ResultUrl,
        QueueTimeOutURL = fields.TimeoutUrl,
        Remarks = "Status query",
    };
}
