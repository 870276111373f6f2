using Npgsql;

namespace Payments.Infrastructure.Database;

/// <summary>
/// The schema of Hangfire's tables: one of our own. Hangfire's usual one may be another program's in the same database, and then each would
/// take the other's jobs and fail them. A deployment of before keeps the usual one while nobody else is in it, so that processes of both
/// versions go on working together (docs/decisions/0043). Chosen once and written down; call under the migrator's lock.
/// </summary>
internal static class JobsSchema
{
    /// <summary>Where Hangfire's tables are in a new database.</summary>
    public const string Own = "payments_hangfire";

    /// <summary>Hangfire's usual schema, and this service's until it took its own.</summary>
    public const string Usual = "hangfire";

    /// <summary>Stands in the stored form of each job of ours and of nobody else's.</summary>
    private const string OurType = "%Payments.Infrastructure.%";

    /// <summary>Whose jobs a schema holds.</summary>
    private sealed record Content(bool Ours, bool Others);

    /// <summary>Reads or makes the choice.</summary>
    /// <exception cref="DatabaseRefusedException">Our own schema is somebody else's.</exception>
    public static async Task<string> Choose(NpgsqlConnection connection, CancellationToken cancellation)
    {
        var chosen = await Read(connection, cancellation);
        if (chosen is Usual or null)
        {
            var usual = await Look(connection, Usual, cancellation);
            if (usual is { Ours: true, Others: false })
            {
                return await Write(connection, Usual, cancellation);
            }

            if (usual.Ours)
            {
                await MoveOut(connection, cancellation);
            }
        }

        var own = chosen is null or Usual ? await Take(connection, cancellation) : chosen;
        return (await Look(connection, own, cancellation)).Others
            ? throw new DatabaseRefusedException($"Schema {own} holds jobs of another program: let that program use another schema; this service's jobs are there.")
            : await Write(connection, own, cancellation);
    }

    /// <summary>What was chosen; null before the first start of this version.</summary>
    public static async Task<string?> Read(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand($"SELECT name FROM {DataSources.Schema}.jobs_schema", connection);
        return await command.ExecuteScalarAsync(cancellation) as string;
    }

    /// <summary>Our own schema, or that of our tables where the role may make no further one.</summary>
    private static async Task<string> Take(NpgsqlConnection connection, CancellationToken cancellation) =>
        await OwnSchema.Scalar<bool>(
            connection, $"SELECT to_regnamespace('{Own}') IS NOT NULL OR has_database_privilege(current_database(), 'CREATE')", cancellation) ? Own : DataSources.Schema;

    private static async Task<string> Write(NpgsqlConnection connection, string name, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            $"INSERT INTO {DataSources.Schema}.jobs_schema (name) VALUES ($1) ON CONFLICT (one) DO UPDATE SET name = $1 WHERE jobs_schema.name <> $1", connection)
        {
            Parameters = { new() { Value = name } },
        };
        await command.ExecuteNonQueryAsync(cancellation);
        return name;
    }

    /// <summary>
    /// Who is in a schema: the types of jobs and recurring jobs, and servers by the names ours have. Tables that cannot be read are not ours.
    /// </summary>
    private static async Task<Content> Look(NpgsqlConnection connection, string schema, CancellationToken cancellation)
    {
        var canRead = await OwnSchema.Scalar<bool>(
            connection,
            $"""
            SELECT count(*) = 3 FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
            WHERE nspname = '{schema}' AND relname IN ('job', 'hash', 'server') AND has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, 'SELECT')
            """,
            cancellation);
        if (!canRead)
        {
            return new(false, false);
        }

        await using var command = new NpgsqlCommand(
            $"""
            WITH types AS (
                SELECT invocationdata::text AS type FROM {schema}.job
                UNION ALL
                SELECT value FROM {schema}.hash WHERE key LIKE 'recurring-job:%' AND field = 'Job')
            SELECT EXISTS (SELECT FROM types WHERE type LIKE '{OurType}'),
                EXISTS (SELECT FROM types WHERE type NOT LIKE '{OurType}')
                    OR EXISTS (SELECT FROM {schema}.server WHERE id !~ ':[0-9]+:(callbacks|default|transfers):')
            """,
            connection);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        await reader.ReadAsync(cancellation);
        return new(reader.GetBoolean(0), reader.GetBoolean(1));
    }

    /// <summary>
    /// Takes what is ours out of a schema we shared with somebody: his servers would go on failing it. The rows are the truth, so nothing is
    /// lost: new callbacks are swept, payouts and refunds enqueued again, and what was parked is drained once more. Dies in between: what was
    /// parked stays so until an operator replays it, unless the jobs were still there.
    /// </summary>
    private static async Task MoveOut(NpgsqlConnection connection, CancellationToken cancellation)
    {
        try
        {
            await Execute(
                connection,
                $"""
                DELETE FROM {Usual}.set WHERE key = 'recurring-jobs' AND 'recurring-job:' || value IN (
                    SELECT key FROM {Usual}.hash WHERE field = 'Job' AND value LIKE '{OurType}');
                DELETE FROM {Usual}.hash WHERE key LIKE 'recurring-job:%' AND key IN (SELECT key FROM {Usual}.hash WHERE field = 'Job' AND value LIKE '{OurType}');
                DELETE FROM {Usual}.jobqueue WHERE jobid IN (SELECT id FROM {Usual}.job WHERE invocationdata::text LIKE '{OurType}');
                DELETE FROM {Usual}.set WHERE key = 'schedule' AND value IN (SELECT id::text FROM {Usual}.job WHERE invocationdata::text LIKE '{OurType}');
                DELETE FROM {Usual}.job WHERE invocationdata::text LIKE '{OurType}'
                """,
                cancellation);
        }
        catch (PostgresException refused) when (refused.SqlState == PostgresErrorCodes.InsufficientPrivilege)
        {
            // Its owner may clear up; nothing here depends on it.
        }

        await Execute(connection, $"UPDATE {DataSources.Schema}.callbacks SET state = 'new', verdict = NULL, detail = NULL WHERE state = 'parked'", cancellation);
    }

    private static async Task Execute(NpgsqlConnection connection, string sql, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellation);
    }
}
