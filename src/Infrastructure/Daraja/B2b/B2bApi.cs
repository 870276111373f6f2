using Payments.Application.Daraja;
using Payments.Domain.Common;
using Payments.Domain.Transfers;

namespace Payments.Infrastructure.Daraja.B2b;

/// <summary>Payments to Pay Bills and tills (docs/protocol/b2c-b2b.md#b2b).</summary>
internal static class B2bApi
{
    public static readonly TransferResultReader Result =
        new("ReceiverPartyPublicName", "Our Working account, from which payouts to businesses are paid, has not enough money.");

    public static readonly (string Name, string Body) Sample = ("a payout to a business",
        """
        {"Result":{"ResultType":"0","ResultCode":"0","ResultDesc":"The service request is processed successfully","OriginatorConversationID":"sample-b2b",
        "ConversationID":"AG_20200101_00000000000000000002","TransactionID":"SAMPLE0004","ResultParameters":{"ResultParameter":[
        {"Key":"Amount","Value":"190.00"},{"Key":"DebitPartyAffectedAccountBalance","Value":"Working Account|KES|346568.83|6186.83|340382.00|0.00"},
        {"Key":"TransCompletedTime","Value":"20200101000000"},{"Key":"ReceiverPartyPublicName","Value":"000000 - Biller Company"},
        {"Key":"Currency","Value":"KES"}]},"ReferenceData":{"ReferenceItem":[{"Key":"BillReferenceNumber","Value":"19008"},
        {"Key":"QueueTimeoutURL","Value":"https://internalapi.safaricom.co.ke/mpesa/b2bresults/v1/submit"}]}}}
        """);

    public static readonly (string Name, string Body) TimeoutSample = ("a payout to a business that timed out in the queue", QueueTimeoutReader.Sample("sample-b2b", "AG_20200101_00000000000000000002"));

    /// <summary>B2B takes no longer account; a shortened one would be another account.</summary>
    private const int MaxAccount = 13;

    /// <summary>Why it cannot be asked for; null when it can.</summary>
    public static Failure? WhyNot(TransferRequest transfer) => transfer.Account?.Trim().Length > MaxAccount
        ? new(FailureCode.Rejected, null, $"An account with a business has at most {MaxAccount} characters.", Retryable: false) : null;

    public static object Body(TransferRequest transfer, InitiatorFields fields) => new
    {
        Initiator = fields.App.InitiatorName,
        SecurityCredential = fields.Credential,
        CommandID = transfer.Method == PayoutMethod.Till ? "BusinessBuyGoods" : "BusinessPayBill",
        SenderIdentifierType = "4",

        // 4 is a Pay Bill, 2 a till: the wrong one draws SFC_IC0003.
        RecieverIdentifierType = transfer.Method == PayoutMethod.Till ? "2" : "4",
        Amount = RequestFields.Amount(transfer.Amount),
        PartyA = fields.App.Shortcode,
        PartyB = transfer.Recipient,
        AccountReference = transfer.Method == PayoutMethod.Till || string.IsNullOrWhiteSpace(transfer.Account) ? null : transfer.Account.Trim(),
        Remarks = RequestFields.Remarks(transfer.Remarks),
        QueueTimeOutURL = fields.TimeoutUrl,
        ResultURL = fields.ResultUrl,
    };
}
