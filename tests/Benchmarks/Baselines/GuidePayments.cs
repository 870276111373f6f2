using System.Text.Json;
using Npgsql;
using NpgsqlTypes;

namespace Payments.Benchmarks;

/// <summary>The one table integration guides keep, for the two baselines: found by CheckoutRequestID, settled by an UPDATE.</summary>
internal static class GuidePayments
{
    // The same preparation of statements as the service's own connections have.
    private const string Preparing = ";Max Auto Prepare=100;Auto Prepare Min Usages=2";

    public static NpgsqlDataSource Open(string connectionString) => NpgsqlDataSource.Create(connectionString + Preparing);

    public static async Task CreateTable(NpgsqlDataSource database)
    {
        await using var command = database.CreateCommand(
            "CREATE TABLE IF NOT EXISTS payments (checkout_request_id text PRIMARY KEY, status text NOT NULL, amount numeric, receipt text, paid_at timestamptz)");
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>Makes payments that wait for their callback.</summary>
    public static async Task Seed(NpgsqlDataSource database, IReadOnlyList<Seed> seeds)
    {
        await using (var command = database.CreateCommand("INSERT INTO payments SELECT unnest($1), 'pending', unnest($2)"))
        {
            command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. seeds.Select(s => s.RequestId)] });
            command.Parameters.Add(new NpgsqlParameter<decimal[]> { TypedValue = [.. seeds.Select(s => s.Cents / 100m)] });
            await command.ExecuteNonQueryAsync();
        }

        await using var analyze = database.CreateCommand("ANALYZE payments");
        await analyze.ExecuteNonQueryAsync();
    }

    public static async Task<long> CountPending(NpgsqlDataSource database)
    {
        await using var command = database.CreateCommand("SELECT count(*) FROM payments WHERE status = 'pending'");
        return (long)(await command.ExecuteScalarAsync())!;
    }

    /// <summary>SELECT, then UPDATE: two statements, the second its own commit.</summary>
    public static async Task Settle(NpgsqlDataSource database, string body)
    {
        using var document = JsonDocument.Parse(body);
        var callback = document.RootElement.GetProperty("Body").GetProperty("stkCallback");
        var id = callback.GetProperty("CheckoutRequestID").GetString()!;
        var paid = callback.GetProperty("ResultCode").GetInt32() == 0;
        var receipt = callback.GetProperty("CallbackMetadata").GetProperty("Item").EnumerateArray()
            .First(item => item.GetProperty("Name").ValueEquals("MpesaReceiptNumber")).GetProperty("Value").GetString()!;

        await using var connection = await database.OpenConnectionAsync();
        await using (var find = new NpgsqlCommand("SELECT status FROM payments WHERE checkout_request_id = $1", connection) { Parameters = { Text(id) } })
        {
            if (await find.ExecuteScalarAsync() is not "pending")
            {
                return;
            }
        }

        await using var settle = new NpgsqlCommand("UPDATE payments SET status = $2, receipt = $3, paid_at = now() WHERE checkout_request_id = $1", connection)
        {
            Parameters = { Text(id), Text(paid ? "paid" : "failed"), Text(receipt) },
        };
        await settle.ExecuteNonQueryAsync();
    }

    private static NpgsqlParameter<string> Text(string value) => new() { TypedValue = value, NpgsqlDbType = NpgsqlDbType.Text };
}
