using Microsoft.AspNetCore.Connections;

namespace Payments.Api.Network;

/// <summary>Keeps the table of connections true, ends those that ask for nothing, and says once a minute what was refused.</summary>
internal sealed partial class ConnectionWatch(ConnectionTable table, ConnectionLimits limits, TimeProvider clock, ILogger<ConnectionWatch> log)
    : BackgroundService
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan TellEvery = TimeSpan.FromMinutes(1);

    /// <summary>Notes when a connection ends.</summary>
    public static ConnectionDelegate Connection(ConnectionDelegate next) => async connection =>
    {
        var place = connection.Features.Get<ConnectionTable.Place>();
        try
        {
            await next(connection);
        }
        finally
        {
            place?.Leave();
        }
    };

    /// <summary>Notes that a connection is in use.</summary>
    public static async Task Request(HttpContext context, RequestDelegate next)
    {
        if (context.Features.Get<ConnectionTable.Place>() is not { } place)
        {
            await next(context);
            return;
        }

        place.Begin();
        try
        {
            await next(context);
        }
        finally
        {
            place.End();
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        LogLimits(limits.Max, limits.MaxOfStrangers, limits.MaxOfSource);
        var told = clock.GetTimestamp();
        using var timer = new PeriodicTimer(PollInterval);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                table.EndSilent();
                if (clock.GetElapsedTime(told) > TellEvery)
                {
                    told = clock.GetTimestamp();
                    Tell();
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The process ends.
        }
    }

    private void Tell()
    {
        var (turnedAway, displaced, neverAsked, busiest, open) = table.Account();
        if (turnedAway + displaced > 0)
        {
            LogCrowded(turnedAway, displaced, neverAsked, busiest, open);
        }
    }

    [LoggerMessage(EventName = "connection_limits", Level = LogLevel.Information,
        Message = "At most {Most} connections at once, {OfStrangers} of them from anywhere, {OfSource} from one address")]
    private partial void LogLimits(int most, int ofStrangers, int ofSource);

    [LoggerMessage(EventName = "connections_crowded", Level = LogLevel.Warning,
        Message = "In the last minute {TurnedAway} connections were turned away, {Displaced} idle ones made room and {NeverAsked} ended without a request; "
            + "the busiest source is {Source} with {Open} open")]
    private partial void LogCrowded(long turnedAway, long displaced, long neverAsked, string source, int open);
}
