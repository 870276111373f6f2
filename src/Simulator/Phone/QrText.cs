using System.Globalization;
using System.Web;

namespace Payments.Simulator;

/// <summary>
/// What a QR code asks the phone to pay, as text: <c>mpesa:paybill?business=174379&amp;account=ORDER1&amp;amount=100</c> or
/// <c>mpesa:till?till=600777&amp;amount=100</c>. The amount may be left out: then the customer types it. This form is ours: what stands in the QR codes
/// Safaricom makes is not published.
/// </summary>
internal sealed record QrText(bool IsTill, string Shortcode, string Account, string Amount)
{
    private const string PayBill = "mpesa:paybill?";

    private const string Till = "mpesa:till?";

    // M-PESA's menu takes an account of this length (docs/protocol/c2b.md).
    private const int MaxAccount = 20;

    /// <summary>Reads the text; what is wrong with it is said in a sentence.</summary>
    public static (QrText? Read, string Problem) Read(string text)
    {
        text = text.Trim();
        var isTill = text.StartsWith(Till, StringComparison.OrdinalIgnoreCase);
        if (!isTill && !text.StartsWith(PayBill, StringComparison.OrdinalIgnoreCase))
        {
            return (null, $"This is no QR code to pay by: it would begin with {PayBill} or {Till}");
        }

        var fields = HttpUtility.ParseQueryString(text[(text.IndexOf('?', StringComparison.Ordinal) + 1)..]);
        var read = new QrText(isTill, fields[isTill ? "till" : "business"] ?? "", isTill ? "" : fields["account"] ?? "", fields["amount"] ?? "");
        return read.Problem() is { } problem ? (null, problem) : (read, "");
    }

    private string? Problem() =>
        !Check.Shortcode(Shortcode) ? $"The QR code has no {(IsTill ? "till" : "business")} number of 5 to 7 digits."
        : !IsTill && Account.Length is 0 or > MaxAccount ? $"The QR code has no account of 1 to {MaxAccount.ToString(CultureInfo.InvariantCulture)} characters."
        : Amount.Length > 0 && !Check.Amount(Amount, out _) ? "The amount in the QR code is not in shillings."
        : null;
}
