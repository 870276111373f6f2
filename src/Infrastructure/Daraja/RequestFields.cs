using System.Globalization;
using Payments.Domain.Common;

namespace Payments.Infrastructure.Daraja;

/// <summary>
/// Values as Daraja takes them. Numbers are sent as text, which every product takes; what is not known is left out, for empty fields can draw an
/// empty answer. Its own spelling (<c>RecieverIdentifierType</c>; <c>InitiatorName</c> here, <c>Initiator</c> there) stands in each API's request.
/// </summary>
internal static class RequestFields
{
    /// <summary>Kenya keeps UTC+3 all year.</summary>
    private static readonly TimeSpan EastAfrica = TimeSpan.FromHours(3);

    /// <summary>Safaricom's limit: remarks have 2–100 characters.</summary>
    private const int MaxRemarks = 100;

    /// <summary>East Africa Time in a form of Daraja's.</summary>
    public static string Time(DateTimeOffset time, string form) => time.ToOffset(EastAfrica).ToString(form, CultureInfo.InvariantCulture);

    /// <summary>Whole shillings without a point; a reversal repeats its receipt's cents.</summary>
    public static string Amount(Money amount) => amount.Shillings.ToString(amount.IsWhole ? "0" : "0.00", CultureInfo.InvariantCulture);

    public static string Remarks(string? text) => Plain(text, MaxRemarks) is { Length: >= 2 } plain ? plain : "Payment";

    /// <summary>Letters, digits, space, dot and dash: others can make a prompt fail in silence (docs/protocol/stk.md#stk-push). Null when nothing is left.</summary>
    public static string? Plain(string? text, int length)
    {
        var plain = string.Concat((text ?? "").Where(c => char.IsAsciiLetterOrDigit(c) || c is ' ' or '.' or '-'));
        plain = Cut(string.Join(' ', plain.Split(' ', StringSplitOptions.RemoveEmptyEntries)), length).TrimEnd();
        return plain.Length == 0 ? null : plain;
    }

    public static string Cut(string text, int length) => text.Length > length ? text[..length] : text;
}
