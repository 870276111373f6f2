using System.Globalization;
using System.Text.Json.Nodes;

namespace Payments.Simulator;

/// <summary>One payment by a customer's own hand.</summary>
internal sealed record C2bOrder(string Shortcode, bool BuyGoods, decimal Amount, string Account, string Msisdn);

/// <summary>The body of validation and confirmation: flat, every value a string (daraja.md §5).</summary>
internal static class C2bBody
{
    /// <param name="balance">The utility account's new balance; null on validation, where it is empty.</param>
    public static string Make(C2bOrder order, string receipt, DateTimeOffset at, decimal? balance, string thirdPartyId, int version, Settings settings) =>
        Json.Text(new JsonObject
        {
            ["TransactionType"] = order.BuyGoods ? "Buy Goods" : "Pay Bill",
            ["TransID"] = receipt,
            ["TransTime"] = Eat.Digits(at),
            ["TransAmount"] = Shillings(order.Amount),
            ["BusinessShortCode"] = order.Shortcode,
            // A till has no accounts.
            ["BillRefNumber"] = order.BuyGoods ? "" : order.Account,
            ["InvoiceNumber"] = "",
            ["OrgAccountBalance"] = balance is { } known ? Shillings(known) : "",
            ["ThirdPartyTransID"] = thirdPartyId,
            ["MSISDN"] = Phone(order.Msisdn, version, settings.C2bPhone),
            ["FirstName"] = settings.C2bNames ? "JOHN" : "",
            ["MiddleName"] = "",
            ["LastName"] = "",
        });

    private static string Phone(string msisdn, int version, string form) => form switch
    {
        "plain" => msisdn,
        "masked" => Phones.Masked(msisdn),
        "spaced" => Phones.Spaced(msisdn),
        "hashed" => Phones.Hashed(msisdn),
        _ => version == 1 ? Phones.Hashed(msisdn) : Phones.Spaced(msisdn),
    };

    private static string Shillings(decimal amount) => amount.ToString("0.00", CultureInfo.InvariantCulture);
}
