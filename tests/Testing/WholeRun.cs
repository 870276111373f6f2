using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Payments.Infrastructure.Database;
using Xunit;

namespace Payments.Testing;

/// <summary>What a database has to carry, whoever set it up: a callback that pays, money out, a dry run that leaves nothing, our own tables only.</summary>
internal static class WholeRun
{
    /// <summary>The session settings every transaction relies on.</summary>
    private static readonly Dictionary<string, string> Relied = new()
    {
        ["search_path"] = "payments",
        ["TimeZone"] = "UTC",
        ["DateStyle"] = "ISO, MDY",
        ["lock_timeout"] = "5s",
        ["idle_in_transaction_session_timeout"] = "15s",
        ["statement_timeout"] = "0",
        ["idle_session_timeout"] = "0",
        ["default_transaction_isolation"] = "read committed",
        ["client_encoding"] = "UTF8",
        ["synchronous_commit"] = "on",
    };

    /// <summary>Asserts all of it.</summary>
    public static async Task Holds(PaymentsHost host)
    {
        var paid = await host.Until(await host.Checkout("254700000000"), "paid");
        Assert.Equal("callback", (string?)paid["payment"]!["settledBy"]);
        await PaysOut(host);
        await DryRunLeavesNothing(host);
        await SessionsAreAsTheyMustBe(host);
        Assert.Equal(0L, await host.Sql<long>("SELECT count(*) FROM callbacks WHERE state = 'parked'"));
        Assert.Equal(0L, await host.Sql<long>("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"));
    }

    private static async Task PaysOut(PaymentsHost host)
    {
        var key = Guid.NewGuid().ToString();
        var body = new { method = "mpesa", recipient = "254700009000", amount = 100, reference = PaymentsHost.NewReference(), remarks = "July salary" };
        var (status, payout) = await host.Shop.Keyed("/api/payouts", body, key);
        Assert.Equal(HttpStatusCode.Accepted, status);
        Assert.Equal((string?)payout["id"], (string?)(await host.Shop.Keyed("/api/payouts", body, key)).Body["id"]);
        await host.UntilTransfer(payout, "completed");
    }

    private static async Task DryRunLeavesNothing(PaymentsHost host)
    {
        var checkout = await host.Checkout(phone: null);
        var token = await host.RegisterC2b();
        var receipt = PaymentsHost.NewReceipt();

        // Not trusted until its token is put in by hand: stored as a hint, then told to be one of ours.
        (await host.Call("/callbacks/c2b/confirm", PaybillHost.Body(receipt, (string)checkout["orderReference"]!))).EnsureSuccessStatusCode();
        await PaymentsHost.Eventually(
            async () => await host.Sql<long>($"SELECT count(*) FROM callbacks WHERE state = 'done' AND position('{receipt}'::bytea IN body) > 0") == 1, "it is stored");
        await host.Sql<object>(
            $"UPDATE callbacks SET subject_id = (SELECT id FROM c2b_registrations LIMIT 1) WHERE position('{receipt}'::bytea IN body) > 0; SELECT '{token}'");
        var id = await host.Sql<Guid>($"SELECT id FROM callbacks WHERE position('{receipt}'::bytea IN body) > 0");
        var answer = await host.Ops.PostAsync($"/api/ops/callbacks/cb_{id:N}/replay?dryRun=true", null);

        Assert.Equal("applied", (string?)(await answer.Content.ReadFromJsonAsync<JsonNode>())!["verdict"]);
        Assert.Equal(0L, await host.Sql<long>($"SELECT count(*) FROM receipts WHERE receipt = '{receipt}'"));
        Assert.Equal("open", (string?)(await host.Get(checkout))["status"]);
    }

    private static async Task SessionsAreAsTheyMustBe(PaymentsHost host)
    {
        var source = host.Services.GetRequiredService<Connections>();
        var connections = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => source.OpenConnectionAsync().AsTask()));
        foreach (var connection in connections)
        {
            foreach (var (name, wanted) in Relied)
            {
                await using var command = new NpgsqlCommand($"SELECT current_setting('{name}')", connection);
                Assert.Equal((name, wanted), (name, (string?)await command.ExecuteScalarAsync()));
            }

            await connection.DisposeAsync();
        }
    }
}
