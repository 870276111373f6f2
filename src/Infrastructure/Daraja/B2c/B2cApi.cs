using Payments.Application.Daraja;

namespace Payments.Infrastructure.Daraja.B2c;

/// <summary>Payments to phones (docs/protocol/b2c-b2b.md#b2c).</summary>
internal static class B2cApi
{
    public static readonly TransferResultReader Result =
        new("ReceiverPartyPublicName", "Our Utility account, from which payouts to phones are paid, has not enough money.");

    public static readonly (string Name, string Body) Sample = ("a payout to a phone",
        """
        {"Result":{"ResultType":0,"ResultCode":0,"ResultDesc":"The service request is processed successfully.","OriginatorConversationID":"sample-b2c",
        "ConversationID":"AG_20200101_00000000000000000001","TransactionID":"SAMPLE0003","ResultParameters":{"ResultParameter":[
        {"Key":"TransactionAmount","Value":10},{"Key":"TransactionReceipt","Value":"SAMPLE0003"},
        {"Key":"ReceiverPartyPublicName","Value":"254708374149 - JOHN DOE"},{"Key":"TransactionCompletedDateTime","Value":"01.01.2020 00:00:00"},
        {"Key":"B2CUtilityAccountAvailableFunds","Value":8959269.60},{"Key":"B2CRecipientIsRegisteredCustomer","Value":"Y"}]},
        "ReferenceData":{"ReferenceItem":{"Key":"QueueTimeoutURL","Value":"https://internalsandbox.safaricom.co.ke/mpesa/b2cresults/v1/submit"}}}}
        """);

    public static readonly (string Name, string Body) TimeoutSample = ("a payout's queue timeout", QueueTimeoutReader.Sample("sample-b2c", "AG_20200101_00000000000000000001"));

    public static object Body(TransferRequest transfer, InitiatorFields fields) => new
    {
        // v1 knows no such field.
        OriginatorConversationID = fields.Version == "v1" ? null : transfer.OriginatorId,
        fields.App.InitiatorName,
        SecurityCredential = fields.Credential,
        CommandID = transfer.Reason switch
        {
            "salary" => "SalaryPayment",
            "promotion" => "PromotionPayment",
            _ => "BusinessPayment",
        },
        Amount = RequestFields.Amount(transfer.Amount),
        PartyA = fields.App.Shortcode,
        PartyB = transfer.Recipient,
        Remarks = RequestFields.Remarks(transfer.Remarks),
        QueueTimeOutURL = fields.TimeoutUrl,
        ResultURL = fields.ResultUrl,
    };
}
