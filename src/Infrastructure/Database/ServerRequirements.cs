using Npgsql;

namespace Payments.Infrastructure.Database;

/// <summary>The server: new enough, of one encoding with us, and taking writes.</summary>
internal static class ServerRequirements
{
    /// <summary>The oldest PostgreSQL this service runs on.</summary>
    private const int OldestMajor = 14;

    public static async Task<IReadOnlyList<Requirement>> Check(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            """
            SELECT current_setting('server_version_num')::int / 10000, current_setting('server_encoding'), pg_is_in_recovery(),
                current_setting('transaction_read_only')::bool, current_database()::text
            """,
            connection);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        await reader.ReadAsync(cancellation);
        return
        [
            Version(reader.GetInt32(0)),
            Encoding(reader.GetString(1), reader.GetString(4)),
            Writes(reader.GetBoolean(2), reader.GetBoolean(3)),
        ];
    }

    private static Requirement Version(int major) => major >= OldestMajor
        ? new("database.version", RequirementState.Met, $"PostgreSQL {major}.")
        : new("database.version", RequirementState.Refused, $"PostgreSQL is {major}, and this service needs {OldestMajor} or newer: upgrade it, or use another.");

    /// <summary>Names of customers have letters that no other encoding takes: their payments would fail one by one.</summary>
    private static Requirement Encoding(string encoding, string database) => encoding == "UTF8"
        ? new("database.encoding", RequirementState.Met, "UTF8.")
        : new("database.encoding", RequirementState.Refused,
            $"The encoding of database {database} is {encoding}, and this service needs UTF8: make a new one with CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0.");

    private static Requirement Writes(bool isStandby, bool isReadOnly) => isStandby
        ? new("database.writes", RequirementState.Waiting, "This server is a standby and takes no writes: name the primary in ConnectionStrings__Payments, or promote it.")
        : isReadOnly
            ? new("database.writes", RequirementState.Waiting,
                "Transactions are read-only here (default_transaction_read_only): whoever set it, a full disk's keeper perhaps, has to take it back.")
            : new("database.writes", RequirementState.Met, "It takes writes.");
}
