using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Payments.Api.Hosting;
using Payments.Application.Callbacks;
using Payments.Build;
using Payments.Infrastructure.Callbacks;
using Payments.Tests.Faults;
using Xunit;

namespace Payments.Tests.Integration;

/// <summary>The commands of docs/operations.md: a dump under way, a restore beside the old database, the switch, and what payments do meanwhile.</summary>
public sealed class RestoreTests(TestDatabase databases)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    [Fact]
    public async Task A_restored_database_takes_what_came_meanwhile_and_pays_nothing_twice()
    {
        using var folder = new SpoolFolder();
        var home = await databases.CreateDatabase();
        var direct = new NpgsqlConnectionStringBuilder(await databases.CreateDatabase());
        var name = direct.Database!;
        await using var wire = new TcpProxy(direct.Port);
        var through = new NpgsqlConnectionStringBuilder(direct.ConnectionString) { Host = "127.0.0.1", Port = wire.Port, Timeout = 2 };
        await using var host = await PaymentsHost.StartOn(
            through.ConnectionString, $"Spool:Path={folder.Path}", "Reconciliation:ForgottenAfter=00:00:02", "Reconciliation:DoubtSchedule=00:00:01 00:00:01 00:00:01",
            "Reconciliation:TransferSchedule=00:00:01 00:00:01 00:00:01");
        var paid = await host.Until(await host.Checkout("254700000000"), "paid");
        var ringing = await host.Ringing();

        // Queued at this moment, one to a phone, one to a business, and one that was sent before the database is lost.
        await host.Sql<object>(
            """
            INSERT INTO payouts (id, client, reference, method, recipient, amount, reason, remarks, status, originator_id, created_at, updated_at, enqueued_at, retry_at)
            VALUES
                ('00000000-0000-7000-8000-000000000001', 'shop', 'R-1', 'mpesa', '254708374149', 10000, 'business', 'Payment', 'queued', 'as-it-was-named', now(), now(), now(), now() + interval '30 s'),
                ('00000000-0000-7000-8000-000000000002', 'shop', 'R-2', 'till', '600200', 10000, 'business', 'Payment', 'queued', NULL, now(), now(), now(), now() + interval '30 s'),
                ('00000000-0000-7000-8000-000000000003', 'shop', 'R-3', 'mpesa', '254700072000', 10000, 'business', 'Payment', 'queued', 'third', now(), now(), now(), now() + interval '1 h');
            SELECT 1
            """);

        // Back up while it runs. After that somebody pays, and the shop pays a phone, a part of an order back, and a business.
        var dump = Path.Combine(folder.Path, "payments.dump");
        await Tool("pg_dump", "--format=custom", $"--file={dump}", Url(direct, name));
        var later = await host.Until(await host.Checkout("254700000000"), "paid");
        var orders = new (string Path, object Body, string Key)[]
        {
            ("/api/payouts", new { method = "mpesa", recipient = "254700071000", amount = 70, reference = "AFTER-1" }, "after 1"),
            ($"/api/checkouts/{paid["id"]}/refunds", new { amount = 500, reason = "One item" }, "after 2"),
            ("/api/payouts", new { method = "paybill", recipient = "600300", account = "ACC-1", amount = 50, reference = "AFTER-3" }, "after 3"),
        };
        var first = new List<JsonNode>();
        foreach (var (path, body, key) in orders)
        {
            first.Add(await host.UntilTransfer((await host.Shop.Keyed(path, body, key)).Body, "completed"));
        }

        var told = (await host.Shop.GetFromJsonAsync<JsonNode>("/api/events?limit=100"))!;
        var place = (string)told["next"]!;

        // The database is lost; Safaricom does not know that.
        wire.Close();
        var (callback, success) = host.SuccessCallback(ringing, PaymentsHost.NewReceipt());
        Assert.Equal(HttpStatusCode.OK, (await host.Call(callback, success)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await host.Call(
            $"/callbacks/b2c/result/{host.Services.GetRequiredService<CallbackTokens>().Make(SubjectKind.Payout, Guid.Parse("00000000-0000-7000-8000-000000000003"))}",
            """
            {"Result":{"ResultType":0,"ResultCode":0,"ResultDesc":"ok","OriginatorConversationID":"third","ConversationID":"AG_3","TransactionID":"UGA0000003",
            "ResultParameters":{"ResultParameter":[{"Key":"TransactionAmount","Value":100},{"Key":"TransactionReceipt","Value":"UGA0000003"}]}}}
            """)).StatusCode);

        // Restored beside it, prepared, and only then put in its place.
        var restored = name + "_restored";
        await Tool("createdb", $"--maintenance-db={Url(direct, new NpgsqlConnectionStringBuilder(home).Database!)}", "--template=template0", restored);
        await Tool("pg_restore", "--exit-on-error", "--no-owner", $"--dbname={Url(direct, restored)}", dump);
        Assert.Contains("1 queued payouts", await Restore(host, direct, "prepare", "--database", restored), StringComparison.Ordinal);
        NpgsqlConnection.ClearAllPools();
        await PaymentsHost.Eventually(() => TryExecute(home, $"ALTER DATABASE {name} RENAME TO {name}_before"), "the old one is set aside");
        Assert.True(await TryExecute(home, $"ALTER DATABASE {restored} RENAME TO {name}"));
        wire.Reopen();

        // What came meanwhile is understood, also of what the backup calls queued.
        await host.Until(ringing, "paid", 40);
        Assert.Equal("paid", (string?)(await host.Get(paid))["status"]);
        Assert.Equal(HttpStatusCode.NotFound, (await host.Shop.GetAsync($"/api/checkouts/{later["id"]}")).StatusCode);
        await PaymentsHost.Eventually(async () => await Status(host, "R-3") == "completed UGA0000003", "the result in the spool is applied", 30);
        Assert.Equal(0L, await host.Sql<long>("SELECT count(*) FROM callbacks WHERE state = 'parked'"));

        // The shop asks for the same again. What has a name is found; what has none waits for a person, and so does what is new.
        var again = new List<JsonNode>();
        foreach (var (path, body, key) in orders)
        {
            again.Add((await host.Shop.Keyed(path, body, key)).Body);
        }

        var (_, fresh) = await host.Shop.Keyed("/api/payouts", new { method = "till", recipient = "600301", amount = 60, reference = "NEW-1" });
        Assert.Equal((string?)first[0]["receipt"], (string?)(await host.UntilTransfer(again[0], "completed"))["receipt"]);
        foreach (var held in new[] { again[1], again[2], fresh })
        {
            await PaymentsHost.Eventually(async () => (string?)(await host.GetTransfer(held))["waitingFor"]?["code"] == "restored", "it waits");
            Assert.Equal("not_sent", (string?)Assert.Single(await host.Cases(held))["kind"]);
        }

        // Nobody may call off what was queued at the backup: it may have been sent.
        Assert.Equal("already_sent", (string?)(await host.Ops.Keyed("/api/payouts/pay_00000000000070008000000000000001/cancel", new { })).Body["code"]);
        await host.Ops.Keyed($"/api/ops/cases/{(await host.Cases(again[2]))[0]["id"]}/settle", new { outcome = "paid", reason = "it is in the statement" });
        Assert.Contains("2 payouts or refunds wait", await Restore(host, direct, "status"), StringComparison.Ordinal);
        Assert.Contains("2 payouts or refunds go out", await Restore(host, direct, "release"), StringComparison.Ordinal);
        await host.UntilTransfer(fresh, "completed");
        Assert.Equal((string?)first[1]["receipt"], (string?)(await host.UntilTransfer(again[1], "completed", 60))["receipt"]);

        // Of what was queued at the backup the one with a name is sent by it; the other one is in doubt.
        await PaymentsHost.Eventually(async () => (await Status(host, "R-1")).StartsWith("completed", StringComparison.Ordinal), "the payout with a name is paid", 60);
        Assert.Equal("in_doubt", await Status(host, "R-2"));
        var sent = (await host.Requests("/paymentrequest")).Select(r => (string?)r["body"]!["PartyB"]).ToList();
        Assert.Equal((1, 0, 0, 1, 1), (Count("254708374149"), Count("600200"), Count("254700072000"), Count("600300"), Count("600301")));
        Assert.Equal("as-it-was-named", (string?)(await host.Requests("/b2c/")).Last(r => (string?)r["body"]!["Amount"] == "100")["body"]!["OriginatorConversationID"]);
        var moved = (await host.Simulator.GetFromJsonAsync<JsonNode>("/simulator/ledger"))!["items"]!.AsArray();
        Assert.Single(moved, m => (string?)m!["msisdn"] == "254700071000");
        Assert.Single(moved, m => (string?)m!["kind"] == "b2c" && (decimal)m["amount"]! == 500);

        // And the shop reads on where it was: nothing that happened since is missing, and no number is given twice.
        var page = (await host.Shop.GetFromJsonAsync<JsonNode>($"/api/events?limit=100&after={place}"))!["items"]!.AsArray();
        var lost = told["items"]!.AsArray().Where(e => (string?)e!["data"]!["id"] == (string?)later["id"]).Select(e => (string)e!["id"]!).ToList();
        Assert.Equal(3, lost.Count);
        Assert.Empty(lost.Intersect(page.Select(e => (string)e!["id"]!)));
        Assert.Equal(6, page.Count(e => (string?)e!["type"] is "payout.completed" or "refund.completed"));

        // A shop whose last event is one of those that are lost is told where to go on.
        var restarted = await host.Shop.GetAsync($"/api/events?after={lost[^1]}");
        var problem = (await restarted.Content.ReadFromJsonAsync<JsonNode>())!;
        Assert.Equal((HttpStatusCode.Conflict, "events_restarted"), (restarted.StatusCode, (string?)problem["code"]));
        Assert.Equal(page[0]!.ToJsonString(), (await host.Shop.GetFromJsonAsync<JsonNode>($"/api/events?limit=100&after={problem["next"]}"))!["items"]![0]!.ToJsonString());

        int Count(string party) => sent.Count(p => p == party);
    }

    private static Task<string> Status(PaymentsHost host, string reference) =>
        host.Sql<string>($"SELECT concat_ws(' ', status, receipt) FROM payouts WHERE reference = '{reference}'");

    /// <summary>The command as an operator runs it, with the deployment's own configuration.</summary>
    private static async Task<string> Restore(PaymentsHost host, NpgsqlConnectionStringBuilder direct, params string[] args)
    {
        await using var output = new StringWriter();
        var code = await CommandLine.Run(
            ["restore", .. args, .. host.Configuration.Where(c => !c.StartsWith("--ConnectionStrings", StringComparison.Ordinal)), $"--ConnectionStrings:Payments={direct.ConnectionString}"],
            output, output);
        Assert.True(code == 0, output.ToString());
        return output.ToString();
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
