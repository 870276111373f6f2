using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using Payments.Domain.Common;
using Payments.Infrastructure.Checkouts;
using Payments.Infrastructure.Database;

namespace Payments.Infrastructure.Events;

/// <summary>Hears of every change of a checkout that any process commits: one LISTEN per process.</summary>
public sealed partial class LiveEvents(Connections database, WatchedCheckouts watched, ILogger<LiveEvents> log) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var purpose = Connections.For(Purpose.Watch);
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await using var connection = await database.OpenConnectionAsync(stoppingToken);
                connection.Notification += (_, notification) => Hear(notification.Payload);
                await using (var listen = new NpgsqlCommand($"LISTEN {CheckoutRepository.Channel}", connection))
                {
                    await listen.ExecuteNonQueryAsync(stoppingToken);
                }

                // What was committed while nobody listened.
                watched.Changed(null);
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

                // Watched checkouts are looked at every quarter of a minute as well: an interruption delays, it loses nothing.
                LogInterrupted(failure.Message);
                await Task.Delay(TimeSpan.FromSeconds(1), stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private void Hear(string payload) => watched.Changed(
        payload == "*" ? null : payload.Split(',').Select(part => new CheckoutId(Guid.TryParseExact(part, "N", out var id) ? id : Guid.Empty)));

    [LoggerMessage(EventName = "live_events_interrupted", Level = LogLevel.Warning, Message = "Live events are interrupted: {Why}")]
    private partial void LogInterrupted(string why);
}
