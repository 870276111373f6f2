using System.Security.Cryptography;
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
internal sealed partial class EndpointSender(WebhookId id, Guid holder, SenderServices services)
{
    /// <summary>Sent at once to one endpoint.</summary>
    private const int MaxInFlight = 32;

    /// <summary>Taken from the feed at once, and in memory before they are sent.</summary>
    private const int Batch = 200;

    /// <summary>Deliveries that wait to be tried again: what an endpoint that refuses one type in all may heap up. Beyond it events wait in the feed.</summary>
    private const int MaxWaiting = 10_000;

    /// <summary>Refused one after another, the endpoint counts as down: it is tried with what waits, and nothing new is taken.</summary>
    private const int DownAfter = 10;

    /// <summary>One of those that wait is tried so often while the endpoint is down, whenever its own time comes: it may be back long before that.</summary>
    private static readonly TimeSpan ProbeEvery = TimeSpan.FromMinutes(10);

    /// <summary>Outcomes are written together, but none waits longer for it.</summary>
    private static readonly TimeSpan WriteWithin = TimeSpan.FromMilliseconds(100);

    /// <summary>What is on its way when the process ends, or a caller changes the webhook, may arrive within this.</summary>
    private static readonly TimeSpan LandWithin = TimeSpan.FromSeconds(2);

    private readonly List<Outcome> outcomes = [];

    /// <summary>Of one reading of the webhook: what an earlier one sent and did not wait for is nobody's any more.</summary>
    private Channel<Tried?> events = Channel.CreateUnbounded<Tried?>(new() { SingleReader = true });
    private volatile bool isChanged;
    private DeliveryQueue queue = null!;
    private WebhookRow webhook = null!;
    private FeedFilter filter = null!;
    private int refusedInARow;
    private DateTimeOffset? failingSince, notBefore;
    private DateTimeOffset writtenAt, firstOutcomeAt, triedAt;
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
                await Land();
                await sending.CancelAsync();
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
        refusedInARow = failingSince is null ? 0 : DownAfter;
        filter = Filter(row);
        queue = new(row.Place);
        events = Channel.CreateUnbounded<Tried?>(new() { SingleReader = true });
        outcomes.Clear();
        foreach (var delivery in waiting)
        {
            queue.Add(delivery);
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

    /// <summary>Down: nothing was taken for a while. With nothing left that waits, something new has to find out.</summary>
    private bool MayTake => queue.FreshCount < Batch && queue.Count < MaxWaiting && (refusedInARow < DownAfter || queue.Count == 0);

    private bool IsTimeToWrite => outcomes.Count >= Batch || (outcomes.Count > 0 && (queue.InFlight == 0 || Now - firstOutcomeAt >= WriteWithin))
        || Now - writtenAt > DeliveryStore.Hold / 4;

    private async Task Take(CancellationToken stop)
    {
        var until = Interlocked.Read(ref end);
        if (until <= queue.Taken || !MayTake)
        {
            return;
        }

        await using var connection = await services.Database.OpenConnectionAsync(stop);
        var read = await services.Feed.Read(connection, filter, queue.Taken, until, Batch);
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

                // At once, whatever PostgreSQL's clock has been set to since.
                NextTryAt = DateTimeOffset.MinValue,
            });
        }

        queue.Taken = read.Count == Batch ? read[^1].Position : until;
    }

    private async Task Start(CancellationToken sending, CancellationToken stop)
    {
        if (notBefore > Now)
        {
            return;
        }

        if (refusedInARow >= DownAfter && queue.InFlight == 0 && Now - triedAt >= ProbeEvery)
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
            answered = new(new(Now, webhook.Url, null, null, $"It could not be sent: {bug.Message}", 0), null);
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

        if (Interlocked.Read(ref end) > queue.Taken && MayTake)
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

    private void Note(Delivery delivery, Answered answered)
    {
        var now = Now;
        (triedAt, firstOutcomeAt) = (now, outcomes.Count == 0 ? now : firstOutcomeAt);
        delivery.TryCount++;
        delivery.FirstTryAt ??= answered.Try.At;
        services.Metrics.WebhookTried(answered.Try.Error is null, delivery.Event is { } told ? now - told.At : null);
        if (answered.Try.Error is null)
        {
            queue.End(delivery);
            outcomes.Add(new(delivery, DeliveryStatus.Delivered, answered.Try, null));
            if (refusedInARow >= DownAfter)
            {
                queue.Hurry(now);
            }

            (refusedInARow, failingSince, notBefore) = (0, null, null);
            return;
        }

        refusedInARow++;
        failingSince ??= answered.Try.At;
        if (answered is { RetryAfter: { } pause, Try.StatusCode: 429 or 503 })
        {
            notBefore = Min(now + pause, now + TimeSpan.FromHours(1));
        }

        // Of an endpoint that takes others; one that takes nothing is disabled, and then it keeps what waits.
        if (now - delivery.FirstTryAt > DeliverySchedule.GiveUpAfter && now - failingSince < DeliverySchedule.GiveUpAfter)
        {
            queue.End(delivery);
            outcomes.Add(new(delivery, DeliveryStatus.Failed, answered.Try, null));
            return;
        }

        var next = now + DeliverySchedule.Wait(delivery.TryCount, answered.Try.StatusCode, answered.RetryAfter, Random.Shared.NextDouble());
        foreach (var stored in queue.Wait(delivery, next))
        {
            outcomes.Add(new(stored, DeliveryStatus.Pending, stored == delivery ? answered.Try : null, next));
        }

        // It is read again when its time has come.
        delivery.Event = null;
    }

    /// <summary>Writes what there is; false when the loop is to end.</summary>
    private async Task<bool> Write()
    {
        foreach (var blocked in queue.TakeBlocked())
        {
            outcomes.Add(new(blocked, DeliveryStatus.Pending, null, Now));
            blocked.Event = null;
        }

        var last = outcomes.LastOrDefault(outcome => outcome.Try is not null)?.Try;
        var standing = await services.Store.Write(id, holder, Generation, queue.Place, failingSince, Latest());
        outcomes.Clear();
        writtenAt = Now;
        if (standing?.Generation != Generation || standing.Status != "enabled")
        {
            return false;
        }

        if (Why(last) is { } why)
        {
            await Disable(why, last!.Error);
            return false;
        }

        return true;
    }

    /// <summary>One delivery may have been tried twice since the last write; one statement writes a row once.</summary>
    private List<Outcome> Latest() => [.. outcomes.GroupBy(outcome => outcome.Delivery).Select(group => group.Last())];

    private DisabledBecause? Why(DeliveryTry? last) => last is null ? null
        : last.StatusCode == 410 ? DisabledBecause.Gone
        : failingSince is { } since && Now - since >= DeliverySchedule.GiveUpAfter ? DisabledBecause.Failing
        : null;

    private async Task Disable(DisabledBecause why, string? last)
    {
        if (await services.Store.Disable(id, holder, Generation, why))
        {
            LogDisabled(services.Log, id.ToString(), webhook.Client, EnumNames.Name(why), last);
        }
    }

    /// <summary>Whether its secret can be read; where not it is disabled, for nothing can be signed.</summary>
    private async Task<bool> CanSign()
    {
        try
        {
            WebhookKeys.Of(webhook.ToWebhook(), services.Secrets, Now);
            return true;
        }
        catch (CryptographicException unreadable)
        {
            await Disable(DisabledBecause.SecretUnreadable, unreadable.Message);
            return false;
        }
    }

    private static FeedFilter Filter(WebhookRow row) => new(
        row.Scopes.Contains(KeyScopes.Ops) ? null : row.Client, [.. EventTypes.Things(row.Scopes)],
        row.Events ?? [.. EventTypes.All.Except(EventTypes.ByRequest)]);

    private static DateTimeOffset Min(DateTimeOffset one, DateTimeOffset other) => one < other ? one : other;

    [LoggerMessage(EventName = "webhook_disabled", Level = LogLevel.Warning,
        Message = "The webhook {WebhookId} of {Client} is disabled ({Why}): {Last} Nothing is lost: enabled again it goes on where it stopped")]
    private static partial void LogDisabled(ILogger log, string webhookId, string client, string why, string? last);
}
