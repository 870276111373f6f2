using Npgsql;

namespace Payments.Infrastructure.Database;

/// <summary>The database or something in it is not for this service: one sentence with what would be right. Waiting does not mend it.</summary>
public sealed class DatabaseRefusedException(string sentence) : Exception(sentence);

/// <summary>The schema <see cref="DataSources.Schema"/>: made where it is not there, left alone where it is somebody else's.</summary>
internal static class OwnSchema
{
    /// <summary>What the journal calls every script of this service.</summary>
    private const string Scripts = "Payments.Infrastructure.Migrations.";

    private const string Tables = $"FROM pg_class c WHERE relnamespace = to_regnamespace('{DataSources.Schema}')";

    private const string IsJournal =
        "relname = 'migrations' AND EXISTS (SELECT FROM pg_attribute WHERE attrelid = c.oid AND attname = 'scriptname' AND NOT attisdropped)";

    /// <summary>
    /// Makes the schema. Asked for only where it is missing: PostgreSQL refuses CREATE SCHEMA IF NOT EXISTS to a role that may not make
    /// schemas, also when there is nothing to make.
    /// </summary>
    public static async Task Prepare(NpgsqlConnection connection, CancellationToken cancellation)
    {
        if (await WhyForeign(connection, cancellation) is { } sentence)
        {
            throw new DatabaseRefusedException(sentence);
        }

        if (!await Exists(connection, DataSources.Schema, cancellation))
        {
            await using var make = new NpgsqlCommand($"CREATE SCHEMA {DataSources.Schema}", connection);
            await make.ExecuteNonQueryAsync(cancellation);
        }
    }

    /// <summary>The scripts that have run.</summary>
    public static async Task<IReadOnlySet<string>> Journal(NpgsqlConnection connection, CancellationToken cancellation)
    {
        var ran = new HashSet<string>(StringComparer.Ordinal);
        if (!await MayReadJournal(connection, cancellation))
        {
            return ran;
        }

        await using var command = new NpgsqlCommand($"SELECT scriptname FROM {DataSources.Schema}.migrations", connection);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            ran.Add(reader.GetString(0));
        }

        return ran;
    }

    /// <summary>
    /// A sentence when the schema holds tables this service did not make; null when it is ours, empty, not there, or has a journal this role
    /// may not read.
    /// </summary>
    public static async Task<string?> WhyForeign(NpgsqlConnection connection, CancellationToken cancellation)
    {
        // The catalogue tells everybody; another program's journal has other columns.
        var (tables, journals) = (await Scalar<long>(connection, $"SELECT count(*) {Tables} AND relkind IN ('r', 'p', 'v', 'm')", cancellation),
            await Scalar<long>(connection, $"SELECT count(*) {Tables} AND {IsJournal}", cancellation));
        if (tables == 0 || (journals == 1 && !await MayReadJournal(connection, cancellation)))
        {
            return null;
        }

        // Ours begins with the first script, whose transaction may have been cut: then the journal is all there is.
        var isOurs = journals == 1 && await Scalar<bool>(
            connection, $"SELECT (count(*) = 0 AND {tables} = 1) OR coalesce(bool_or(starts_with(scriptname, '{Scripts}')), false) FROM {DataSources.Schema}.migrations", cancellation);
        return isOurs ? null : $"Schema {DataSources.Schema} of this database holds tables that this service did not make: give it a database of its own, "
            + "or move those tables to another schema.";
    }

    /// <summary>Whether this role may read the journal; also false where there is none.</summary>
    public static Task<bool> MayReadJournal(NpgsqlConnection connection, CancellationToken cancellation) => Scalar<bool>(
        connection,
        $"SELECT coalesce(bool_and(has_schema_privilege(relnamespace, 'USAGE') AND has_table_privilege(c.oid, 'SELECT')), false) {Tables} AND {IsJournal}", cancellation);

    /// <summary>Whether a schema is there.</summary>
    public static Task<bool> Exists(NpgsqlConnection connection, string schema, CancellationToken cancellation) =>
        Scalar<bool>(connection, $"SELECT to_regnamespace('{schema}') IS NOT NULL", cancellation);

    /// <summary>One value.</summary>
    public static async Task<T> Scalar<T>(NpgsqlConnection connection, string sql, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        return (T)(await command.ExecuteScalarAsync(cancellation))!;
    }
}
