using System.Transactions;
using Dapper;
using Npgsql;
using Payments.Application;

namespace Payments.Infrastructure;

/// <summary>
/// Transactions by TransactionScope: repositories and Hangfire open and close connections inside it and get the same one, so that
/// rows and the job that follows them are one commit.
/// </summary>
internal sealed class Transactions(NpgsqlDataSource database) : ITransactions
{
    /// <summary>A deadlock's loser succeeds at once as a rule; three in a row mean something else is wrong.</summary>
    private const int Tries = 3;

    private static readonly TransactionOptions Options = new()
    {
        IsolationLevel = IsolationLevel.ReadCommitted,

        // Above every statement's own limit, so that PostgreSQL's error is the one that is seen.
        Timeout = TimeSpan.FromSeconds(60),
    };

    /// <inheritdoc/>
    public Task<T> Run<T>(Func<DateTimeOffset, Task<T>> work, CancellationToken cancellation) => Run(work, commits: true, cancellation);

    /// <inheritdoc/>
    public Task<T> DryRun<T>(Func<DateTimeOffset, Task<T>> work, CancellationToken cancellation) => Run(work, commits: false, cancellation);

    private async Task<T> Run<T>(Func<DateTimeOffset, Task<T>> work, bool commits, CancellationToken cancellation)
    {
        for (var tried = 1; ; tried++)
        {
            try
            {
                using var scope = new TransactionScope(TransactionScopeOption.RequiresNew, Options, TransactionScopeAsyncFlowOption.Enabled);
                var result = await work(await Now(cancellation));
                if (commits)
                {
                    scope.Complete();
                }

                return result;
            }
            catch (PostgresException conflict) when (tried < Tries && IsConflict(conflict))
            {
                // Jittered, so that the two do not meet again.
                await Task.Delay(Random.Shared.Next(5, 50), cancellation);
            }
        }
    }

    /// <summary>
    /// Deadlock, lock timeout, serialization failure; and a unique violation, which here means another transaction committed the same
    /// receipt or reference first: started over, the work sees it.
    /// </summary>
    private static bool IsConflict(PostgresException failure) => failure.SqlState is
        PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.LockNotAvailable or PostgresErrorCodes.SerializationFailure
        or PostgresErrorCodes.UniqueViolation;

    private async Task<DateTimeOffset> Now(CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        return await connection.QuerySingleAsync<DateTimeOffset>("SELECT now()");
    }
}
