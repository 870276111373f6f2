using System.Diagnostics;
using Dapper;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Payments.Domain.Common;
using Payments.Infrastructure.Database;
using Payments.Infrastructure.Events;

namespace Payments.Infrastructure.Webhooks;

/// <summary>
/// Takes the webhooks nobody else sends to, and runs a loop for each (<see cref="EndpointSender"/>). Looks at the feed for all of them, and places what
/// was committed: the way of a callback knows nothing of webhooks.
/// </summary>
internal sealed partial class WebhookSender(
    Connections database, DatabaseState state, EventFeed feed, DeliveryStore store, SenderServices services, ILogger<WebhookSender> log) : BackgroundService
{
    /// <summary>How soon a new or changed webhook is noticed.</summary>
    private static readonly TimeSpan TakeEvery = TimeSpan.FromSeconds(1);

    /// <summary>How soon an event is, while there is somebody to tell.</summary>
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(200);

    private static readonly TimeSpan AskAgainAfter = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan DisableAfter = TimeSpan.FromHours(1);

    private readonly Guid holder = Guid.NewGuid();
    private readonly Dictionary<WebhookId, Unreadable> unreadable = [];
    private readonly Dictionary<WebhookId, (EndpointSender Sender, Task Loop, CancellationTokenSource Stop)> running = [];

    /// <summary>When this process could not sign for a webhook, first and last (timestamps of the stopwatch).</summary>
    private sealed record Unreadable(long First, long Last, bool IsLeft);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var purpose = Connections.For(Purpose.Webhooks);
        await state.Ready.WaitAsync(stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        var (isSealed, isInTrouble) = (false, false);
        long? takenAt = null;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                if (!isSealed)
                {
                    await store.SealAnew(services.Secrets, stoppingToken);
                    isSealed = true;
                }

                if (takenAt is not { } last || Stopwatch.GetElapsedTime(last) >= TakeEvery)
                {
                    takenAt = Stopwatch.GetTimestamp();
                    await Take(stoppingToken);
                }

                if (running.Count > 0)
                {
                    await Look(stoppingToken);
                }

                isInTrouble = false;
            }
            catch (Exception) when (stoppingToken.IsCancellationRequested)
            {
                // Whatever it was: what is left to do is to end in order.
                break;
            }
            catch (Exception failure)
            {
                if (!isInTrouble)
                {
                    LogTrouble(failure.Message);
                }

                isInTrouble = true;
                await Task.Delay(TakeEvery, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }

            await Task.Delay(running.Count > 0 ? LookEvery : TakeEvery, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await End();
    }

    private async Task Take(CancellationToken stop)
    {
        foreach (var (id, one) in unreadable.Where(pair => Stopwatch.GetElapsedTime(pair.Value.Last) >= AskAgainAfter).ToList())
        {
            unreadable[id] = one with { IsLeft = false };
        }

        var (held, now) = await store.Take(holder, [.. unreadable.Where(pair => pair.Value.IsLeft).Select(pair => pair.Key)], stop);
        services.Clock.Set(now);
        foreach (var (id, one) in running.ToList())
        {
            var isHeld = held.TryGetValue(id, out var generation);
            if (one.Loop.IsCompleted)
            {
                one.Stop.Dispose();
                running.Remove(id);
                if (isHeld && one.Sender.CannotSign)
                {
                    await Leave(id);
                    held.Remove(id);
                }
            }
            else if (!isHeld)
            {
                await one.Stop.CancelAsync();
            }
            else if (one.Sender is { Generation: not 0, CannotSign: false })
            {
                unreadable.Remove(id);
                if (one.Sender.Generation != generation)
                {
                    one.Sender.Reload();
                }
            }
        }

        foreach (var id in held.Keys.Where(id => !running.ContainsKey(id)))
        {
            var ends = CancellationTokenSource.CreateLinkedTokenSource(stop);
            var isOver = unreadable.TryGetValue(id, out var known) && Stopwatch.GetElapsedTime(known.First) >= DisableAfter;
            var sender = new EndpointSender(id, holder, isOver, services);
            running[id] = (sender, Task.Run(() => Run(id, sender, ends.Token), CancellationToken.None), ends);
        }
    }

    /// <summary>
    /// This process cannot open its secret: the deployment's secrets are being changed, and another process, or this one after its next start, can. It is
    /// left alone for a minute, and disabled only after an hour.
    /// </summary>
    private async Task Leave(WebhookId id)
    {
        var now = Stopwatch.GetTimestamp();
        unreadable[id] = new(unreadable.TryGetValue(id, out var known) ? known.First : now, now, IsLeft: true);
        await store.Release(holder, id);
        LogUnreadable(id.ToString());
    }

    private async Task Run(WebhookId id, EndpointSender sender, CancellationToken stop)
    {
        try
        {
            await sender.Run(stop);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Told to.
        }
        catch (Exception failure)
        {
            // Begun afresh in a moment, from what is stored.
            LogEndpointTrouble(id.ToString(), failure.Message);
            await Task.Delay(TakeEvery, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task Look(CancellationToken stop)
    {
        bool isUnplaced;
        long end;
        await using (var connection = await database.OpenConnectionAsync(stop))
        {
            (isUnplaced, end) = await connection.QuerySingleAsync<(bool, long)>(
                "SELECT EXISTS (SELECT FROM events WHERE position IS NULL), coalesce((SELECT max(position) FROM events), 0)");
            if (isUnplaced)
            {
                await connection.CloseAsync();
                await feed.Place(stop);
                await connection.OpenAsync(stop);
                (end, _) = await EventFeed.End(connection);
            }
        }

        foreach (var (sender, _, _) in running.Values)
        {
            sender.Wake(end);
        }
    }

    /// <summary>Everybody writes a last time, and what this process held is anybody's.</summary>
    private async Task End()
    {
        await Task.WhenAll(running.Values.Select(one => one.Loop)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        foreach (var one in running.Values)
        {
            one.Stop.Dispose();
        }

        try
        {
            if (running.Count > 0)
            {
                await store.Release(holder);
            }
        }
        catch (Exception)
        {
            // Held until its time is over; the next process waits that long.
        }
    }

    [LoggerMessage(EventName = "webhooks_not_sent", Level = LogLevel.Warning, Message = "Webhooks are not sent for the moment: {Why}")]
    private partial void LogTrouble(string why);

    [LoggerMessage(EventName = "webhook_secret_unreadable", Level = LogLevel.Warning,
        Message = "The secret of the webhook {WebhookId} was sealed with a callback secret that this process does not have; tried again in a minute, disabled after an hour")]
    private partial void LogUnreadable(string webhookId);

    [LoggerMessage(EventName = "webhook_interrupted", Level = LogLevel.Warning, Message = "Sending to the webhook {WebhookId} was interrupted, and begins afresh: {Why}")]
    private partial void LogEndpointTrouble(string webhookId, string why);
}
