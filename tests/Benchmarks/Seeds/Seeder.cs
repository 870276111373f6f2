using Npgsql;
using NpgsqlTypes;

namespace Payments.Benchmarks;

/// <summary>Puts attempts that wait for their callback into the service's database, as a shop's checkouts and Safaricom's replies would have.</summary>
internal static class Seeder
{
    // Nobody asks Safaricom about them while the benchmark runs.
    private static readonly TimeSpan NextQuestion = TimeSpan.FromDays(1);

    /// <summary>Writes the rows by COPY, in one transaction.</summary>
    public static async Task Write(NpgsqlDataSource database, IReadOnlyList<Seed> seeds, DateTimeOffset now, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await WriteCheckouts(connection, seeds, now.UtcDateTime, cancellation);
        await WriteAttempts(connection, seeds, now.UtcDateTime, cancellation);
        await transaction.CommitAsync(cancellation);

        // Autovacuum would do it within a minute; a plan made for empty tables must not be what is measured.
        await using var analyze = new NpgsqlCommand("ANALYZE payments.checkouts, payments.attempts", connection) { CommandTimeout = 120 };
        await analyze.ExecuteNonQueryAsync(cancellation);
    }

    private static async Task WriteCheckouts(NpgsqlConnection connection, IReadOnlyList<Seed> seeds, DateTime now, CancellationToken cancellation)
    {
        await using var copy = await connection.BeginBinaryImportAsync(
            """
            COPY payments.checkouts (id, client, order_reference, reference_key, amount, phone, status, version, created_at, updated_at, expires_at)
            FROM STDIN (FORMAT binary)
            """,
            cancellation);
        foreach (var seed in seeds)
        {
            await copy.StartRowAsync(cancellation);
            await copy.WriteAsync(seed.CheckoutId, NpgsqlDbType.Uuid, cancellation);
            await copy.WriteAsync("bench", NpgsqlDbType.Text, cancellation);
            await copy.WriteAsync(seed.Reference, NpgsqlDbType.Text, cancellation);
            await copy.WriteAsync(seed.Reference, NpgsqlDbType.Text, cancellation);
            await copy.WriteAsync(seed.Cents, NpgsqlDbType.Bigint, cancellation);
            await copy.WriteAsync(seed.Phone, NpgsqlDbType.Text, cancellation);
            await copy.WriteAsync("pending", NpgsqlDbType.Text, cancellation);
            await copy.WriteAsync(2, NpgsqlDbType.Integer, cancellation);
            await copy.WriteAsync(now, NpgsqlDbType.TimestampTz, cancellation);
            await copy.WriteAsync(now, NpgsqlDbType.TimestampTz, cancellation);
            await copy.WriteAsync(now.AddDays(1), NpgsqlDbType.TimestampTz, cancellation);
        }

        await copy.CompleteAsync(cancellation);
    }

    private static async Task WriteAttempts(NpgsqlConnection connection, IReadOnlyList<Seed> seeds, DateTime now, CancellationToken cancellation)
    {
        await using var copy = await connection.BeginBinaryImportAsync(
            """
            COPY payments.attempts (id, checkout_id, phone, amount, status, request_id, other_id, started_at, next_question_at)
            FROM STDIN (FORMAT binary)
            """,
            cancellation);
        foreach (var seed in seeds)
        {
            await copy.StartRowAsync(cancellation);
            await copy.WriteAsync(seed.AttemptId, NpgsqlDbType.Uuid, cancellation);
            await copy.WriteAsync(seed.CheckoutId, NpgsqlDbType.Uuid, cancellation);
            await copy.WriteAsync(seed.Phone, NpgsqlDbType.Text, cancellation);
            await copy.WriteAsync(seed.Cents, NpgsqlDbType.Bigint, cancellation);
            await copy.WriteAsync("sent", NpgsqlDbType.Text, cancellation);
            await copy.WriteAsync(seed.RequestId, NpgsqlDbType.Text, cancellation);
            await copy.WriteAsync("29115-34620561-1", NpgsqlDbType.Text, cancellation);
            await copy.WriteAsync(now, NpgsqlDbType.TimestampTz, cancellation);
            await copy.WriteAsync(now + NextQuestion, NpgsqlDbType.TimestampTz, cancellation);
        }

        await copy.CompleteAsync(cancellation);
    }
}
