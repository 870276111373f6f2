using Dapper;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Payments.Application.Common;
using Payments.Application.Events;
using Payments.Application.Reconciliation;
using Payments.Domain.Checkouts;
using Payments.Domain.Common;
using Payments.Infrastructure.Checkouts;
using Payments.Infrastructure.Database;

namespace Payments.Infrastructure.Events;

/// <summary>
/// The checkouts somebody watches in this process. Each that changes is read once, however many watch it, many of them together, and by one reader on
/// one connection: watchers cost memory, and neither statements nor connections.
/// </summary>
public sealed partial class WatchedCheckouts(Connections database, IBackgroundCommands detached, ReadTriggeredQueryThrottle readers, ILogger<WatchedCheckouts> log)
    : BackgroundService, ILiveCheckouts
{
    /// <summary>Read together; a page of changes is some hundred kilobytes.</summary>
    private const int BatchSize = 200;

    /// <summary>How long a change may stay unseen whose notification was lost, and a question that is due unasked.</summary>
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(15);

    private readonly Lock gate = new();
    private readonly Dictionary<CheckoutId, Watched> watched = [];
    private readonly HashSet<CheckoutId> changed = [];
    private readonly SemaphoreSlim woken = new(0, 1);

    private sealed record Standing(CheckoutId Id, int Version, bool IsDue);

    public ICheckoutWatch Subscribe(CheckoutId checkoutId)
    {
        lock (gate)
        {
            var one = watched.TryGetValue(checkoutId, out var there) ? there : watched[checkoutId] = new();
            one.Watchers++;
            return new Watch(this, checkoutId, one);
        }
    }

    /// <summary>True while somebody watches it.</summary>
    public bool IsWatched(CheckoutId checkoutId)
    {
        lock (gate)
        {
            return watched.ContainsKey(checkoutId);
        }
    }

    public override void Dispose()
    {
        woken.Dispose();
        base.Dispose();
    }

    /// <summary>These have changed, or may have; null: any may have.</summary>
    internal void Changed(IEnumerable<CheckoutId>? ids)
    {
        lock (gate)
        {
            changed.UnionWith(ids?.Where(watched.ContainsKey) ?? watched.Keys);
            if (changed.Count > 0 && woken.CurrentCount == 0)
            {
                woken.Release();
            }
        }
    }

    /// <summary>
    /// Looks for changes nobody told of, and has questions asked that are due: whoever waits for a payment need not wait for the next round as well.
    /// </summary>
    public async Task LookForMissed(CancellationToken cancellation)
    {
        using var purpose = Connections.For(Purpose.Watch);
        CheckoutId[] all;
        lock (gate)
        {
            all = [.. watched.Keys];
        }

        foreach (var ids in all.Chunk(5 * BatchSize))
        {
            await using var connection = await database.OpenConnectionAsync(cancellation);
            var standing = (await connection.QueryAsync<Standing>(new CommandDefinition(
                """
                SELECT c.id, c.version, EXISTS (SELECT FROM attempts a WHERE a.checkout_id = c.id AND a.next_question_at <= now()) AS is_due
                FROM checkouts c WHERE c.id = ANY (@ids)
                """,
                new { ids }, cancellationToken: cancellation))).AsList();
            Changed(standing.Where(s => IsNewer(s.Id, s.Version)).Select(s => s.Id).ToList());
            foreach (var due in standing.Where(s => s.IsDue && readers.MayTry(s.Id)))
            {
                _ = detached.Send(new QueryOverdueAttempts(due.Id));
            }
        }
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(
        Forever(async () =>
        {
            await woken.WaitAsync(stoppingToken);
            await ReadChanged(stoppingToken);
        }, stoppingToken),
        Forever(async () =>
        {
            await Task.Delay(LookEvery, stoppingToken);
            await LookForMissed(stoppingToken);
        }, stoppingToken));

    private async Task Forever(Func<Task> work, CancellationToken stop)
    {
        using var purpose = Connections.For(Purpose.Watch);
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await work();
            }
            catch (Exception failure) when (!stop.IsCancellationRequested)
            {
                LogUnread(failure.Message);
                await Task.Delay(TimeSpan.FromSeconds(1), stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

                // What could not be read is still to be read.
                Changed([]);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    private async Task ReadChanged(CancellationToken cancellation)
    {
        while (Take() is { Count: > 0 } ids)
        {
            try
            {
                await using var connection = await database.OpenConnectionAsync(cancellation);
                foreach (var checkout in await CheckoutRepository.Read(connection, ids))
                {
                    Publish(checkout);
                }
            }
            catch
            {
                lock (gate)
                {
                    changed.UnionWith(ids);
                }

                throw;
            }
        }
    }

    private List<CheckoutId> Take()
    {
        lock (gate)
        {
            var ids = changed.Take(BatchSize).ToList();
            changed.ExceptWith(ids);
            return [.. ids.Where(watched.ContainsKey)];
        }
    }

    private bool IsNewer(CheckoutId id, int version)
    {
        lock (gate)
        {
            return watched.TryGetValue(id, out var one) && version > (one.Latest?.Version ?? one.SeenVersion);
        }
    }

    private void Publish(Checkout checkout)
    {
        TaskCompletionSource told;
        lock (gate)
        {
            if (!watched.TryGetValue(checkout.Id, out var one) || one.Latest?.Version >= checkout.Version)
            {
                return;
            }

            one.Latest = checkout;
            (told, one.Told) = (one.Told, new(TaskCreationOptions.RunContinuationsAsynchronously));
        }

        told.SetResult();
    }

    /// <summary>What is known of one that is watched.</summary>
    private sealed class Watched
    {
        public int Watchers { get; set; }

        /// <summary>As it was last read here; null before it changed for the first time.</summary>
        public Checkout? Latest { get; set; }

        /// <summary>The newest version a watcher has told of.</summary>
        public int SeenVersion { get; set; }

        public TaskCompletionSource Told { get; set; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    private sealed class Watch : ICheckoutWatch
    {
        private readonly WatchedCheckouts all;
        private readonly CheckoutId checkoutId;
        private readonly Watched one;
        private int left;

        public Watch(WatchedCheckouts all, CheckoutId checkoutId, Watched one) => (this.all, this.checkoutId, this.one) = (all, checkoutId, one);

        public async Task<Checkout?> Newer(int version, TimeSpan patience, CancellationToken cancellation)
        {
            Task told;
            lock (all.gate)
            {
                one.SeenVersion = Math.Max(one.SeenVersion, version);
                if (one.Latest?.Version > version)
                {
                    return one.Latest;
                }

                told = one.Told.Task;
            }

            try
            {
                await told.WaitAsync(patience, cancellation);
            }
            catch (TimeoutException)
            {
                return null;
            }

            lock (all.gate)
            {
                return one.Latest?.Version > version ? one.Latest : null;
            }
        }

        public void Dispose()
        {
            lock (all.gate)
            {
                if (left++ == 0 && --one.Watchers == 0)
                {
                    all.watched.Remove(checkoutId);
                }
            }
        }
    }

    [LoggerMessage(EventName = "watched_not_read", Level = LogLevel.Warning, Message = "Checkouts that are watched could not be read ({Why}); trying again")]
    private partial void LogUnread(string why);
}
