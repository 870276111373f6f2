using System.Text;
using Payments.Application.Diagnostics;
using Payments.Domain.Callbacks;

namespace Payments.Infrastructure.Daraja;

/// <summary>
/// A payload of every kind as Safaricom publishes it (docs/protocol/stk.md#stk-push, c2b.md, b2c-b2b.md#b2c, b2c-b2b.md#b2b, status-balance-reversal.md). Numbers are the sandbox's own, ids and receipts are nobody's, and
/// the account is longer than any order reference, so that even without its mark none of them could be taken for a payment of ours.
/// </summary>
internal static class SamplePayloads
{
    private static readonly (string Section, SampleCallback Sample)[] All =
    [
        ("stk", Make("a prompt that was paid", CallbackKind.Stk,
            """
            {"Body":{"stkCallback":{"MerchantRequestID":"0000-4b64-97ff-b827b542881d3130","CheckoutRequestID":"ws_CO_01012020000000000708374149","ResultCode":0,
            "ResultDesc":"The service request is processed successfully.","CallbackMetadata":{"Item":[{"Name":"Amount","Value":1.00},
            {"Name":"MpesaReceiptNumber","Value":"SAMPLE0001"},{"Name":"Balance"},{"Name":"TransactionDate","Value":20200101000000},
            {"Name":"PhoneNumber","Value":254708374149}]}}}}
            """)),
        ("stk", Make("a prompt that was cancelled", CallbackKind.Stk,
            """
            {"Body":{"stkCallback":{"MerchantRequestID":"0000-4b95-a71d-b30d3cdbb7a7942864","CheckoutRequestID":"ws_CO_01012020000000001708374149",
            "ResultCode":1032,"ResultDesc":"Request cancelled by user"}}}
            """)),
        ("c2b", Make("a payment by hand, asked about", CallbackKind.C2bValidate, ByHand("SAMPLE0002", ""))),
        ("c2b", Make("a payment by hand, told", CallbackKind.C2bConfirm, ByHand("SAMPLE0002", "25.00"))),
        ("b2c", Make("a payout to a phone", CallbackKind.B2cResult,
            """
            {"Result":{"ResultType":0,"ResultCode":0,"ResultDesc":"The service request is processed successfully.","OriginatorConversationID":"sample-b2c",
            "ConversationID":"AG_20200101_00000000000000000001","TransactionID":"SAMPLE0003","ResultParameters":{"ResultParameter":[
            {"Key":"TransactionAmount","Value":10},{"Key":"TransactionReceipt","Value":"SAMPLE0003"},
            {"Key":"ReceiverPartyPublicName","Value":"254708374149 - JOHN DOE"},{"Key":"TransactionCompletedDateTime","Value":"01.01.2020 00:00:00"},
            {"Key":"B2CUtilityAccountAvailableFunds","Value":8959269.60},{"Key":"B2CRecipientIsRegisteredCustomer","Value":"Y"}]},
            "ReferenceData":{"ReferenceItem":{"Key":"QueueTimeoutURL","Value":"https://internalsandbox.safaricom.co.ke/mpesa/b2cresults/v1/submit"}}}}
            """)),
        ("b2c", Make("a payout's queue timeout", CallbackKind.B2cTimeout, Timeout("sample-b2c", "AG_20200101_00000000000000000001"))),
        ("b2b", Make("a payout to a business", CallbackKind.B2bResult,
            """
            {"Result":{"ResultType":"0","ResultCode":"0","ResultDesc":"The service request is processed successfully","OriginatorConversationID":"sample-b2b",
            "ConversationID":"AG_20200101_00000000000000000002","TransactionID":"SAMPLE0004","ResultParameters":{"ResultParameter":[
            {"Key":"Amount","Value":"190.00"},{"Key":"DebitPartyAffectedAccountBalance","Value":"Working Account|KES|346568.83|6186.83|340382.00|0.00"},
            {"Key":"TransCompletedTime","Value":"20200101000000"},{"Key":"ReceiverPartyPublicName","Value":"000000 - Biller Company"},
            {"Key":"Currency","Value":"KES"}]},"ReferenceData":{"ReferenceItem":[{"Key":"BillReferenceNumber","Value":"19008"},
            {"Key":"QueueTimeoutURL","Value":"https://internalapi.safaricom.co.ke/mpesa/b2bresults/v1/submit"}]}}}
            """)),
        ("b2b", Make("a payout to a business that timed out in the queue", CallbackKind.B2bTimeout, Timeout("sample-b2b", "AG_20200101_00000000000000000002"))),
        ("reversal", Make("a reversal", CallbackKind.ReversalResult,
            """
            {"Result":{"ResultType":0,"ResultCode":0,"ResultDesc":"The service request is processed successfully.","OriginatorConversationID":"sample-reversal",
            "ConversationID":"AG_20200101_00000000000000000003","TransactionID":"SAMPLE0005","ResultParameters":{"ResultParameter":[
            {"Key":"Amount","Value":1.00},{"Key":"TransCompletedTime","Value":20200101000000},{"Key":"OriginalTransactionID","Value":"SAMPLE0001"},
            {"Key":"Charge","Value":0.00},{"Key":"CreditPartyPublicName","Value":"254708374149 - JOHN DOE"}]}}}
            """)),
        ("reversal", Make("a reversal's queue timeout", CallbackKind.ReversalTimeout, Timeout("sample-reversal", "AG_20200101_00000000000000000003"))),
        ("status", Make("the answer to a status query", CallbackKind.StatusResult,
            """
            {"Result":{"ResultType":0,"ResultCode":0,"ResultDesc":"The service request is processed successfully.","OriginatorConversationID":"sample-status",
            "ConversationID":"AG_20200101_00000000000000000004","TransactionID":"SAMPLE0006","ResultParameters":{"ResultParameter":[
            {"Key":"DebitPartyName","Value":"600000 - Sample Shop"},{"Key":"DebitPartyName","Value":"254708374149 - JOHN DOE"},
            {"Key":"TransactionStatus","Value":"Completed"},{"Key":"FinalisedTime","Value":20200101000000},{"Key":"Amount","Value":10.00},
            {"Key":"TransactionReason"},{"Key":"ReceiptNo","Value":"SAMPLE0003"}]},"ReferenceData":{"ReferenceItem":{"Key":"Occasion"}}}}
            """)),
        ("status", Make("a status query's queue timeout", CallbackKind.StatusTimeout, Timeout("sample-status", "AG_20200101_00000000000000000004"))),
        ("balance", Make("the answer to a balance query", CallbackKind.BalanceResult,
            """
            {"Result":{"ResultType":"0","ResultCode":"0","ResultDesc":"The service request is processed successfully.","OriginatorConversationID":"sample-balance",
            "ConversationID":"AG_20200101_00000000000000000005","TransactionID":"SAM0000000","ResultParameters":{"ResultParameter":[
            {"Key":"AccountBalance","Value":"Working Account|KES|700000.00|700000.00|0.00|0.00&Utility Account|KES|228037.00|228037.00|0.00|0.00"},
            {"Key":"BOCompletedTime","Value":20200101000000}]}}}
            """)),
        ("balance", Make("a balance query's queue timeout", CallbackKind.BalanceTimeout, Timeout("sample-balance", "AG_20200101_00000000000000000005"))),
    ];

    /// <summary>The kinds that can be asked for.</summary>
    public static IReadOnlyList<string> Kinds { get; } = [.. All.Select(sample => sample.Section).Distinct(), "all"];

    /// <summary>The payloads of one kind, or of all; none for an unknown kind.</summary>
    public static IReadOnlyList<SampleCallback> Of(string kind) => [.. All.Where(sample => kind == "all" || sample.Section == kind).Select(sample => sample.Sample)];

    private static SampleCallback Make(string name, CallbackKind kind, string body) => new(name, kind, Encoding.UTF8.GetBytes(body));

    private static string ByHand(string receipt, string balance) =>
        $$"""
        {"TransactionType":"Pay Bill","TransID":"{{receipt}}","TransTime":"20200101000000","TransAmount":"5.00","BusinessShortCode":"600000",
        "BillRefNumber":"SAMPLE-NOT-AN-ORDER","InvoiceNumber":"","OrgAccountBalance":"{{balance}}","ThirdPartyTransID":"","MSISDN":"2547 ***** 149",
        "FirstName":"JOHN","MiddleName":"","LastName":""}
        """;

    private static string Timeout(string originator, string conversation) =>
        $$$"""
        {"Result":{"ResultType":0,"ResultCode":1,"ResultDesc":"The request timed out in the queue","OriginatorConversationID":"{{{originator}}}",
        "ConversationID":"{{{conversation}}}"}}
        """;
}

/// <summary>What samples there are, for whoever asks for one by name.</summary>
public static class SampleKinds
{
    /// <summary><c>stk</c>, <c>c2b</c>, … and <c>all</c>.</summary>
    public static IReadOnlyList<string> All => SamplePayloads.Kinds;
}
