using System.Text.Json;
using Payments.Application.Callbacks;
using Payments.Domain.Common;

namespace Payments.Infrastructure.Daraja.Stk;

/// <summary>The result of an STK push (docs/protocol/stk.md#stk-push).</summary>
internal static class StkCallback
{
    public static readonly (string Name, string Body)[] Samples =
    [
        ("a prompt that was paid",
            """
            {"Body":{"stkCallback":{"MerchantRequestID":"0000-4b64-97ff-b827b542881d3130","CheckoutRequestID":"ws_CO_01012020000000000708374149","ResultCode":0,
            "ResultDesc":"The service request is processed successfully.","CallbackMetadata":{"Item":[{"Name":"Amount","Value":1.00},
            {"Name":"MpesaReceiptNumber","Value":"SAMPLE0001"},{"Name":"Balance"},{"Name":"TransactionDate","Value":20200101000000},
            {"Name":"PhoneNumber","Value":254708374149}]}}}}
            """),
        ("a prompt that was cancelled",
            """
            {"Body":{"stkCallback":{"MerchantRequestID":"0000-4b95-a71d-b30d3cdbb7a7942864","CheckoutRequestID":"ws_CO_01012020000000001708374149",
            "ResultCode":1032,"ResultDesc":"Request cancelled by user"}}}
            """),
    ];

    public static CallbackMessage Read(JsonElement root)
    {
        var callback = root.Get("Body"u8).Get("stkCallback"u8);
        if (callback.Get("ResultCode"u8).Code() is not { } code)
        {
            return new CallbackMessage.Malformed("there is no Body.stkCallback.ResultCode");
        }

        var items = new ResultParameters(callback.Get("CallbackMetadata"u8).Get("Item"u8), IsResult: false);
        return new CallbackMessage.StkResult(callback.Get("CheckoutRequestID"u8).Id(), code == "0"
            ? new PaymentResult.Succeeded(items["MpesaReceiptNumber"u8].Receipt(), items["Amount"u8].Amount(),
                items["PhoneNumber"u8].Text(ResultEnvelope.MaxParty), items["TransactionDate"u8].Time())
            : StkCodes.Read(code, callback.Get("ResultDesc"u8).Text()));
    }
}
