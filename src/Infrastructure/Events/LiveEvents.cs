using System.Collections.Concurrent;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Payments.Infrastructure;

/// <summary>Wakes whoever watches a checkout when any process commits a change to it: one LISTEN per process.</summary>
public sealed partial class LiveEvents(Connections database, ILogger<LiveEvents> log) : BackgroundService
{
    private readonly ConcurrentDictionary<Guid, ConcurrentDictionary<Watch, byte>> watches = new();

    /// <summary>Watches a checkout until disposed.</summary>
    public Watch Subscribe(Guid checkoutId)
    {
        var watch = new Watch(this, checkoutId);
        watches.GetOrAdd(checkoutId, _ => new())[watch] = 0;
        return watch;
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var purpose = Connections.For(Purpose.Watch);
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await using var connection = await database.OpenConnectionAsync(stoppingToken);
                connection.Notification += (_, notification) => Wake(notification.Payload);
                await using (var listen = new NpgsqlCommand($"LISTEN {CheckoutRepository.Channel}", connection))
                {
                    await listen.ExecuteNonQueryAsync(stoppingToken);
                }

                // What was committed while nobody listened.
                Wake("*");
                while (true)
                {
                    await connection.WaitAsync(stoppingToken);
                }
            }
            catch (Exception failure)
            {
                if (stoppingToken.IsCancellationRequested)
                {
                    return;
                }


                // Watchers also look by themselves at every heartbeat: an interruption delays, it loses nothing.
                LogInterrupted(failure.Message);
                await Task.Delay(TimeSpan.FromSeconds(1), stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private void Wake(string payload)
    {
        if (payload == "*")
        {
            foreach (var watch in watches.Values.SelectMany(w => w.Keys))
            {
                watch.Wake();
            }

            return;
        }

        foreach (var part in payload.Split(','))
        {
            if (Guid.TryParseExact(part, "N", out var id) && watches.TryGetValue(id, out var those))
            {
                foreach (var watch in those.Keys)
                {
                    watch.Wake();
                }
            }
        }
    }

    /// <summary>One watcher of one checkout.</summary>
    public sealed class Watch(LiveEvents live, Guid checkoutId) : IDisposable
    {
        private readonly SemaphoreSlim changed = new(0, 1);

        /// <summary>Waits for a change; false when <paramref name="patience"/> ran out first.</summary>
        public Task<bool> Changed(TimeSpan patience, CancellationToken cancellation) => changed.WaitAsync(patience, cancellation);

        /// <inheritdoc/>
        public void Dispose()
        {
            if (live.watches.TryGetValue(checkoutId, out var those))
            {
                those.TryRemove(this, out _);
                if (those.IsEmpty)
                {
                    live.watches.TryRemove(KeyValuePair.Create(checkoutId, those));
                }
            }
        }

        internal void Wake()
        {
            try
            {
                changed.Release();
            }
            catch (SemaphoreFullException)
            {
                // Already awake.
            }
        }
    }

    [LoggerMessage(EventName = "live_events_interrupted", Level = LogLevel.Warning, Message = "Live events are interrupted: {Why}")]
    private partial void LogInterrupted(string why);
}
