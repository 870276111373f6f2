using Payments.Application.Daraja;

namespace Payments.Infrastructure.Daraja.Reversal;

/// <summary>Giving back whole receipts (docs/protocol/status-balance-reversal.md).</summary>
internal static class ReversalApi
{
    public static readonly TransferResultReader Result =
        new("CreditPartyPublicName", "Our Utility account, from which reversals are paid, has not enough money.");

    public static readonly (string Name, string Body) Sample = ("a reversal",
        """
        {"Result":{"ResultType":0,"ResultCode":0,"ResultDesc":"The service request is processed successfully.","OriginatorConversationID":"sample-reversal",
        "ConversationID":"AG_20200101_00000000000000000003","TransactionID":"SAMPLE0005","ResultParameters":{"ResultParameter":[
        {"Key":"Amount","Value":1.00},{"Key":"TransCompletedTime","Value":20200101000000},{"Key":"OriginalTransactionID","Value":"SAMPLE0001"},
        {"Key":"Charge","Value":0.00},{"Key":"CreditPartyPublicName","Value":"254708374149 - JOHN DOE"}]}}}
        """);

    public static readonly (string Name, string Body) TimeoutSample = ("a reversal's queue timeout", QueueTimeoutReader.Sample("sample-reversal", "AG_20200101_00000000000000000003"));

    public static object Body(ReversalRequest reversal, InitiatorFields fields) => new
    {
        Initiator = fields.App.InitiatorName,
        SecurityCredential = fields.Credential,
        CommandID = "TransactionReversal",
        TransactionID = reversal.Receipt.Value,
        Amount = RequestFields.Amount(reversal.Amount),
        ReceiverParty = fields.App.Shortcode,

        // Whoever gives money back is an organisation's operator, not a till or shortcode.
        RecieverIdentifierType = "11",
        ResultURL = fields.ResultUrl,
        QueueTimeOutURL = fields.TimeoutUrl,
        Remarks = RequestFields.Remarks(reversal.Remarks),
    };
}
