using System.Globalization;
using System.Text.RegularExpressions;

namespace Payments.Simulator;

/// <summary>What Daraja's gateway checks of a field before it accepts a request (docs/protocol/README.md#common-rules, stk.md#stk-push).</summary>
internal static partial class Check
{
    /// <summary>The first field that does not hold, in Daraja's order, or null.</summary>
    public static string? FirstBad(params ReadOnlySpan<(string Field, bool Good)> fields)
    {
        foreach (var (field, good) in fields)
        {
            if (!good)
            {
                return field;
            }
        }

        return null;
    }

    public static bool Msisdn(string value) => MsisdnForm().IsMatch(value);

    /// <summary>5 to 7 digits: the pages disagree on 6 or 7.</summary>
    public static bool Shortcode(string value) => ShortcodeForm().IsMatch(value);

    /// <summary>Whole shillings, 1 to 250,000 (docs/protocol/limits.md).</summary>
    public static bool WholeAmount(string value) =>
        int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var amount) && amount is >= 1 and <= 250_000;

    /// <summary>Shillings with at most two decimals, more than nothing.</summary>
    public static bool Amount(string value, out decimal amount) =>
        decimal.TryParse(value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out amount) && amount > 0 && amount == decimal.Round(amount, 2);

    /// <summary>14 digits that are a date and time. How fresh it is nobody checks (docs/protocol/stk.md#stk-push, README.md#not-established).</summary>
    public static bool Timestamp(string value) =>
        DateTime.TryParseExact(value, "yyyyMMddHHmmss", CultureInfo.InvariantCulture, DateTimeStyles.None, out _);

    /// <summary>Absolute http or https; plain http because the simulator is for one's own machine.</summary>
    public static bool Url(string value) =>
        Uri.TryCreate(value, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" && uri.Host.Length > 0;

    [GeneratedRegex(@"^254[17]\d{8}$", RegexOptions.CultureInvariant)]
    private static partial Regex MsisdnForm();

    [GeneratedRegex(@"^[0-9]{5,7}$", RegexOptions.CultureInvariant)]
    private static partial Regex ShortcodeForm();
}
