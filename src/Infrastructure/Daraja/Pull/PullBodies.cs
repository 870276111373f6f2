using System.Globalization;

namespace Payments.Infrastructure.Daraja.Pull;

/// <summary>What Pull Transactions takes (docs/protocol/pull.md).</summary>
internal static class PullBodies
{
    public static object Register(DarajaApp app, string nominatedNumber, string callbackUrl) =>
        new { ShortCode = app.Shortcode, RequestType = "Pull", NominatedNumber = nominatedNumber, CallBackURL = callbackUrl };

    public static object Query(DarajaApp app, DateTimeOffset from, DateTimeOffset to, int offset) => new
    {
        ShortCode = app.Shortcode,
        StartDate = Time(from),
        EndDate = Time(to),
        OffSetValue = offset.ToString(CultureInfo.InvariantCulture),
    };

    private static string Time(DateTimeOffset time) => RequestFields.Time(time, "yyyy-MM-dd HH:mm:ss");
}
