using Npgsql;
using NpgsqlTypes;
using Payments.Application.Callbacks;
using Payments.Application.Common;
using Payments.Infrastructure.Database;
using Payments.Infrastructure.Inbox;
using Payments.Infrastructure.Jobs;

namespace Payments.Infrastructure.Spooling;

/// <summary>Spooled callbacks as rows of the inbox, each once whatever happened before.</summary>
internal static class SpooledRows
{
    /// <summary>Stores rows and the job that drains them in one commit. A row that is there already stays as it is.</summary>
    public static async Task Insert(Connections database, IJobs jobs, InboxNotifier bell, IReadOnlyList<SpooledCallback> rows)
    {
        using var scope = Connections.Begin(TimeSpan.FromSeconds(30));
        if (await Insert(database, bell, rows) > 0)
        {
            jobs.Drain(rows.Count);
        }

        scope.Complete();
    }

    /// <summary>True when it is the row that is wrong (data exception, constraint, a text that cannot be written as UTF-8), not the database.</summary>
    public static bool IsRefused(Exception failure) =>
        failure is PostgresException { SqlState: ['2', '2' or '3', ..] } or ArgumentException or InvalidCastException;

    /// <summary>
    /// True within a day after a database that had been in use was brought to the version that signs: what was spooled before may still be
    /// there, and processes of before may still write. A new database never had any. The choice of the jobs' schema is as old as that version here.
    /// </summary>
    public static async Task<bool> WasUpgradedLately(Connections database)
    {
        await using var connection = await database.OpenConnectionAsync();
        await using var command = new NpgsqlCommand(
            $"""
            SELECT EXISTS (
                SELECT FROM {DataSources.Schema}.jobs_schema, {DataSources.Schema}.deployment
                WHERE chosen_at > now() - interval '1 day' AND stamped_at < chosen_at)
            """,
            connection);
        return await command.ExecuteScalarAsync() is true;
    }

    private static async Task<int> Insert(Connections database, InboxNotifier bell, IReadOnlyList<SpooledCallback> rows)
    {
        await using var connection = await database.OpenConnectionAsync();

        // Its time of arrival, for operators; never in the future nor before there was a spool, whatever the process's clock said.
        await using var command = new NpgsqlCommand(
            """
            INSERT INTO callbacks (id, kind, subject_id, source, content_type, trace_parent, body, token_hash, answer, probe_id, arrival, received_at)
            SELECT id, kind, subject_id, source, content_type, trace_parent, body, token_hash, answer, probe_id, arrival,
                CASE WHEN received_at > now() - interval '1 year' THEN least(received_at, now()) ELSE now() END
            FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
                AS u (id, kind, subject_id, source, content_type, trace_parent, body, token_hash, answer, probe_id, arrival, received_at)
            ON CONFLICT (id) DO NOTHING
            """,
            connection);
        void Add<T>(NpgsqlDbType type, Func<IncomingCallback, T> value) => Array(type, row => value(row.Callback));
        void Array<T>(NpgsqlDbType type, Func<SpooledCallback, T> value) => command.Parameters.Add(
            new NpgsqlParameter<T[]> { NpgsqlDbType = NpgsqlDbType.Array | type, TypedValue = [.. rows.Select(value)] });
        Add(NpgsqlDbType.Uuid, c => c.Id);
        Add(NpgsqlDbType.Text, c => EnumNames.Name(c.Kind));
        Add(NpgsqlDbType.Uuid, c => c.SubjectId);
        Add(NpgsqlDbType.Text, c => c.Source);
        Add(NpgsqlDbType.Text, c => c.ContentType);
        Add(NpgsqlDbType.Text, c => c.TraceParent);
        Add(NpgsqlDbType.Bytea, c => c.Body);
        Add(NpgsqlDbType.Bytea, c => c.TokenHash);
        Add(NpgsqlDbType.Text, c => c.Answer);
        Add(NpgsqlDbType.Uuid, c => c.Probe?.Id);
        Add(NpgsqlDbType.Text, c => c.Probe?.Arrival);
        Array(NpgsqlDbType.TimestampTz, row => row.ReceivedAt);
        var added = await command.ExecuteNonQueryAsync();
        await bell.Notify(connection);
        return added;
    }
}
