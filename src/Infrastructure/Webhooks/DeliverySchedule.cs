namespace Payments.Infrastructure.Webhooks;

/// <summary>When a delivery that was refused is tried again.</summary>
internal static class DeliverySchedule
{
    /// <summary>A delivery is given up, and a webhook that has taken nothing disabled, after so long.</summary>
    public static readonly TimeSpan GiveUpAfter = TimeSpan.FromDays(3);

    /// <summary>
    /// Refusals before it may be given up: half of those that three days of waiting have. One that nobody tried meanwhile (no process ran, the webhook was
    /// disabled) has not been refused for three days.
    /// </summary>
    public const int LeastRefusals = 8;

    /// <summary>What an endpoint may ask us to wait: longer than that and it had better be disabled.</summary>
    public static readonly TimeSpan MostRetryAfter = TimeSpan.FromDays(1);

    /// <summary>After the first try, the second, and so on; then the last for ever.</summary>
    private static readonly TimeSpan[] Waits =
    [
        TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(30), TimeSpan.FromMinutes(2), TimeSpan.FromMinutes(10), TimeSpan.FromMinutes(30), TimeSpan.FromHours(1),
        TimeSpan.FromHours(2), TimeSpan.FromHours(4), TimeSpan.FromHours(8),
    ];

    /// <summary>Tries within seconds for an endpoint that says "not yet": it is there, and will soon be ready.</summary>
    private const int SoonTries = 10;

    /// <summary>
    /// How long to wait after refusal number <paramref name="refusals"/> (1 is the first). 409, 425, 429 and 503 mean soon, ten times, and then the others'
    /// waits from their beginning; a Retry-After is kept to, never hurried.
    /// </summary>
    /// <param name="jitter">From 0 to 1: those that failed together are not tried together.</param>
    public static TimeSpan Wait(int refusals, int? statusCode, TimeSpan? retryAfter, double jitter)
    {
        var meansSoon = statusCode is 409 or 425 or 429 or 503;
        var usual = meansSoon && refusals <= SoonTries
            ? TimeSpan.FromSeconds(Math.Min(refusals, 5))
            : Waits[Math.Clamp(meansSoon ? refusals - SoonTries : refusals, 1, Waits.Length) - 1];
        var wait = usual * (0.8 + (0.4 * jitter));
        return retryAfter is { } asked && asked > wait ? asked < MostRetryAfter ? asked : MostRetryAfter : wait;
    }
}
