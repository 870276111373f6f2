using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Payments.Application.Access;
using Payments.Application.Common;
using Payments.Application.Events;
using Payments.Application.Telemetry;
using Payments.Application.Webhooks;
using Payments.Domain.Common;
using Payments.Infrastructure.Database;
using Payments.Infrastructure.Events;

namespace Payments.Infrastructure.Webhooks;

/// <summary>What all endpoints of a process share.</summary>
internal sealed record SenderServices(
    Connections Database, EventFeed Feed, DeliveryStore Store, WebhookClient Client, IWebhookSecrets Secrets, SenderClock Clock, PaymentsMetrics Metrics, ILogger<WebhookSender> Log);

/// <summary>
/// Sends to one webhook, while this process holds it. One loop takes events from the feed, starts sends, and writes what they came to, many in one
/// statement; only the sends themselves run beside it. An endpoint that is slow or dead fills nothing but its own loop.
/// </summary>
/// <remarks>
/// Dies between a send and the write of its outcome: the place in the feed has not moved, the event is sent again under the same id. Two processes
/// that both believe to hold the webhook: both send, one writes.
/// </remarks>
/// <param name="disablesUnreadable">Whether a secret that cannot be opened disables the webhook; before that another process, with the right secrets, has its chance.</param>
internal sealed partial class EndpointSender(WebhookId id, Guid holder, bool disablesUnreadable, SenderServices services)
{
    /// <summary>Sent at once to one endpoint.</summary>
    private const int MaxInFlight = 32;

    /// <summary>Taken from the feed at once, and in memory before they are sent.</summary>
    private const int Batch = 200;

    /// <summary>Deliveries that wait to be tried again: what an endpoint that refuses one type in all may heap up. Beyond it events wait in the feed.</summary>
    private const int MaxWaiting = 10_000;

    /// <summary>So many different events refused, and none taken between them: the endpoint counts as down. One event, however often, says nothing of others.</summary>
    private const int DownAfter = 10;

    /// <summary>
    /// While the endpoint is down some new events are tried so often: what waits may be refused for what it is, and a shop that takes payments and refuses
    /// expiries is not to wait for its payments.
    /// </summary>
    private static readonly TimeSpan NewEvery = TimeSpan.FromMinutes(1);

    private const int NewAtOnce = 10;

    /// <summary>Where nothing new happens one of those that wait is tried so often, whenever its own time comes: the endpoint may be back long before that.</summary>
    private static readonly TimeSpan ProbeEvery = TimeSpan.FromMinutes(10);

    /// <summary>Rows of the feed that one reading goes through; of a shop with few events among many most are others'.</summary>
    private const int Window = 20_000;

    /// <summary>Outcomes are written together, but none waits longer for it.</summary>
    private static readonly TimeSpan WriteWithin = TimeSpan.FromMilliseconds(100);

    /// <summary>After 429 and 503 with a Retry-After nothing is sent until then, but not for longer than this.</summary>
    private static readonly TimeSpan LongestPause = TimeSpan.FromHours(1);

    /// <summary>What is on its way when the process ends, or a caller changes the webhook, may arrive within this.</summary>
    private static readonly TimeSpan LandWithin = TimeSpan.FromSeconds(2);

    private readonly List<Outcome> outcomes = [];

    /// <summary>The places of those refused since one was last taken.</summary>
    private readonly HashSet<long> refused = [];

    /// <summary>Of one reading of the webhook: what an earlier one sent and did not wait for is nobody's any more.</summary>
    private Channel<Tried?> events = Channel.CreateUnbounded<Tried?>(new() { SingleReader = true });
    private volatile bool isChanged;
    private DeliveryQueue queue = null!;
    private WebhookRow webhook = null!;
    private FeedFilter filter = null!;
    private DateTimeOffset? failingSince, notBefore;
    private DateTimeOffset writtenAt, firstOutcomeAt, triedAt, takenAt, seenAt;
    private long end;

    private sealed record Tried(Delivery Delivery, Answered Answered);

    /// <summary>The generation it works with; another in the database means that a caller has changed something.</summary>
    public int Generation { get; private set; }

    /// <summary>The feed goes on to here now.</summary>
    public void Wake(long feedEnd)
    {
        if (Interlocked.Exchange(ref end, feedEnd) != feedEnd)
        {
            events.Writer.TryWrite(null);
        }
    }

    /// <summary>A caller has changed the webhook: it is read again.</summary>
    public void Reload()
    {
        isChanged = true;
        events.Writer.TryWrite(null);
    }

    /// <summary>Sends until it is stopped, or until the webhook is another's or disabled.</summary>
    public async Task Run(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested && await Load(stop))
        {
            using var sending = new CancellationTokenSource();
            try
            {
                while (!stop.IsCancellationRequested && !isChanged)
                {
                    WatchClock();
                    await Take(stop);
                    await Start(sending.Token, stop);
                    await Wait(stop);
                    if (IsTimeToWrite && !await Write())
                    {
                        break;
                    }
                }
            }
            finally
            {
                try
                {
                    await Land();
                }
                finally
                {
                    await sending.CancelAsync();
                }
            }
        }
    }

    private async Task<bool> Load(CancellationToken stop)
    {
        isChanged = false;
        if (await services.Store.Load(id, holder, stop) is not var (row, waiting))
        {
            return false;
        }

        (webhook, Generation, failingSince, writtenAt, notBefore) = (row, row.Generation, row.FailingSince, Now, null);
        filter = Filter(row);
        queue = new(row.Place);
        events = Channel.CreateUnbounded<Tried?>(new() { SingleReader = true });
        outcomes.Clear();
        refused.Clear();
        foreach (var delivery in waiting)
        {
            queue.Add(delivery);
            if (failingSince is not null && delivery.Refusals > 0)
            {
                refused.Add(delivery.Position);
            }
        }

        return await CanSign();
    }

    /// <summary>What is on its way has a moment to arrive, and is written; the rest is tried again by who comes next.</summary>
    private async Task Land()
    {
        using var patience = new CancellationTokenSource(LandWithin);
        while (queue.InFlight > 0 && !patience.IsCancellationRequested)
        {
            await ((Task)events.Reader.WaitToReadAsync(patience.Token).AsTask()).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            NoteAll();
        }

        if (outcomes.Count > 0)
        {
            await Write();
        }
    }

    private DateTimeOffset Now => services.Clock.GetUtcNow();

    private bool IsDown => refused.Count >= DownAfter;

    /// <summary>How many new events may be taken from the feed now.</summary>
    private int Room => queue.Count >= MaxWaiting ? 0
        : !IsDown ? (queue.FreshCount < Batch ? Batch : 0)
        : queue.FreshCount == 0 && Now - takenAt >= NewEvery ? NewAtOnce : 0;

    /// <summary>PostgreSQL's clock was set back: what waits is not to wait that much longer.</summary>
    private void WatchClock()
    {
        var now = Now;
        if (now + TimeSpan.FromSeconds(1) < seenAt)
        {
            queue.Hurry(now);
            (notBefore, triedAt, takenAt, writtenAt) = (null, now, now, now);
        }

        seenAt = now;
    }

    private bool IsTimeToWrite => outcomes.Count >= Batch || (outcomes.Count > 0 && (queue.InFlight == 0 || Now - firstOutcomeAt >= WriteWithin))
        || Now - writtenAt > DeliveryStore.Hold / 4;

    private async Task Take(CancellationToken stop)
    {
        var (until, most) = (Interlocked.Read(ref end), Room);
        if (until <= queue.Taken || most == 0)
        {
            return;
        }

        await using var connection = await services.Database.OpenConnectionAsync(stop);
        until = await EventFeed.Window(connection, queue.Taken, until, Window);
        var read = await services.Feed.Read(connection, filter, queue.Taken, until, most);
        var now = Now;
        takenAt = read.Count > 0 ? now : takenAt;
        foreach (var one in read)
        {
            queue.Add(new()
            {
                Id = NewId.Next<DeliveryId>(),
                Position = one.Position,
                EventId = one.Id,
                Type = one.Type,
                Thing = one.SubjectId,
                Event = one,

                // Behind what has waited: after a long time away the oldest go first.
                NextTryAt = now,
            });
        }

        queue.Taken = read.Count == most ? read[^1].Position : until;
    }

    private async Task Start(CancellationToken sending, CancellationToken stop)
    {
        if (notBefore > Now)
        {
            return;
        }

        if (IsDown && queue is { FreshCount: 0, InFlight: 0 } && Now - triedAt >= ProbeEvery)
        {
            queue.HurryFirst(Now);
        }

        var next = new List<Delivery>();
        while (queue.InFlight < MaxInFlight && queue.Next(Now) is { } delivery)
        {
            next.Add(delivery);
        }

        var unread = next.FindAll(delivery => delivery.Event is null);
        if (unread.Count > 0)
        {
            await using var connection = await services.Database.OpenConnectionAsync(stop);
            var told = (await services.Feed.Read(connection, unread.ConvertAll(d => d.Position))).ToDictionary(one => one.Position);
            unread.ForEach(delivery => delivery.Event = told.GetValueOrDefault(delivery.Position));
        }

        foreach (var delivery in next)
        {
            _ = Send(delivery, events.Writer, sending);
        }
    }

    private async Task Send(Delivery delivery, ChannelWriter<Tried?> results, CancellationToken stop)
    {
        Answered answered;
        try
        {
            var told = delivery.Event!;
            var now = Now;
            answered = await services.Client.Try(
                webhook.Url, WebhookMessage.Of(told.Id.ToString(), told.Type, told.At, told.Data), WebhookKeys.Of(webhook.ToWebhook(), services.Secrets, now), now, stop);
        }
        catch (OperationCanceledException)
        {
            return;
        }
        catch (Exception bug)
        {
            // Whatever it is, the delivery waits and is tried again: it must not be lost in a task nobody looks at.
            answered = new(new(Now, webhook.Url, null, null, DbText.Clip($"It could not be sent: {bug.Message}", 500), 0), null);
        }

        results.TryWrite(new(delivery, answered));
    }

    private async Task Wait(CancellationToken stop)
    {
        var now = Now;
        var until = now + (DeliveryStore.Hold / 8);
        if (outcomes.Count > 0)
        {
            until = Min(until, firstOutcomeAt + WriteWithin);
        }

        if (queue.NextDue is { } due && queue.InFlight < MaxInFlight)
        {
            until = Min(until, notBefore is { } pause && pause > due ? pause : due);
        }

        if (Interlocked.Read(ref end) > queue.Taken && Room > 0)
        {
            until = now;
        }

        if (until > now && !events.Reader.TryPeek(out _))
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
            limit.CancelAfter(until - now + TimeSpan.FromMilliseconds(1));
            await ((Task)events.Reader.WaitToReadAsync(limit.Token).AsTask()).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        NoteAll();
    }

    private void NoteAll()
    {
        while (events.Reader.TryRead(out var tried))
        {
            if (tried is not null)
            {
                Note(tried.Delivery, tried.Answered);
            }
        }
    }

    private static FeedFilter Filter(WebhookRow row) => new(
        row.Scopes.Contains(KeyScopes.Ops) ? null : row.Client, [.. EventTypes.Things(row.Scopes)],
        row.Events ?? [.. EventTypes.All.Except(EventTypes.ByRequest)]);

    private static DateTimeOffset Min(DateTimeOffset one, DateTimeOffset other) => one < other ? one : other;
}
