using System.Diagnostics.Metrics;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using Payments.Application.C2b;
using Payments.Application.Common;
using Payments.Application.Telemetry;
using Payments.Infrastructure.Daraja;
using Payments.Infrastructure.Database;
using Payments.Infrastructure.Health;
using Payments.Infrastructure.Inbox;
using Payments.Infrastructure.Inbox.Spool;

namespace Payments.Infrastructure.Telemetry;

/// <summary>
/// What is read rather than counted. A process's own values are read when they are asked for; the database's every quarter of a minute
/// while somebody listens, and they fall silent when the database does: old numbers would look like good news. Every process tells the
/// same of the database, so take the largest over processes, not the sum.
/// </summary>
internal sealed partial class Gauges(
    PaymentsMetrics metrics, BacklogReader backlogs, DatabaseState state, DarajaBreakers breakers, ILogger<Gauges> log, InboxQueueMetrics? intake = null,
    DatabaseCircuit? circuit = null, CallbackSpool? spool = null) : BackgroundService
{
    /// <summary>What scrapers use; the queries take milliseconds.</summary>
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(15);

    /// <summary>Every one is told from the beginning: an alert on a series that is not there yet never fires.</summary>
    private static readonly string[] PullStates = ["none", .. Enum.GetValues<PullState>().Select(EnumNames.Name)];

    private volatile Backlog? behind;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var purpose = Connections.For(Purpose.Watch);
        OfTheProcess();
        var watched = OfTheDatabase();
        await state.Ready.WaitAsync(stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        while (!stoppingToken.IsCancellationRequested)
        {
            if (watched.Enabled)
            {
                try
                {
                    behind = await backlogs.Read(stoppingToken);
                }
                catch (Exception failure) when (failure is NpgsqlException or TimeoutException)
                {
                    behind = null;
                    LogUnread(failure.Message);
                }
                catch (OperationCanceledException)
                {
                    return;
                }
            }

            await Task.Delay(Every, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private void OfTheProcess()
    {
        var meter = metrics.Meter;
        if (intake is not null)
        {
            meter.CreateObservableGauge("payments.inbox.queue", () => intake.Waiting, "{callback}", "Callbacks that wait for their commit in this process.");
            meter.CreateObservableGauge("payments.inbox.queue.size", () => intake.Bytes, "By", "The bytes of callbacks that wait for their commit.");
        }

        if (circuit is not null)
        {
            meter.CreateObservableGauge("payments.database.away", () => circuit.IsAway ? 1 : 0, null, "1 while this process does not reach its database.");
        }

        if (spool is not null)
        {
            meter.CreateObservableGauge("payments.spool.size", () => spool.Bytes, "By", "Bytes of callbacks that wait on this process's disk.");
            meter.CreateObservableGauge(
                "payments.spool.aside.size", () => spool.AsideBytes, "By", "Bytes in the spool's folder that could not be stored and wait for an operator.");
            meter.CreateObservableGauge("payments.spool.room", () => spool.HasRoom ? 1 : 0, null, "0 when the spool could keep no callback.");
        }

        meter.CreateObservableGauge(
            "payments.daraja.breaker", () => breakers.States.Select(s => new Measurement<int>(s.Value == "closed" ? 0 : s.Value == "open" ? 2 : 1, Tag("api", s.Key))),
            null, "0 closed, 1 trying, 2 open: nothing is sent to that API.");
    }

    private ObservableGauge<long> OfTheDatabase()
    {
        var meter = metrics.Meter;
        meter.CreateObservableGauge(
            "payments.inbox.oldest.age", () => Each<double>(b => [new Measurement<double>(b.OldestNew?.TotalSeconds ?? 0)]), "s", "Age of the oldest callback not drained.");
        meter.CreateObservableGauge(
            "payments.inbox.set_aside", () => Each<long>(b => [new Measurement<long>(b.SetAside)]), "{callback}",
            "Callbacks that could not be applied and are tried again soon, counted up to 100,000.");
        meter.CreateObservableGauge(
            "payments.in_doubt", () => Each(b => b.InDoubt.Select(d => new Measurement<long>(d.Count, Tag("kind", d.Kind), Tag("age", d.Age)))), "{payment}",
            "Attempts, payouts and refunds that were sent and whose outcome nobody knows, by age.");
        meter.CreateObservableGauge(
            "payments.cases.open", () => Each(b => b.Cases.Select(c => new Measurement<long>(c.Count, Tag("kind", c.Kind)))), "{case}", "Open cases by kind.");
        meter.CreateObservableGauge(
            "payments.webhooks.unreached", () => Each(b => b.Webhooks.Select(w => new Measurement<long>(w.Count, Tag("why", w.Why)))), "{webhook}",
            "Webhooks that are failing for an hour, or disabled because nothing was taken.");
        meter.CreateObservableGauge(
            "payments.daraja.token.age", () => Each(b => b.Tokens.Select(t => new Measurement<double>(t.Age.TotalSeconds, Tag("app", t.App)))), "s",
            "Age of each app's access token; they live an hour.");
        meter.CreateObservableGauge(
            "payments.jobs.servers",
            () => Each(b => b.Servers.SelectMany(s => s.Queues).CountBy(queue => queue).Select(q => new Measurement<long>(q.Value, Tag("queue", q.Key)))), "{server}",
            "Hangfire servers alive, by queue.");
        meter.CreateObservableGauge("payments.jobs.failed", () => Each<long>(b => [new Measurement<long>(b.FailedJobs)]), "{job}", "Jobs whose retries are used up.");
        meter.CreateObservableGauge(
            "payments.pull.age", () => Each<double>(b => b.Pull is { } pull ? [new Measurement<double>(pull.Age.TotalSeconds)] : []), "s",
            "How long ago the time ends up to which Pull has read what customers paid; Safaricom keeps 48 hours.");
        meter.CreateObservableGauge(
            "payments.pull.state", () => Each<long>(b => b.Pull is { } pull ? PullStates.Select(s => new Measurement<long>(s == pull.State ? 1 : 0, Tag("state", s))) : []),
            null, "1 for how the last round of Pull ended, 0 for every other way.");
        return meter.CreateObservableGauge(
            "payments.inbox.new", () => Each<long>(b => [new Measurement<long>(b.New)]), "{callback}", "Callbacks stored and not drained, counted up to 100,000.");
    }

    private IEnumerable<Measurement<T>> Each<T>(Func<Backlog, IEnumerable<Measurement<T>>> measure)
        where T : struct => behind is { } read ? measure(read) : [];

    private static KeyValuePair<string, object?> Tag(string name, string value) => new(name, value);

    [LoggerMessage(EventName = "backlog_not_read", Level = LogLevel.Warning, Message = "The numbers of the database could not be read: {Why}")]
    private partial void LogUnread(string why);
}
