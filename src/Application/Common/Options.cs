namespace Payments.Application;

/// <summary>Limits on what callers may cause (configuration section <c>Limits</c>).</summary>
public sealed class LimitOptions
{
    /// <summary>Prompts one phone number may get in <see cref="PromptWindow"/>, over all checkouts: more is harassment, not payment.</summary>
    public int PromptsPerPhone { get; set; } = 3;

    /// <summary>The window of <see cref="PromptsPerPhone"/>.</summary>
    public TimeSpan PromptWindow { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>Prompts the holder of a clientSecret may cause on one checkout.</summary>
    public int PromptsPerCheckout { get; set; } = 10;

    /// <summary>Requests a second per key and process; at least 100, or a shop that polls its checkouts is shut out.</summary>
    public int RequestsPerKey { get; set; } = 500;

    /// <summary>
    /// Questions a minute and worker that hints may bring forward, all payments together. Anybody can send hints, and every question is a call
    /// out of Daraja's quota: one a second is a tenth of what the reconciler itself may ask, and hints only hasten what is asked anyway.
    /// </summary>
    public int HintQuestionsPerMinute { get; set; } = 60;

    /// <summary>How long an answer to the caller waits for Safaricom's reply; the prompt itself is followed on.</summary>
    public TimeSpan PromptAnswer { get; set; } = TimeSpan.FromSeconds(8);
}

/// <summary>When Safaricom is asked about what it has not told (configuration section <c>Reconciliation</c>).</summary>
public sealed class ReconciliationOptions
{
    /// <summary>
    /// Waits between questions about a push that was accepted, separated by spaces. The first, 45 s, is when most callbacks have
    /// come and a prompt is about to lapse; a failure is believed from 60 s, so the second follows soon; then minutes for what
    /// Safaricom still calls pending, then hours up to a day, by when its own records are final.
    /// </summary>
    public string PendingSchedule { get; set; } = "00:00:45 00:00:30 00:01 00:02 00:05 00:10 00:30 01:00 02:00 04:00 08:00 08:00";

    /// <summary>
    /// Waits between questions about a push nobody knows to be accepted. It has no id to ask by until its callback comes, so the
    /// rounds only watch the clock: fewer, and after a day a person decides.
    /// </summary>
    public string UnknownSchedule { get; set; } = "00:00:45 00:01 00:05 00:15 00:30 01:00 02:00 04:00 08:00 08:00";

    /// <summary>
    /// Waits between questions about a payout or refund whose result has not come. Results take seconds, so the first, 1 min, is when one
    /// is missed; then as above. Each question is a request to a queue at Safaricom, so they are fewer.
    /// </summary>
    public string TransferSchedule { get; set; } = "00:01 00:02 00:05 00:15 00:30 01:00 02:00 04:00 08:00 08:00";

    /// <summary>How long the answer to the last question may take before a person is asked; answers come by callback, in seconds.</summary>
    public TimeSpan LastAnswer { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>A queued payout or refund older than this has lost its job: jobs start within seconds, even behind slow ones.</summary>
    public TimeSpan ForgottenAfter { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>Questions one round takes; with a round every 5 s this bounds what Daraja gets from one worker.</summary>
    public int BatchSize { get; set; } = 50;

    /// <summary>Questions under way at once in one round.</summary>
    public int Parallel { get; set; } = 4;

    /// <summary>How long a taken question is left to its taker; longer than the longest query with its retries.</summary>
    public TimeSpan Lease { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>The wait before the next question after <paramref name="asked"/> were asked; null when the schedule is over.</summary>
    public TimeSpan? Next(bool accepted, int asked)
    {
        var waits = Read(accepted ? PendingSchedule : UnknownSchedule);
        return asked < waits.Count ? waits[asked] : null;
    }

    /// <summary>The wait before the next question about a transfer after <paramref name="asked"/> were asked; null when the schedule is over.</summary>
    public TimeSpan? NextOfTransfer(int asked)
    {
        var waits = Read(TransferSchedule);
        return asked < waits.Count ? waits[asked] : null;
    }

    /// <summary>
    /// How long after a payment was asked for its callback may still be needed: the longest schedule and the answer to its last question. With
    /// the defaults a minute less than a day (23:59:15 of pushes; 23:58 of transfers).
    /// </summary>
    public TimeSpan Longest => new[] { Sum(PendingSchedule), Sum(UnknownSchedule), Sum(TransferSchedule) + LastAnswer }.Max();

    private static TimeSpan Sum(string schedule) => Read(schedule).Aggregate(TimeSpan.Zero, (sum, wait) => sum + wait);

    /// <summary>Reads a schedule; throws <see cref="FormatException"/> for what is not a list of waits.</summary>
    public static IReadOnlyList<TimeSpan> Read(string schedule) =>
        [.. schedule.Split([' ', ','], StringSplitOptions.RemoveEmptyEntries).Select(s => TimeSpan.Parse(s, System.Globalization.CultureInfo.InvariantCulture))];
}
