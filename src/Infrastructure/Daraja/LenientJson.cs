using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Payments.Domain.Common;

namespace Payments.Infrastructure.Daraja;

/// <summary>
/// Reads values whatever JSON type they came in: Safaricom sends the same field as a string here and as a number there (docs/protocol/README.md#common-rules, status-balance-reversal.md).
/// Nothing here throws; what is absent, null, empty or of another type reads as null.
/// </summary>
internal static class LenientJson
{
    /// <summary>The longest text kept: ResultDesc has at most 1024 characters.</summary>
    public const int MaxText = 1024;

    /// <summary>Safaricom's longest id has about 40 characters; our own OriginatorConversationID is ours to bound.</summary>
    private const int MaxId = 100;

    /// <summary>
    /// An access token is opaque: 28 characters in the documents, hundreds from some gateways. What servers take as one header is the only limit.
    /// </summary>
    private const int MaxToken = 8 * 1024;

    /// <summary>A receipt has 10 characters today; twice that leaves room.</summary>
    private const int MaxReceipt = 20;

    /// <summary>ResultCode has at most 10 characters, a gateway's errorCode 14.</summary>
    private const int MaxCode = 20;

    /// <summary>Kenya keeps UTC+3 all year: all of M-PESA's times without a zone.</summary>
    private static readonly TimeSpan EastAfrica = TimeSpan.FromHours(3);

    private const NumberStyles PlainNumber =
        NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign | NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite;

    private static readonly string[] EastAfricaFormats =
        ["yyyyMMddHHmmss", "dd.MM.yyyy HH:mm:ss", "yyyy-MM-dd HH:mm:ss", "yyyy-MM-dd'T'HH:mm:ss", "yyyy-MM-dd HH:mm"];

    private static readonly SearchValues<char> ReceiptCharacters = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789");

    /// <summary>A member of an object; <see cref="JsonValueKind.Undefined"/> when there is none.</summary>
    public static JsonElement Get(this JsonElement parent, ReadOnlySpan<byte> name) =>
        parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(name, out var value) ? value : default;

    /// <inheritdoc cref="Get(JsonElement, ReadOnlySpan{byte})"/>
    public static JsonElement Get(this JsonElement parent, string name) =>
        parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(name, out var value) ? value : default;

    /// <summary>A string or number as text: trimmed, cut, and without control characters, of which PostgreSQL refuses U+0000.</summary>
    public static string? Text(this JsonElement value, int max = MaxText)
    {
        var text = Raw(value);
        if (text is null)
        {
            return null;
        }

        if (text.AsSpan().ContainsAnyInRange('\0', '\u001f') || text.AsSpan().ContainsAnyInRange('\u007f', '\u009f'))
        {
            text = string.Concat(text.Where(c => !char.IsControl(c)));
        }

        text = Cut(text.Trim(), max);
        return text.Length == 0 ? null : text;
    }

    /// <summary>At most so many characters, without half of a pair at the end.</summary>
    public static string Cut(string text, int max) => text.Length <= max ? text : text[..(char.IsHighSurrogate(text[max - 1]) ? max - 1 : max)];

    /// <summary>
    /// What a person typed: as <see cref="Text"/>, but what cannot be shown leaves U+FFFD in its place, and so does what was cut off. Left out
    /// without a trace it would make another word of it.
    /// </summary>
    public static string? Typed(this JsonElement value, int max)
    {
        const char Gone = '\uFFFD';
        var text = Raw(value)?.Trim();
        if (text is null or "")
        {
            return null;
        }

        text = string.Concat(text.Select(c => !char.IsControl(c) ? c : char.IsWhiteSpace(c) ? ' ' : Gone));
        return text.Length <= max ? text : text[..(char.IsHighSurrogate(text[max - 2]) ? max - 2 : max - 1)] + Gone;
    }

    /// <summary>An id as sent; null unless it is 1–100 visible ASCII characters, for a shortened id would be another id.</summary>
    public static string? Id(this JsonElement value) => Visible(value, MaxId);

    /// <summary>An access token as sent; null when it cannot stand in a header.</summary>
    public static string? AccessToken(this JsonElement value) => Visible(value, MaxToken);

    /// <summary>A result or error code: <c>0</c>, <c>1032</c>, <c>SFC_IC0003</c>, <c>500.001.1001</c>.</summary>
    public static string? Code(this JsonElement value) => Visible(value, MaxCode);

    /// <summary>An M-PESA receipt number: 1–20 of <c>A–Z 0–9</c>.</summary>
    public static ReceiptNumber? Receipt(this JsonElement value) =>
        Visible(value, MaxReceipt) is { } text && !text.AsSpan().ContainsAnyExcept(ReceiptCharacters) ? new ReceiptNumber(text) : null;

    /// <summary>An amount in shillings, not negative, with at most two decimals.</summary>
    public static Money? Amount(this JsonElement value) => Number(value) is { } shillings && Money.TryFromDecimal(shillings, out var money) ? money : null;

    /// <summary>A number, whether written as one or as a string; no thousands separators, for <c>1,5</c> is not fifteen.</summary>
    public static decimal? Number(this JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.Number)
        {
            return value.TryGetDecimal(out var number) ? number : null;
        }

        return ParseNumber(Raw(value));
    }

    /// <inheritdoc cref="Number(JsonElement)"/>
    public static decimal? ParseNumber(ReadOnlySpan<char> text) =>
        decimal.TryParse(text, PlainNumber, CultureInfo.InvariantCulture, out var number) ? number : null;

    /// <summary>A time in any of M-PESA's forms, in UTC: 14 digits, <c>dd.MM.yyyy HH:mm:ss</c> and ISO without a zone are East Africa Time.</summary>
    public static DateTimeOffset? Time(this JsonElement value)
    {
        var text = Raw(value)?.Trim();
        if (text is not { Length: <= 40 })
        {
            return null;
        }

        if (DateTime.TryParseExact(text, EastAfricaFormats, CultureInfo.InvariantCulture, DateTimeStyles.None, out var local))
        {
            return Plausible(local.Year) ? new DateTimeOffset(local, EastAfrica).ToUniversalTime() : null;
        }

        return DateTimeOffset.TryParseExact(text, "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var zoned)
            && Plausible(zoned.Year) ? zoned.ToUniversalTime() : null;
    }

    /// <summary>M-PESA began in 2007; years at the ends of the calendar would overflow in arithmetic.</summary>
    private static bool Plausible(int year) => year is >= 2007 and <= 2200;

    private static string? Visible(JsonElement value, int max)
    {
        var text = Raw(value)?.Trim();
        return text is { Length: > 0 } && text.Length <= max && !text.AsSpan().ContainsAnyExceptInRange('!', '~') ? text : null;
    }

    private static string? Raw(JsonElement value)
    {
        try
        {
            return value.ValueKind switch
            {
                JsonValueKind.String => value.GetString(),
                JsonValueKind.Number => value.GetRawText(),
                _ => null,
            };
        }
        catch (InvalidOperationException)
        {
            // Half of a surrogate pair, escaped: no text, though the rest of the body may be fine.
            return null;
        }
    }
}
