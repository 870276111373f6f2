using System.Net;
using Npgsql;
using Payments.Build;
using Payments.Tests.Faults;
using Xunit;

namespace Payments.Tests.Integration;

/// <summary>The commands of docs/operations.md: a dump under way, a restore beside the old database, the switch, and what payments do meanwhile.</summary>
public sealed class RestoreTests(TestDatabase databases)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    [Fact]
    public async Task A_restored_database_takes_what_came_meanwhile_and_sends_nothing_twice()
    {
        using var folder = new SpoolFolder();
        var home = await databases.CreateDatabase();
        var direct = new NpgsqlConnectionStringBuilder(await databases.CreateDatabase());
        var name = direct.Database!;
        await using var wire = new TcpProxy(direct.Port);
        var through = new NpgsqlConnectionStringBuilder(direct.ConnectionString) { Host = "127.0.0.1", Port = wire.Port, Timeout = 2 };
        await using var host = await PaymentsHost.StartOn(through.ConnectionString, $"Spool:Path={folder.Path}", "Reconciliation:ForgottenAfter=00:10");
        var paid = await host.Until(await host.Checkout("254700000000"), "paid");
        var ringing = await host.Ringing();
        await host.Sql<object>(
            """
            INSERT INTO payouts (id, client, reference, method, recipient, amount, reason, remarks, status, originator_id, created_at, updated_at, enqueued_at)
            VALUES ('00000000-0000-7000-8000-000000000001', 'shop', 'R-1', 'mpesa', '254708374149', 10000, 'business', 'Payment', 'queued', 'queued-at-backup', now(), now(), now());
            SELECT 1::int
            """);

        // Back up while it runs; somebody pays after that.
        var dump = Path.Combine(folder.Path, "payments.dump");
        await Tool("pg_dump", "--format=custom", $"--file={dump}", Url(direct, name));
        var later = await host.Until(await host.Checkout("254700000000"), "paid");

        // The database is lost; Safaricom does not know that.
        wire.Close();
        var (path, success) = host.SuccessCallback(ringing, PaymentsHost.NewReceipt());
        Assert.Equal(HttpStatusCode.OK, (await host.Call(path, success)).StatusCode);

        var restored = name + "_restored";
        await Tool("createdb", $"--maintenance-db={Url(direct, new NpgsqlConnectionStringBuilder(home).Database!)}", "--template=template0", restored);
        await Tool("pg_restore", "--exit-on-error", "--no-owner", $"--dbname={Url(direct, restored)}", dump);
        await Execute(
            new NpgsqlConnectionStringBuilder(direct.ConnectionString) { Database = restored },
            """
            UPDATE payments.payouts SET status = 'sending', sending_at = now(), next_question_at = now() WHERE status = 'queued';
            UPDATE payments.refunds SET status = 'sending', sending_at = now(), next_question_at = now() WHERE status = 'queued'
            """);
        NpgsqlConnection.ClearAllPools();
        await PaymentsHost.Eventually(() => TryExecute(home, $"ALTER DATABASE {name} RENAME TO {name}_before"), "the old one is set aside");
        Assert.True(await TryExecute(home, $"ALTER DATABASE {restored} RENAME TO {name}"));
        wire.Reopen();

        await host.Until(ringing, "paid", 40);
        Assert.Equal("paid", (string?)(await host.Get(paid))["status"]);
        Assert.Equal(HttpStatusCode.NotFound, (await host.Shop.GetAsync($"/api/checkouts/{later["id"]}")).StatusCode);
        await PaymentsHost.Eventually(async () => await host.Sql<string>("SELECT status FROM payouts") == "in_doubt", "the payout is in doubt", 30);
        var requests = await host.Simulator.GetStringAsync("/simulator/requests");
        Assert.DoesNotContain("b2c/v3", requests, StringComparison.Ordinal);
    }

    private static async Task Tool(params string[] line)
    {
        var ran = await Command.Run(line, Patience);
        if (ran.Output.EndsWith("is not installed", StringComparison.Ordinal) || ran.Output.Contains("server version mismatch", StringComparison.Ordinal))
        {
            Assert.Skip(ran.Output);
        }

        Assert.True(ran.Succeeded, ran.Output);
    }

    private static string Url(NpgsqlConnectionStringBuilder connection, string database) =>
        $"postgresql://{Uri.EscapeDataString(connection.Username!)}{(connection.Password is { Length: > 0 } secret ? ":" + Uri.EscapeDataString(secret) : "")}@"
        + $"{connection.Host}:{connection.Port}/{database}";

    private static async Task Execute(NpgsqlConnectionStringBuilder connection, string sql)
    {
        await using var source = NpgsqlDataSource.Create(connection);
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    private static async Task<bool> TryExecute(string connectionString, string sql)
    {
        try
        {
            await Execute(new(connectionString), sql);
            return true;
        }
        catch (PostgresException inUse) when (inUse.SqlState == PostgresErrorCodes.ObjectInUse)
        {
            return false;
        }
    }
}
