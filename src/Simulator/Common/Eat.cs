using System.Globalization;

namespace Payments.Simulator;

/// <summary>East Africa Time, UTC+3 without daylight saving: the time in every Safaricom id and body (docs/protocol/README.md#common-rules, stk.md#stk-push).</summary>
internal static class Eat
{
    public static DateTimeOffset Now => At(DateTimeOffset.UtcNow);

    public static DateTimeOffset At(DateTimeOffset time) => time.ToOffset(TimeSpan.FromHours(3));

    /// <summary>14 digits, yyyyMMddHHmmss.</summary>
    public static string Digits(DateTimeOffset time) => Format(time, "yyyyMMddHHmmss");

    public static string Format(DateTimeOffset time, string format) => At(time).ToString(format, CultureInfo.InvariantCulture);
}
