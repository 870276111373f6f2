using System.Globalization;

namespace Payments.Application.Reconciliation;

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
    /// Waits between questions about a payout or refund that was accepted and whose result has not come. Results take seconds, so the
    /// first, 1 min, is when one is missed; then as above. Each question is a request to a queue at Safaricom, so they are fewer.
    /// </summary>
    public string TransferSchedule { get; set; } = "00:01 00:02 00:05 00:15 00:30 01:00 02:00 04:00 08:00 08:00";

    /// <summary>
    /// Waits between questions about a payout or refund in doubt. Money is out and its receiver may be waiting: the first comes after
    /// 45 s, when a request whose reply was lost has long been carried out or not; the next soon, for "not found" may only mean "not yet";
    /// then hours. What has no id to ask by waits in the same steps for its own result, and after a day a person decides.
    /// </summary>
    public string DoubtSchedule { get; set; } = "00:00:45 00:01 00:03 00:10 00:30 02:00 04:00 08:00 08:00";

    /// <summary>How long the answer to the last question may take before a person is asked; answers come by callback, in seconds.</summary>
    public TimeSpan LastAnswer { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>A queued payout or refund older than this has lost its job: jobs start within seconds, even behind slow ones.</summary>
    public TimeSpan ForgottenAfter { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>
    /// How soon a payout or refund is tried again that could not be sent (no certificate, no access token, no connection), at first; one that
    /// has waited for long is tried again after a quarter of that time, two minutes at most. Of all that wait one tries, and when it gets
    /// through the others follow.
    /// </summary>
    public TimeSpan UnsentRetry { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>How long a payout or refund may wait to be sent before a person is told: the receiver was promised minutes, not days.</summary>
    public TimeSpan UnsentCaseAfter { get; set; } = TimeSpan.FromHours(1);

    /// <summary>
    /// Questions all processes together may ask in a second. Safaricom publishes no number; ten is about what the prompts of one busy
    /// shop come to, so that questions never weigh more than sales, and clears the 36,000 lost callbacks of a bad hour in another.
    /// One whose answer is worth nothing (no answer, a server error) is repeated up to twice within a second and counts once.
    /// </summary>
    public double QuestionsPerSecond { get; set; } = 10;

    /// <summary>Questions that may be asked at once after a quiet time: four seconds' worth, which a spike arrest counted by the second forgives.</summary>
    public int QuestionBurst { get; set; } = 40;

    /// <summary>
    /// How soon a question is tried again that never reached Safaricom, or that it turned away unread: twice the breaker's pause. Such a
    /// question does not count, until the whole schedule's time has passed.
    /// </summary>
    public TimeSpan UnaskedRetry { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Questions one round takes at most.</summary>
    public int BatchSize { get; set; } = 40;

    /// <summary>Questions under way at once in one round: at a usual half second each they keep up with <see cref="QuestionsPerSecond"/>.</summary>
    public int Parallel { get; set; } = 8;

    /// <summary>
    /// How long a taken question is left to its taker: longer than a whole round takes (<see cref="BatchSize"/> / <see cref="Parallel"/>
    /// questions one after the other) when each needs three tries of 10 s.
    /// </summary>
    public TimeSpan Lease { get; set; } = TimeSpan.FromMinutes(3);

    /// <summary>The wait before the next question after <paramref name="asked"/> were asked; null when the schedule is over.</summary>
    public TimeSpan? Next(bool accepted, int asked) => At(accepted ? PendingSchedule : UnknownSchedule, asked);

    /// <summary>The wait before the next question about a transfer after <paramref name="asked"/> were asked; null when the schedule is over.</summary>
    public TimeSpan? NextOfTransfer(bool inDoubt, int asked) => At(TransferScheduleOf(inDoubt), asked);

    /// <summary>How soon what could not be sent is tried again, after it has waited for <paramref name="age"/>.</summary>
    public TimeSpan UnsentRetryAfter(TimeSpan age)
    {
        var (longest, quarter) = (TimeSpan.FromMinutes(2), age / 4);
        return quarter < UnsentRetry ? UnsentRetry : quarter < longest ? quarter : longest;
    }

    /// <summary>The schedule of a transfer.</summary>
    public string TransferScheduleOf(bool inDoubt) => inDoubt ? DoubtSchedule : TransferSchedule;

    /// <summary>
    /// How long after a payment was asked for its callback may still be needed: the longest schedule and the answer to its last question. With
    /// the defaults a minute less than a day (23:59:15 of pushes; 23:58 of transfers).
    /// </summary>
    public TimeSpan Longest =>
        new[] { Length(PendingSchedule), Length(UnknownSchedule), Length(TransferSchedule) + LastAnswer, Length(DoubtSchedule) + LastAnswer }.Max();

    /// <summary>How long a whole schedule lasts: so long a question that could not be asked is not counted.</summary>
    public static TimeSpan Length(string schedule) => Read(schedule).Aggregate(TimeSpan.Zero, (sum, wait) => sum + wait);

    /// <summary>Reads a schedule; throws <see cref="FormatException"/> for what is not a list of waits.</summary>
    public static IReadOnlyList<TimeSpan> Read(string schedule) =>
        [.. schedule.Split([' ', ','], StringSplitOptions.RemoveEmptyEntries).Select(s => TimeSpan.Parse(s, CultureInfo.InvariantCulture))];

    private static TimeSpan? At(string schedule, int asked)
    {
        var waits = Read(schedule);
        return asked < waits.Count ? waits[asked] : null;
    }
}
