using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;
using Payments.Application.Callbacks;
using Payments.Application.Common;
using Payments.Application.Telemetry;
using Xunit;

namespace Payments.Tests.Unit;

/// <summary>What did not come as published is counted and told once it is committed, and what nobody vouched for is not (R17).</summary>
public sealed class ReadingTelemetryTests : IMeterFactory, ITraceContexts, ILogger<DrainTelemetry>
{
    private readonly List<Meter> meters = [];
    private readonly List<(LogLevel Level, string? Event, string Text)> lines = [];

    [Fact]
    public async Task A_callback_with_a_token_that_is_read_leniently_or_not_at_all_is_counted_and_logged()
    {
        var metrics = new PaymentsMetrics(this);
        var telemetry = new DrainTelemetry(metrics, this, this);
        Assert.All(Counted(metrics), count => Assert.Equal(0, count.Value));
        Assert.Contains(("c2b_confirm", "unreadable"), Counted(metrics).Keys);

        await Drain(telemetry, CallbackKind.C2bConfirm, FuzzWorld.RegistrationId.Value, OddBodies.Readable["a form"]);
        await Drain(telemetry, CallbackKind.C2bConfirm, FuzzWorld.RegistrationId.Value, OddBodies.Unreadable["two amounts"]);
        await Drain(telemetry, CallbackKind.C2bConfirm, FuzzWorld.RegistrationId.Value, Recorded.Body("c2b-paybill-masked-phone"));
        await Drain(telemetry, CallbackKind.C2bConfirm, null, OddBodies.Unreadable["two amounts"]);
        await Drain(telemetry, CallbackKind.C2bValidate, FuzzWorld.RegistrationId.Value, OddBodies.Unreadable["nothing"]);
        await Drain(telemetry, CallbackKind.Stk, FuzzWorld.AttemptId.Value, OddBodies.Unreadable["nothing"]);
        await Drain(telemetry, CallbackKind.Stk, null, OddBodies.Unreadable["nothing"]);

        Assert.Equal(
            [("c2b_confirm", "lenient", 1L), ("c2b_confirm", "unreadable", 1L), ("stk", "unreadable", 1L)],
            Counted(metrics).Where(count => count.Value > 0).Select(count => (count.Key.Kind, count.Key.Reading, count.Value)).Order());
        Assert.Equal(
            [(LogLevel.Warning, "callback_read_leniently"), (LogLevel.Error, "callback_unreadable"), (LogLevel.Error, "callback_unreadable")],
            lines.Select(line => (line.Level, line.Event)));

        // Not a word of the body, the account and the number included.
        Assert.All(lines, line => Assert.DoesNotMatch("RKL51|INV-8|2547|JOHN", line.Text));
    }

    private static async Task Drain(DrainTelemetry telemetry, CallbackKind kind, Guid? subject, byte[] body)
    {
        var row = new InboxRow(new(NewId.Next()), kind, subject, body) { ReceivedAt = CheckoutBuilder.Start };
        var (judgements, _) = await new FuzzWorld().Rules.Apply([row], CheckoutBuilder.Start);
        await telemetry.Committed([row], judgements, CheckoutBuilder.Start, TimeSpan.Zero);
    }

    private static Dictionary<(string Kind, string Reading), long> Counted(PaymentsMetrics metrics)
    {
        var counts = new Dictionary<(string, string), long>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, me) =>
            {
                if (instrument.Meter == metrics.Meter && instrument.Name == "payments.callback.readings")
                {
                    me.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<long>((_, value, tags, _) => counts[((string)tags[0].Value!, (string)tags[1].Value!)] = value);
        listener.Start();
        listener.RecordObservableInstruments();
        return counts;
    }

    Meter IMeterFactory.Create(MeterOptions options)
    {
        meters.Add(new(options));
        return meters[^1];
    }

    Task<IReadOnlyDictionary<Guid, string>> ITraceContexts.Of(IReadOnlyCollection<Guid> ids) =>
        Task.FromResult<IReadOnlyDictionary<Guid, string>>(new Dictionary<Guid, string>());

    void ILogger.Log<TState>(LogLevel level, EventId id, TState state, Exception? exception, Func<TState, Exception?, string> text) =>
        lines.Add((level, id.Name, text(state, exception)));

    bool ILogger.IsEnabled(LogLevel level) => true;

    IDisposable? ILogger.BeginScope<TState>(TState state) => null;

    void IDisposable.Dispose() => meters.ForEach(meter => meter.Dispose());
}
