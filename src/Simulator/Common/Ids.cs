using System.Collections.Concurrent;

namespace Payments.Simulator;

/// <summary>
/// Ids and receipts in Safaricom's formats (docs/protocol/README.md#common-rules). They come from the clock and from GUIDs, not from the seed: a client's
/// database outlives the simulator, and a number seen twice would look like one payment seen twice. Static, so that several
/// simulators in one test process do not repeat each other either.
/// </summary>
internal static class Ids
{
    private const string Alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";

    // 36^7: as many receipts as a day has.
    private const long ReceiptsPerDay = 78_364_164_096;

    // Coprime to 36 (neither even nor a multiple of 3), so multiplying by it permutes the day's numbers: neighbours look unrelated.
    private const long Scramble = 55_801_238_477;

    private static readonly Lock Gate = new();
    private static DateOnly day;
    private static long last;
    private static int sequence;
    private static readonly ConcurrentDictionary<string, DateTimeOffset> CheckoutIds = new();
    private static DateTimeOffset lastSweep;

    /// <summary>MerchantRequestID, requestId and server-made OriginatorConversationID: a UUID without its first 8 hex, and digits.</summary>
    public static string Request() => $"{Guid.NewGuid().ToString()[9..]}{Interlocked.Increment(ref sequence) % 10000:0000}";

    /// <summary>AG_yyyyMMdd_ and 20 hex, the newer ones starting 2010.</summary>
    public static string Conversation() => $"AG_{Eat.Format(DateTimeOffset.UtcNow, "yyyyMMdd")}_2010{Guid.NewGuid():N}"[..32];

    /// <summary>28 alphanumerics (docs/protocol/oauth.md); longer ones look like what some gateways give, and end in what tells them apart.</summary>
    public static string Token(int length)
    {
        var token = Convert.ToHexString(Guid.NewGuid().ToByteArray())[..28];
        return length <= 28 ? token : "eyJ".PadRight(length - 28, 'x') + token;
    }

    /// <summary>Year, month and day in one character each, then seven alphanumerics; never the same twice.</summary>
    public static string Receipt()
    {
        var now = Eat.Now;
        long number;
        lock (Gate)
        {
            var today = DateOnly.FromDateTime(now.DateTime);
            if (today > day)
            {
                (day, last) = (today, 0);
            }
            // 1.2 µs a step gives 72 billion steps a day, fewer than 36^7: a restart continues after what was given out before it.
            number = last = Math.Max(last + 1, now.TimeOfDay.Ticks / 12);
            now = new DateTimeOffset(day, TimeOnly.MinValue, now.Offset);
        }

        return Prefix(now) + Base36((long)((Int128)number * Scramble % ReceiptsPerDay));
    }

    /// <summary>The TransactionID of a request that became no transaction: the date and 0000000.</summary>
    public static string NoTransaction() => Prefix(Eat.Now) + "0000000";

    /// <summary>ws_CO_ddMMyyyyHHmmssSSS and the last nine digits of the number; the millisecond is bumped when it would collide.</summary>
    public static string Checkout(string msisdn)
    {
        var now = DateTimeOffset.UtcNow;
        Forget(now);
        for (var at = now; ; at = at.AddMilliseconds(1))
        {
            var id = $"ws_CO_{Eat.Format(at, "ddMMyyyyHHmmssfff")}{msisdn[^9..]}";
            if (CheckoutIds.TryAdd(id, at))
            {
                return id;
            }
        }
    }

    // An id carries its time: what is older than a minute cannot collide with a new one any more.
    private static void Forget(DateTimeOffset now)
    {
        lock (Gate)
        {
            if (now - lastSweep < TimeSpan.FromMinutes(1))
            {
                return;
            }

            lastSweep = now;
        }

        foreach (var (id, at) in CheckoutIds)
        {
            if (now - at > TimeSpan.FromMinutes(1))
            {
                CheckoutIds.TryRemove(id, out _);
            }
        }
    }

    // 2017 is L, 2026 is U: A is 2006. Months A–L. Days 1–9, then A = 10 … V = 31.
    private static string Prefix(DateTimeOffset day) => $"{(char)('A' + (day.Year - 2006) % 26)}{(char)('A' + day.Month - 1)}{Alphabet[day.Day]}";

    private static string Base36(long number) => string.Create(7, number, static (text, value) =>
    {
        for (var i = text.Length - 1; i >= 0; i--, value /= 36)
        {
            text[i] = Alphabet[(int)(value % 36)];
        }
    });
}
