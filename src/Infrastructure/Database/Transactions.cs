using System.Collections.Frozen;
using System.Diagnostics;
using System.Transactions;
using Dapper;
using Npgsql;
using Payments.Application.Common;
using Payments.Application.Idempotency;
using Payments.Infrastructure.Idempotency;

namespace Payments.Infrastructure.Database;

/// <summary>
/// Transactions by TransactionScope: repositories and Hangfire open and close connections inside it and get the same one, so that
/// rows and the job that follows them are one commit.
/// </summary>
internal sealed class Transactions(Connections database, IdempotencyKeys keys) : ITransactions
{
    /// <summary>A deadlock's loser succeeds at once as a rule; three in a row mean something else is wrong.</summary>
    private const int Tries = 3;

    /// <summary>A PostgreSQL that restarts, fails over or is frozen is back by then, or somebody is called.</summary>
    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(10);

    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(5);

    /// <summary>Above every statement's own limit, so that PostgreSQL's error is the one that is seen.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    public Task<T> Run<T>(Func<DateTimeOffset, Task<T>> work, CancellationToken cancellation) => Run(work, commits: true, cancellation);

    public async Task<T> Run<T>(Caller caller, Func<DateTimeOffset, Task<T>> work, CancellationToken cancellation)
    {
        if (caller.Request is not { IsCommitted: false } request)
        {
            return await Run(work, cancellation);
        }

        var result = await Run(now => WithKey(request, work, now), cancellation);

        // An exception in the commit and this is not reached.
        request.Committed(CreatedBy(result));
        return result;
    }

    public async Task<T> RunWithRetry<T>(Func<DateTimeOffset, Task<T>> work)
    {
        var started = Stopwatch.GetTimestamp();
        for (var wait = TimeSpan.FromMilliseconds(100); ; wait = wait < LongestWait ? wait * 2 : LongestWait)
        {
            try
            {
                return await Run(work, commits: true, CancellationToken.None);
            }
            catch (Exception passing) when (Stopwatch.GetElapsedTime(started) < Timeout && IsPassing(passing))
            {
                await Task.Delay(wait);
            }
        }
    }

    /// <summary>A privilege or a table that is missing (42) comes back, and what a trigger says (P0) is its owner's to take back.</summary>
    private static bool IsPassing(Exception failure) => failure is TimeoutException or TransactionException or NpgsqlException { IsTransient: true }
        or PostgresException { SqlState: ['5', '3' or '7' or '8', ..] or ['2', '5', ..] or ['4', '2', ..] or ['P', '0', ..] }
        || (failure is PostgresException conflict && (IsConflict(conflict) || IsStalePlan(conflict))) || (failure is NpgsqlException and not PostgresException);

    public Task<T> DryRun<T>(Func<DateTimeOffset, Task<T>> work, CancellationToken cancellation) => Run(work, commits: false, cancellation);

    private async Task<T> Run<T>(Func<DateTimeOffset, Task<T>> work, bool commits, CancellationToken cancellation)
    {
        for (var tried = 1; ; tried++)
        {
            try
            {
                return await RunOnce(work, commits, cancellation);
            }
            catch (PostgresException stale) when (tried < Tries && IsStalePlan(stale))
            {
                // Each connection has plans of its own, made before a table changed: all of them go.
                database.Clear();
            }
            catch (Exception conflict) when (tried < Tries && (conflict is StartOverException || (conflict is PostgresException refused && IsConflict(refused))))
            {
                // Jittered, so that the two do not meet again.
                await Task.Delay(Random.Shared.Next(5, 50), cancellation);
            }
        }
    }

    private async Task<T> RunOnce<T>(Func<DateTimeOffset, Task<T>> work, bool commits, CancellationToken cancellation)
    {
        T result;
        LockOrder.Begin();
        using (var scope = Connections.Begin(Limit))
        {
            result = await work(await Now(cancellation));
            if (commits)
            {
                scope.Complete();
            }
        }

        return result;
    }

    /// <summary>The key is taken first, before any other lock, so that of two equal requests only one meets the rules.</summary>
    private async Task<T> WithKey<T>(IdempotentRequest request, Func<DateTimeOffset, Task<T>> work, DateTimeOffset now)
    {
        await keys.Claim(request);
        var result = await work(now);
        await keys.Settle(request, CreatedBy(result));
        return result;
    }

    private static CreatedResource? CreatedBy<T>(T result) => (result as IUseCaseResult)?.Created;

    /// <summary>
    /// Unique constraints whose violation means that another transaction committed the same first: started over, the work sees it. That of any
    /// other is the bug it is.
    /// </summary>
    private static readonly FrozenSet<string> MeansStartOver = new[]
    {
        // The same receipt number by callback, confirmation, Pull or query; and two receipts for one attempt.
        "receipts_receipt", "receipts_attempt",

        // The same case opened by another process.
        "cases_open", "cases_shortcode",

        // A restore begun at another machine.
        "restores_under_way",
    }.ToFrozenSet(StringComparer.Ordinal);

    private static bool IsConflict(PostgresException failure) => failure.SqlState is
            PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.LockNotAvailable or PostgresErrorCodes.SerializationFailure
        || (failure.SqlState == PostgresErrorCodes.UniqueViolation && MeansStartOver.Contains(failure.ConstraintName ?? ""));

    /// <summary>
    /// "Cached plan must not change result type", or a prepared statement that is gone: a migration of a newer version, or a pooler, has been
    /// there since it was prepared. With a new connection it works.
    /// </summary>
    private static bool IsStalePlan(PostgresException failure) => failure.SqlState is
        PostgresErrorCodes.FeatureNotSupported or PostgresErrorCodes.InvalidSqlStatementName;

    private async Task<DateTimeOffset> Now(CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        return await connection.QuerySingleAsync<DateTimeOffset>("SELECT now() FROM set_config('plan_cache_mode', 'force_generic_plan', true)");
    }
}
