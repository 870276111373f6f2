using Npgsql;
using Payments.Infrastructure.Database;

namespace Payments.Infrastructure.Inbox.Spool;

/// <summary>Records of the version that had a checksum and no seal: they say whose payment succeeded and prove nothing.</summary>
internal static class UnsealedRecords
{
    /// <summary>
    /// True within a day after a database that had been in use was brought to the version that signs: what was spooled before may still be
    /// there, and processes of before may still write. A new database never had any. The choice of the jobs' schema is as old as that version here.
    /// </summary>
    public static async Task<bool> AreBelieved(Connections database)
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
}
