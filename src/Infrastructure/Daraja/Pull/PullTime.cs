using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Payments.Infrastructure.Daraja.Pull;

/// <summary>
/// When a pulled payment was made. The page's sample has a Z behind it, answers that were seen have +03:00, and some write East Africa Time and
/// put the Z there all the same: which is meant is found out from the time that was asked for, in which every row must lie.
/// </summary>
internal static partial class PullTime
{
    /// <summary>Kenya keeps UTC+3 all year.</summary>
    private static readonly TimeSpan EastAfrica = TimeSpan.FromHours(3);

    /// <summary>Rows are asked for by one of M-PESA's times and may show another, seconds or a minute apart.</summary>
    private static readonly TimeSpan Around = TimeSpan.FromMinutes(10);

    /// <summary>The time; null when it cannot be read. <paramref name="isInside"/> tells whether it lies in what was asked for.</summary>
    public static DateTimeOffset? Read(JsonElement value, DateTimeOffset from, DateTimeOffset to, out bool isInside)
    {
        isInside = false;
        if (value.Text(40) is not { } text || Parse(text) is not var (clock, zone) || clock.Year is < 2007 or > 2200)
        {
            return null;
        }

        // As it is written; else the same digits as the other clock's.
        foreach (var offset in new[] { zone, EastAfrica, TimeSpan.Zero })
        {
            var time = new DateTimeOffset(clock, offset);
            if (time >= from - Around && time <= to + Around)
            {
                isInside = true;
                return time.ToUniversalTime();
            }
        }

        return new DateTimeOffset(clock, zone).ToUniversalTime();
    }

    private static (DateTime Clock, TimeSpan Zone)? Parse(string text)
    {
        if (text.All(char.IsAsciiDigit))
        {
            return text.Length switch
            {
                14 => Exact(text, "yyyyMMddHHmmss") is { } clock ? (clock, EastAfrica) : null,
                13 => (DateTimeOffset.FromUnixTimeMilliseconds(long.Parse(text, CultureInfo.InvariantCulture)).DateTime, TimeSpan.Zero),
                10 => (DateTimeOffset.FromUnixTimeSeconds(long.Parse(text, CultureInfo.InvariantCulture)).DateTime, TimeSpan.Zero),
                _ => null,
            };
        }

        if (Form().Match(text) is not { Success: true } match)
        {
            return null;
        }

        string Part(string name) => match.Groups[name].Success ? match.Groups[name].Value : "00";
        var digits = $"{Part("year")}{Part("month")}{Part("day")}{Part("hour")}{Part("minute")}{Part("second")}";
        return Exact(digits, "yyyyMMddHHmmss") is { } local && Zone(match.Groups["zone"].Value) is { } zone ? (local, zone) : null;
    }

    private static TimeSpan? Zone(string text)
    {
        if (text.Length == 0 || text.Equals("EAT", StringComparison.OrdinalIgnoreCase))
        {
            return EastAfrica;
        }

        if (text[0] is not ('+' or '-'))
        {
            return TimeSpan.Zero;
        }

        var digits = text[1..].Replace(":", "", StringComparison.Ordinal).PadRight(4, '0');
        var zone = new TimeSpan(
            int.Parse(digits[..2], CultureInfo.InvariantCulture), int.Parse(digits[2..], CultureInfo.InvariantCulture), 0) * (text[0] == '-' ? -1 : 1);
        return zone.Duration() <= TimeSpan.FromHours(14) ? zone : null;
    }

    private static DateTime? Exact(string text, string format) =>
        DateTime.TryParseExact(text, format, CultureInfo.InvariantCulture, DateTimeStyles.None, out var time) ? time : null;

    // 2026-06-01T12:00:00+03:00, 2020-08-05 10:13, 06.07.2024 22:48:52: year first or day first, a zone or none.
    [GeneratedRegex(
        @"^(?:(?<year>\d{4})[-./](?<month>\d\d)[-./](?<day>\d\d)|(?<day>\d\d)[-./](?<month>\d\d)[-./](?<year>\d{4}))[T ]+(?<hour>\d\d):(?<minute>\d\d)(?::(?<second>\d\d)(?:[.,]\d{1,9})?)?\s*(?<zone>Z|UTC|GMT|EAT|[+-]\d\d(?::?\d\d)?)?$",
        RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex Form();
}
