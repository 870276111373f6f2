using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Payments.Application.Common;
using Payments.Application.Telemetry;

namespace Payments.Application.Callbacks;

/// <summary>
/// What a drain leaves behind for those who watch. Everything is told after the commit, in one go: no span is open while rows are locked,
/// and a run that failed says nothing of payments. A callback's span is part of its payment's trace where that was recorded, else of its
/// own request's; it reaches from arrival to commit and is linked to its request and to the drain. One look-up for a whole batch, made
/// only while somebody listens.
/// </summary>
public sealed partial class DrainTelemetry(PaymentsMetrics metrics, ITraceContexts contexts, ILogger<DrainTelemetry> log)
{
    /// <summary>A batch is committed.</summary>
    /// <param name="now">The transaction's time, which ages are counted by.</param>
    /// <param name="took">From the transaction's beginning to its commit.</param>
    public async Task Committed(IReadOnlyList<InboxRow> rows, IReadOnlyList<CallbackResult> judgements, DateTimeOffset now, TimeSpan took)
    {
        var end = now + took;
        metrics.Drained(rows.Count, took);
        for (var i = 0; i < rows.Count; i++)
        {
            metrics.Judged(rows[i].Kind, judgements[i].Verdict, end - rows[i].ReceivedAt);
            Tell(rows[i], judgements[i]);
            if (judgements[i].IsStray)
            {
                metrics.Strayed();
            }
        }

        if (Traces.IsOn)
        {
            await Trace(rows, judgements, now, end);
        }
    }

    /// <summary>A row is parked.</summary>
    public void Parked(InboxRow row, DateTimeOffset now) => metrics.Judged(row.Kind, Verdict.Failed, now - row.ReceivedAt);

    /// <summary>What somebody vouched for and did not come as published is news, for it may be money (R17).</summary>
    private void Tell(InboxRow row, CallbackResult judgement)
    {
        if (judgement.Reading == Reading.Plain)
        {
            return;
        }

        metrics.Read(row.Kind, judgement.Reading);
        if (judgement.Reading == Reading.Lenient)
        {
            LogLenient(row.Id.ToString(), EnumNames.Name(row.Kind), judgement.Detail);
        }
        else
        {
            LogUnreadable(row.Id.ToString(), EnumNames.Name(row.Kind), judgement.Detail);
        }
    }

    private async Task Trace(IReadOnlyList<InboxRow> rows, IReadOnlyList<CallbackResult> judgements, DateTimeOffset from, DateTimeOffset to)
    {
        var payments = await Payments(rows);
        using var drain = Traces.Start("drain callbacks", ActivityKind.Consumer);
        ActivityLink[] batch = drain is null ? [] : [new(drain.Context)];
        drain?.SetTag("payments.callbacks", rows.Count).SetStartTime(from.UtcDateTime).SetEndTime(to.UtcDateTime);
        for (var i = 0; i < rows.Count; i++)
        {
            var (row, own) = (rows[i], Traces.Read(rows[i].TraceParent));
            var payment = row.SubjectId is { } subject && payments.TryGetValue(subject, out var stored) ? Traces.Read(stored) : default;
            if (own == default && payment == default)
            {
                // Neither was recorded: a sampler decided so.
                continue;
            }

            KeyValuePair<string, object?>[] tags =
            [
                new("payments.callback", row.Id.ToString()),
                new("payments.kind", EnumNames.Name(row.Kind)),
                new("payments.verdict", EnumNames.Name(judgements[i].Verdict)),
            ];
            ActivityLink[] links = [.. payment == default || own == default ? [] : new[] { new ActivityLink(own) }, .. batch];
            Traces.Record("callback " + EnumNames.Name(row.Kind), payment == default ? own : payment, row.ReceivedAt, to, tags, links);
        }
    }

    private async Task<IReadOnlyDictionary<Guid, string>> Payments(IReadOnlyList<InboxRow> rows)
    {
        try
        {
            return await contexts.Of([.. rows.Select(row => row.SubjectId).OfType<Guid>()]);
        }
        catch (System.Data.Common.DbException)
        {
            // The work is committed; a trace is not worth failing its job for.
            return new Dictionary<Guid, string>();
        }
    }

    [LoggerMessage(EventName = "callback_read_leniently", Level = LogLevel.Warning,
        Message = "Callback {CallbackId} ({Kind}) did not come in the published form and could be read all the same: {Why}")]
    private partial void LogLenient(string callbackId, string kind, string? why);

    [LoggerMessage(EventName = "callback_unreadable", Level = LogLevel.Error,
        Message = "Callback {CallbackId} ({Kind}) has a valid token and cannot be read: {Why}")]
    private partial void LogUnreadable(string callbackId, string kind, string? why);
}
