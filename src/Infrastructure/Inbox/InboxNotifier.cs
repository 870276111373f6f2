using MediatR;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using Payments.Application.Callbacks;
using Payments.Infrastructure.Database;
using Payments.Infrastructure.Hosting;

namespace Payments.Infrastructure.Inbox;

/// <summary>
/// Tells workers in other processes that a batch is in the inbox: one NOTIFY a batch. A process with workers of its own has woken one already
/// by enqueuing the job, and rings nothing.
/// </summary>
public sealed class InboxNotifier(Roles roles)
{
    /// <summary>The channel workers listen on.</summary>
    public const string Channel = "payments_inbox";

    /// <summary>Rings, as part of the transaction this is called in: nobody wakes before the rows are there.</summary>
    internal async Task Notify(NpgsqlConnection connection)
    {
        if (!roles.HasFlag(Roles.Worker))
        {
            await using var notify = new NpgsqlCommand($"NOTIFY {Channel}", connection);
            await notify.ExecuteNonQueryAsync();
        }
    }
}

/// <summary>
/// Drains as soon as another process rings: Hangfire looks into its queue once a second, which a customer would notice. What the bell does not
/// tell (it was not heard, or this process did not listen yet) that look finds.
/// </summary>
internal sealed partial class InboxListener(
    Connections database, DatabaseState state, IServiceScopeFactory scopes, ILogger<InboxListener> log) : BackgroundService
{
    private readonly SemaphoreSlim rung = new(0, 1);

    public override void Dispose()
    {
        rung.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await state.Ready.WaitAsync(stoppingToken);
        await Task.WhenAll(Supervise(Listen, stoppingToken), Supervise(Drain, stoppingToken));
    }

    private async Task Listen(CancellationToken cancellation)
    {
        using var purpose = Connections.For(Purpose.Watch);
        await using var connection = await database.OpenConnectionAsync(cancellation);
        connection.Notification += (_, _) => Wake();
        await using (var listen = new NpgsqlCommand($"LISTEN {InboxNotifier.Channel}", connection))
        {
            await listen.ExecuteNonQueryAsync(cancellation);
        }

        // What was committed while nobody listened.
        Wake();
        while (true)
        {
            await connection.WaitAsync(cancellation);
        }
    }

    private async Task Drain(CancellationToken cancellation)
    {
        using var purpose = Connections.For(Purpose.Drain);
        while (true)
        {
            await rung.WaitAsync(cancellation);
            await using var scope = scopes.CreateAsyncScope();
            await scope.ServiceProvider.GetRequiredService<IMediator>().Send(new DrainCallbacks(), cancellation);
        }
    }

    private void Wake()
    {
        try
        {
            rung.Release();
        }
        catch (SemaphoreFullException)
        {
            // It will look anyway.
        }
    }

    private async Task Supervise(Func<CancellationToken, Task> work, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await work(stop);
            }
            catch (Exception failure) when (!stop.IsCancellationRequested)
            {
                LogInterrupted(failure.Message);
                await Task.Delay(TimeSpan.FromSeconds(1), stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    [LoggerMessage(EventName = "inbox_listener_interrupted", Level = LogLevel.Warning, Message = "The inbox's bell is not heard: {Why}")]
    private partial void LogInterrupted(string why);
}
