using System.Transactions;
using Npgsql;

namespace Payments.Infrastructure.Database;

/// <summary>
/// The connections of a process, in a pool for each <see cref="Purpose"/>. What is asked for here comes from the pool of whatever is being done in
/// this flow of calls: repositories serve requests, drains and jobs alike and know of none of them.
/// </summary>
/// <remarks>
/// A transaction stays in one pool from its beginning to its end, Hangfire's enqueuing included: connections of two pools in one TransactionScope
/// would fail at commit (55000).
/// </remarks>
public sealed class Connections : IAsyncDisposable, IDisposable
{
    private static readonly AsyncLocal<Purpose?> Current = new();
    private static readonly AsyncLocal<bool> InScope = new();

    private readonly Dictionary<Purpose, NpgsqlDataSource> pools;

    /// <summary>Pools as large as the budget says.</summary>
    public Connections(DatabaseSettings settings, ConnectionBudget budget) => pools = Enum.GetValues<Purpose>().Where(purpose => budget.Of(purpose) > 0)
        .ToDictionary(purpose => purpose, purpose => DataSources.Create(settings, purpose, budget.Of(purpose)));

    /// <summary>One pool for everything.</summary>
    public Connections(NpgsqlDataSource pool) => pools = new() { [Purpose.Jobs] = pool };

    /// <summary>The pool of what is being done here.</summary>
    public NpgsqlDataSource Pool => Of(Current.Value ?? Purpose.Jobs);

    /// <summary>Where Hangfire gets its connections: in a transaction of ours that transaction's, else its own.</summary>
    internal NpgsqlDataSource HangfirePool => InScope.Value ? Pool : Of(Purpose.Hangfire);

    /// <summary>
    /// What this flow of calls does from here on is for a purpose, until the result is disposed or the asynchronous method that asked returns.
    /// </summary>
    /// <exception cref="InvalidOperationException">Within a transaction, which could not be committed.</exception>
    public static IDisposable For(Purpose purpose)
    {
        if (Transaction.Current is not null)
        {
            throw new InvalidOperationException("A transaction keeps the pool it began with.");
        }

        var before = new Before(Current.Value);
        Current.Value = purpose;
        return before;
    }

    /// <summary>Opens a connection; in a transaction it is that transaction's.</summary>
    public ValueTask<NpgsqlConnection> OpenConnectionAsync(CancellationToken cancellation = default) => Pool.OpenConnectionAsync(cancellation);

    /// <summary>One statement on a connection of its own.</summary>
    public NpgsqlCommand CreateCommand(string sql) => Pool.CreateCommand(sql);

    /// <summary>
    /// Opens one of each pool. The first connection of a pool asks the server for its types: now, and not when a callback waits for it. Throws what Npgsql
    /// throws.
    /// </summary>
    internal async Task Warm(CancellationToken cancellation)
    {
        foreach (var pool in pools.Values)
        {
            await using var connection = await pool.OpenConnectionAsync(cancellation);
        }
    }

    /// <summary>So many at once, of whichever pools have them; null for each that could not be had.</summary>
    internal async Task<IReadOnlyList<NpgsqlConnection?>> Open(int count, CancellationToken cancellation)
    {
        var sizes = pools.Values.Select(pool => (Pool: pool, Size: new NpgsqlConnectionStringBuilder(pool.ConnectionString).MaxPoolSize)).ToList();
        return await Task.WhenAll(sizes.SelectMany(pool => Enumerable.Repeat(pool.Pool, pool.Size)).Take(count).Select(async pool =>
        {
            try
            {
                return await pool.OpenConnectionAsync(cancellation);
            }
            catch (Exception none) when (none is NpgsqlException or TimeoutException or OperationCanceledException)
            {
                return null;
            }
        }));
    }

    /// <summary>Drops what waits in the pools: after an outage it is most likely dead.</summary>
    public void Clear()
    {
        foreach (var pool in pools.Values)
        {
            pool.Clear();
        }
    }

    /// <summary>Begins a transaction that every connection opened in it belongs to, Hangfire's included. Read committed.</summary>
    internal static PooledScope Begin(TimeSpan timeout) => new(timeout);

    public void Dispose()
    {
        foreach (var pool in pools.Values)
        {
            pool.Dispose();
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var pool in pools.Values)
        {
            await pool.DisposeAsync();
        }
    }

    private NpgsqlDataSource Of(Purpose purpose) => pools.TryGetValue(purpose, out var pool) ? pool : pools[Purpose.Jobs];

    private sealed class Before(Purpose? purpose) : IDisposable
    {
        public void Dispose() => Current.Value = purpose;
    }

    /// <summary>A transaction in one pool.</summary>
    internal sealed class PooledScope : IDisposable
    {
        private readonly bool wasInScope = InScope.Value;
        private readonly TransactionScope scope;

        public PooledScope(TimeSpan timeout)
        {
            scope = new(
                TransactionScopeOption.RequiresNew, new TransactionOptions { IsolationLevel = IsolationLevel.ReadCommitted, Timeout = timeout },
                TransactionScopeAsyncFlowOption.Enabled);
            InScope.Value = true;
        }

        public void Complete() => scope.Complete();

        /// <summary>Commits what is complete, else rolls back.</summary>
        public void Dispose()
        {
            InScope.Value = wasInScope;
            scope.Dispose();
        }
    }
}
