using System.Globalization;
using Npgsql;

namespace Payments.Benchmarks;

/// <summary>What PostgreSQL spent on statements, from pg_stat_statements: where the time goes.</summary>
internal static class Statements
{
    private const int Most = 14;

    public static async Task Reset(NpgsqlDataSource database)
    {
        if (await IsThere(database))
        {
            await Execute(database, "SELECT pg_stat_statements_reset()");
        }
    }

    /// <summary>The dearest statements since the reset, one line each; empty where the extension is missing.</summary>
    public static async Task<IReadOnlyList<string>> Dearest(NpgsqlDataSource database)
    {
        if (!await IsThere(database))
        {
            return [];
        }

        await using var command = database.CreateCommand(
            $"""
            SELECT calls, total_exec_time, rows, regexp_replace(left(query, 110), '\s+', ' ', 'g')
            FROM pg_stat_statements
            WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database())
            ORDER BY total_exec_time DESC LIMIT {Most}
            """);
        var lines = new List<string>();
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
        {
            lines.Add(string.Create(
                CultureInfo.InvariantCulture,
                $"{reader.GetDouble(1),8:0} ms {reader.GetInt64(0),8} calls {reader.GetInt64(2),8} rows  {reader.GetString(3)}"));
        }

        return lines;
    }

    private static async Task<bool> IsThere(NpgsqlDataSource database)
    {
        await using var command = database.CreateCommand("SELECT EXISTS (SELECT FROM pg_extension WHERE extname = 'pg_stat_statements')");
        return (bool)(await command.ExecuteScalarAsync())!;
    }

    private static async Task Execute(NpgsqlDataSource database, string sql)
    {
        await using var command = database.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }
}
