using System.Globalization;
using System.Text.Json.Nodes;

namespace Payments.Simulator;

/// <summary>One payment by a customer's own hand.</summary>
internal sealed record C2bOrder(string Shortcode, bool BuyGoods, decimal Amount, string Account, string Msisdn);

/// <summary>The body of validation and confirmation: flat, every value a string (docs/protocol/c2b.md).</summary>
internal static class C2bBody
{
    /// <param name="balance">The utility account's new balance; null on validation, where it is empty.</param>
    /// <param name="payer">How the payer is shown; null: as the settings say.</param>
    public static string Make(
        C2bOrder order, string receipt, DateTimeOffset at, decimal? balance, string thirdPartyId, int version, Settings settings, string? payer)
    {
        var body = new JsonObject
        {
            ["TransactionType"] = settings.C2bType == "auto" ? order.BuyGoods ? "Buy Goods" : "Pay Bill" : settings.C2bType,
            ["TransID"] = receipt,
            ["TransTime"] = Eat.Digits(at),
            ["TransAmount"] = Shillings(order.Amount),
            ["BusinessShortCode"] = order.Shortcode,
            // A till has no accounts.
            ["BillRefNumber"] = order.BuyGoods ? "" : order.Account,
            ["InvoiceNumber"] = "",
            ["OrgAccountBalance"] = balance is { } known ? Shillings(known) : "",
            ["ThirdPartyTransID"] = thirdPartyId,
            ["MSISDN"] = Phone(order.Msisdn, version, payer ?? settings.C2bPhone, receipt),
            ["FirstName"] = settings.C2bNames ? "JOHN" : "",
            ["MiddleName"] = "",
            ["LastName"] = "",
        };
        if (settings.C2bType == "absent")
        {
            body.Remove("TransactionType");
        }

        return Json.Text(body);
    }

    private static string Phone(string msisdn, int version, string form, string receipt) =>
        Phones.Show(msisdn, form != "auto" ? form : version == 1 ? "hashed" : "spaced", receipt);

    private static string Shillings(decimal amount) => amount.ToString("0.00", CultureInfo.InvariantCulture);
}
