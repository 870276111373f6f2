using System.Diagnostics;
using Npgsql;

namespace Payments.Benchmarks;

/// <summary>
/// Tells when each payment became visible to others. Each drain notifies once, and PostgreSQL delivers notifications in the order of
/// commits, after them; so the n-th notification is the time of the n-th committed drain, which <c>xmin</c> names for each checkout.
/// </summary>
internal sealed class PaidWatch : IAsyncDisposable
{
    private readonly NpgsqlConnection connection;
    private readonly NpgsqlDataSource database;
    private readonly Thread listener;
    private readonly CancellationTokenSource stop = new();
    private readonly List<long> heard = [];

    private PaidWatch(NpgsqlDataSource database, NpgsqlConnection connection)
    {
        (this.database, this.connection) = (database, connection);
        connection.Notification += (_, _) =>
        {
            lock (heard)
            {
                heard.Add(Stopwatch.GetTimestamp());
            }
        };
        listener = new Thread(Listen) { IsBackground = true };
        listener.Start();
    }

    public static async Task<PaidWatch> Start(NpgsqlDataSource database, CancellationToken cancellation)
    {
        var connection = await database.OpenConnectionAsync(cancellation);
        await using (var listen = new NpgsqlCommand("LISTEN payments_checkouts", connection))
        {
            await listen.ExecuteNonQueryAsync(cancellation);
        }

        return new(database, connection);
    }

    /// <summary>The <see cref="Stopwatch"/> time at which each attempt's checkout was seen paid; attempts never paid are absent.</summary>
    public async Task<Dictionary<Guid, long>> Times(IReadOnlyCollection<Guid> attempts, CancellationToken cancellation)
    {
        // A notification may be on its way for a moment after its commit.
        await Task.Delay(500, cancellation);
        await using var command = database.CreateCommand(
            """
            SELECT a.id, (dense_rank() OVER (ORDER BY pg_xact_commit_timestamp(c.xmin), c.xmin::text::bigint))::int - 1
            FROM payments.attempts a JOIN payments.checkouts c ON c.id = a.checkout_id
            WHERE a.id = ANY ($1) AND c.status = 'paid'
            """);
        command.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = [.. attempts] });
        command.CommandTimeout = 120;
        var ranks = new Dictionary<Guid, int>(attempts.Count);
        await using (var reader = await command.ExecuteReaderAsync(cancellation))
        {
            while (await reader.ReadAsync(cancellation))
            {
                ranks[reader.GetGuid(0)] = reader.GetInt32(1);
            }
        }

        long[] times;
        lock (heard)
        {
            times = [.. heard];
        }

        var drains = ranks.Count == 0 ? 0 : ranks.Values.Max() + 1;
        return times.Length == drains
            ? ranks.ToDictionary(pair => pair.Key, pair => times[pair.Value])
            : throw new BenchProblemException($"{drains} transactions paid checkouts, but {times.Length} notifications came: the times cannot be told.");
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        listener.Join();
        await connection.DisposeAsync();
        stop.Dispose();
    }

    private void Listen()
    {
        while (!stop.IsCancellationRequested)
        {
            connection.Wait(TimeSpan.FromMilliseconds(100));
        }
    }
}
