using System.Diagnostics.Metrics;
using Payments.Application.Callbacks;
using Payments.Application.Common;

namespace Payments.Application.Telemetry;

/// <summary>
/// What the service counts and times as it goes; docs/operations.md says what each means and what to do. Labels are kinds, verdicts and
/// codes: never anything whose values grow with payments or people. With nobody listening each call costs a few nanoseconds.
/// </summary>
public sealed class PaymentsMetrics
{
    /// <summary>The name listeners know us by; one for every instrument of this service.</summary>
    public const string Name = "Payments";

    /// <summary>Seconds, from a lone callback's commit to Daraja's longest patience.</summary>
    private static readonly double[] Seconds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

    /// <summary>Seconds a callback may wait for its drain: milliseconds when all is well, hours after an outage.</summary>
    private static readonly double[] Ages = [0.02, 0.05, 0.1, 0.25, 0.5, 1, 5, 15, 60, 300, 3600, 86400];

    /// <summary>Rows in one commit, up to the most there can be.</summary>
    private static readonly double[] Rows = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000];

    private readonly Histogram<double> accepted;
    private readonly Histogram<int> inboxBatch;
    private readonly Histogram<int> drainBatch;
    private readonly Histogram<double> drain;
    private readonly Histogram<double> lag;
    private readonly Counter<long> verdicts;
    private readonly Histogram<double> daraja;
    private readonly Counter<long> webhookTries;
    private readonly Histogram<double> webhookLag;
    private long strays;

    /// <summary>Trusted callbacks that did not come as published, by kind and reading. All of them from the start: an alert on the first needs the nought before it.</summary>
    private readonly long[,] readings = new long[Enum.GetValues<CallbackKind>().Length, Enum.GetValues<Reading>().Length];

    public PaymentsMetrics(IMeterFactory meters)
    {
        Meter = meters.Create(Name);
        accepted = Meter.CreateHistogram(
            "payments.callback.accept.duration", "s", "From a callback's last byte to its being durable, by kind and outcome.", advice: Buckets<double>(Seconds));
        inboxBatch = Meter.CreateHistogram("payments.inbox.batch.size", "{callback}", "Callbacks in one commit of the inbox.", advice: Buckets<int>(Rows));
        drainBatch = Meter.CreateHistogram("payments.drain.batch.size", "{callback}", "Callbacks applied in one commit.", advice: Buckets<int>(Rows));
        drain = Meter.CreateHistogram("payments.drain.duration", "s", "One commit of applied callbacks.", advice: Buckets<double>(Seconds));
        lag = Meter.CreateHistogram("payments.callback.lag", "s", "A callback's age when it was applied.", advice: Buckets<double>(Ages));
        verdicts = Meter.CreateCounter<long>("payments.callback.verdicts", "{callback}", "What became of callbacks, by kind.");

        // Read, not told: it is there from the beginning. An alert on a counter that appears with its first event would miss that event.
        _ = Meter.CreateObservableCounter(
            "payments.confirmation.unknown.shortcode", () => Volatile.Read(ref strays), "{payment}", "Authentic payments to a number that is not configured here.");
        Meter.CreateObservableCounter(
            "payments.callback.readings", Readings, "{callback}", "Callbacks with a valid token that did not come as published: read leniently, or not at all.");
        webhookTries = Meter.CreateCounter<long>("payments.webhook.tries", "{try}", "Events sent to shops' webhooks, by outcome.");
        webhookLag = Meter.CreateHistogram("payments.webhook.lag", "s", "An event's age when a webhook took it.", advice: Buckets<double>(Ages));
        daraja = Meter.CreateHistogram(
            "payments.daraja.call.duration", "s", "HTTP calls to Daraja, by API and Safaricom's code.", advice: Buckets<double>(Seconds));
    }

    /// <summary>An event was sent to a webhook; <paramref name="age"/> is its own then.</summary>
    public void WebhookTried(bool isTaken, TimeSpan? age)
    {
        webhookTries.Add(1, new KeyValuePair<string, object?>("outcome", isTaken ? "delivered" : "refused"));
        if (isTaken && age is { } lagged)
        {
            webhookLag.Record(lagged.TotalSeconds);
        }
    }

    /// <summary>For gauges, which are read where their values are.</summary>
    public Meter Meter { get; }

    /// <summary>A callback is durable, or was refused.</summary>
    public void Accepted(CallbackKind kind, TimeSpan took, string outcome)
    {
        if (accepted.Enabled)
        {
            accepted.Record(took.TotalSeconds, new("kind", EnumNames.Name(kind)), new("outcome", outcome));
        }
    }

    /// <summary>The inbox committed, spooled or refused a batch.</summary>
    public void Batch(int rows, string outcome)
    {
        if (inboxBatch.Enabled)
        {
            inboxBatch.Record(rows, new KeyValuePair<string, object?>("outcome", outcome));
        }
    }

    /// <summary>A drain committed.</summary>
    public void Drained(int rows, TimeSpan took)
    {
        drainBatch.Record(rows);
        drain.Record(took.TotalSeconds);
    }

    /// <summary>A callback was dealt with at this age.</summary>
    public void Judged(CallbackKind kind, Verdict verdict, TimeSpan age)
    {
        if (verdicts.Enabled)
        {
            verdicts.Add(1, new("kind", EnumNames.Name(kind)), new("verdict", EnumNames.Name(verdict)));
            lag.Record(Math.Max(0, age.TotalSeconds));
        }
    }

    /// <summary>A callback with a valid token did not come in the published form.</summary>
    public void Read(CallbackKind kind, Reading reading) => Interlocked.Increment(ref readings[(int)kind, (int)reading]);

    private IEnumerable<Measurement<long>> Readings() =>
        from kind in Enum.GetValues<CallbackKind>()
        from reading in new[] { Reading.Lenient, Reading.Unreadable }
        select new Measurement<long>(
            Interlocked.Read(ref readings[(int)kind, (int)reading]), new("kind", EnumNames.Name(kind)), new KeyValuePair<string, object?>("reading", EnumNames.Name(reading)));

    /// <summary>Somebody paid a number that is not configured here.</summary>
    public void Strayed() => Interlocked.Increment(ref strays);

    /// <summary>An HTTP call to Daraja ended.</summary>
    /// <param name="code">Safaricom's code, already bounded.</param>
    public void Called(string api, string code, TimeSpan took)
    {
        if (daraja.Enabled)
        {
            daraja.Record(took.TotalSeconds, new("api", api), new("code", code));
        }
    }

    private static InstrumentAdvice<T> Buckets<T>(double[] bounds)
        where T : struct => new() { HistogramBucketBoundaries = [.. bounds.Select(b => (T)Convert.ChangeType(b, typeof(T), System.Globalization.CultureInfo.InvariantCulture))] };
}
