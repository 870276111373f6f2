using System.Text.Json;
using Payments.Application.Callbacks;

namespace Payments.Infrastructure.Daraja.C2b;

/// <summary>What customers pay themselves: asked about before (validation), told of after (confirmation; docs/protocol/c2b.md).</summary>
internal static class C2bMessages
{
    public static readonly (string Name, string Body) ValidationSample = ("a payment by hand, asked about", Sample("SAMPLE0002", ""));

    public static readonly (string Name, string Body) ConfirmationSample = ("a payment by hand, told", Sample("SAMPLE0002", "25.00"));

    public static CallbackMessage ReadConfirmation(JsonElement body)
    {
        if (body.Get("TransID"u8).Receipt() is not { } receipt || body.Get("TransAmount"u8).Amount() is not { Cents: > 0 } amount)
        {
            return new CallbackMessage.Malformed("TransID or TransAmount is missing or unreadable");
        }

        string?[] names = [Party(body.Get("FirstName"u8)), Party(body.Get("MiddleName"u8)), Party(body.Get("LastName"u8))];
        var name = string.Join(' ', names.Where(part => part is not null));
        return new CallbackMessage.Confirmation(
            receipt, body.Get("BusinessShortCode"u8).Code(), body.Get("BillRefNumber"u8).Typed(ResultEnvelope.MaxParty) ?? "", amount, Party(body.Get("MSISDN"u8)), name,
            body.Get("TransTime"u8).Time());
    }

    /// <summary>A question needs no receipt number: nothing has moved. One that names neither a number of ours nor an account asks nothing.</summary>
    public static CallbackMessage ReadValidation(JsonElement body) =>
        body.Get("BusinessShortCode"u8).Code() is var shortcode && (shortcode is not null || body.Get("BillRefNumber"u8).ValueKind != JsonValueKind.Undefined)
            ? new CallbackMessage.Validation(shortcode, body.Get("BillRefNumber"u8).Typed(ResultEnvelope.MaxParty) ?? "", body.Get("TransAmount"u8).Amount())
            : new CallbackMessage.Malformed("BusinessShortCode and BillRefNumber are missing or unreadable");

    private static string? Party(JsonElement value) => value.Text(ResultEnvelope.MaxParty);

    private static string Sample(string receipt, string balance) =>
        $$"""
        {"TransactionType":"Pay Bill","TransID":"{{receipt}}","TransTime":"20200101000000","TransAmount":"5.00","BusinessShortCode":"600000",
        "BillRefNumber":"SAMPLE-NOT-AN-ORDER","InvoiceNumber":"","OrgAccountBalance":"{{balance}}","ThirdPartyTransID":"","MSISDN":"2547 ***** 149",
        "FirstName":"JOHN","MiddleName":"","LastName":""}
        """;
}
