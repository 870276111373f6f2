using System.Diagnostics;
using System.Net;
using System.Text.Json.Nodes;
using Npgsql;
using Payments.Tests.Faults;
using Xunit;

namespace Payments.Tests.Integration;

/// <summary>Health: a word for everybody, the reasons for those who may know them.</summary>
public sealed class HealthTests(TestDatabase databases)
{
    private static readonly string[] Names =
        ["database", "migrations", "circuit", "spool", "inbox_queue", "daraja_breakers", "callbacks", "jobs", "daraja_token", "in_doubt", "cases", "webhooks"];

    [Fact]
    public async Task Strangers_get_a_word_and_ops_keys_the_reasons()
    {
        await using var host = await PaymentsHost.Start(databases);
        await host.Until(await host.Checkout("254700000000"), "paid");

        Assert.Equal("""{"status":"ready"}""", await FromElsewhere(host, "/health/ready", null));
        Assert.Equal("""{"status":"live"}""", await FromElsewhere(host, "/health/live", null));
        Assert.Equal("""{"status":"ready"}""", await FromElsewhere(host, "/health/ready", "sk_test_shop"));
        Assert.Equal("""{"status":"ready"}""", await FromElsewhere(host, "/health/ready", "sk_of_nobody"));

        var live = JsonNode.Parse(await FromElsewhere(host, "/health/live", "sk_test_ops"))!;
        Assert.Equal(("live", 2), ((string?)live["status"], live["roles"]!.AsArray().Count));
        Checks? checks = null;
        await PaymentsHost.Eventually(
            async () => (checks = await Checks.Of(host)).State("jobs") == "ok", "the Hangfire servers have announced themselves", 15, () => checks!.Text);
        Assert.Equal(Names, checks!.Names);
        Assert.Equal("ready", checks.Status);
        Assert.DoesNotContain("+00:00", checks.Text, StringComparison.Ordinal);
        Assert.Equal("warning", checks.State("spool"));
        Assert.All(Names.Where(name => name != "spool"), name => Assert.True(checks.State(name) == "ok", checks.Text));
        Assert.Matches(@"the newest is \d{4}_[a-z_]+\.", checks.Text);
        Assert.Contains("main: 0 minutes old, good for 60", checks.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_database_that_goes_away_is_named_and_so_is_what_carries_on()
    {
        using var folder = new SpoolFolder();
        var connection = new NpgsqlConnectionStringBuilder(await databases.CreateDatabase());
        await using var wire = new TcpProxy(connection.Port);
        connection.Host = "127.0.0.1";
        connection.Port = wire.Port;
        connection.Timeout = 2;
        await using var host = await PaymentsHost.StartOn(connection.ConnectionString, $"Spool:Path={folder.Path}");

        wire.Close();
        await host.Call("/callbacks/stk/callback", "away");
        Checks? checks = null;
        await PaymentsHost.Eventually(async () => (checks = await Checks.Of(host)).State("circuit") == "failed", "the circuit says so", 20, () => checks!.Text);

        Assert.Equal(("degraded", "failed", "warning", "ok"), (checks!.Status, checks.State("database"), checks.State("spool"), checks.State("migrations")));
        Assert.DoesNotContain("callbacks", checks.Names);
        Assert.Equal("""{"status":"degraded"}""", await FromElsewhere(host, "/health/ready", null));

        // A key that only the database knows opens nothing now, and does not keep the answer from coming.
        Assert.Equal("""{"status":"degraded"}""", await FromElsewhere(host, "/health/ready", "sk_kept_in_the_database"));

        wire.Reopen();
        await PaymentsHost.Eventually(
            async () => (checks = await Checks.Of(host)) is { Status: "ready" } now && now.State("circuit") == "ok", "all is well again", 20, () => checks!.Text);
    }

    [Fact]
    public async Task What_needs_somebody_is_a_warning_and_what_is_stuck_a_failure()
    {
        await using var host = await PaymentsHost.Start(databases, "Roles=api", "Spool:Path=" + Directory.CreateTempSubdirectory("payments-spool-").FullName);
        await host.Call("/callbacks/stk/callback", "nobody drains it");
        await host.Sql<object>(
            """
            UPDATE callbacks SET received_at = now() - interval '2 minutes';
            INSERT INTO cases (id, kind, subject_id, story) VALUES (gen_random_uuid(), 'test', gen_random_uuid(), 'Nothing happened.');
            SELECT 1::int
            """);

        var checks = await Checks.Of(host);

        Assert.Equal(("failed", "failed", "warning", "ok"), (checks.State("callbacks"), checks.State("jobs"), checks.State("cases"), checks.State("spool")));
        Assert.Contains("1 wait for their drain, the oldest for 12", checks.Text, StringComparison.Ordinal);
        Assert.Contains("No Hangfire server is alive for callbacks, default, transfers", checks.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Whoever_looks_again_at_once_sees_what_has_changed()
    {
        await using var host = await PaymentsHost.Start(databases, "Roles=api");
        Assert.Equal("ok", (await Checks.Of(host)).State("cases"));

        await host.Sql<object>(
            "INSERT INTO cases (id, kind, subject_id, story) VALUES (gen_random_uuid(), 'test', gen_random_uuid(), 'Nothing happened.'); SELECT 1::int");

        Assert.Equal("warning", (await Checks.Of(host)).State("cases"));
    }

    [Fact]
    public async Task A_webhook_out_of_reach_is_told_once_it_is_no_passing_matter()
    {
        await using var host = await PaymentsHost.Start(databases, "Roles=api");
        await host.Sql<object>(
            """
            INSERT INTO webhooks (id, client, scopes, url, secret, place, failing_since, status, disabled_because)
            SELECT gen_random_uuid(), 'shop', '{checkouts}', 'http://127.0.0.1:9/', '\x00', 0, since, status, because
            FROM (VALUES (now() - interval '5 minutes', 'enabled', NULL), (now(), 'disabled', 'by_request')) rows (since, status, because);
            SELECT 1::int
            """);
        Assert.Equal("ok", (await Checks.Of(host)).State("webhooks"));

        await host.Sql<object>(
            "UPDATE webhooks SET failing_since = now() - interval '2 hours', disabled_because = CASE WHEN status = 'disabled' THEN 'gone' END; SELECT 1::int");
        var checks = await Checks.Of(host);
        Assert.Equal("warning", checks.State("webhooks"));
        Assert.Contains("Out of reach: 1 disabled_gone, 1 failing", checks.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_worker_without_an_api_is_ready_while_its_database_answers_and_takes_no_callbacks()
    {
        var connection = new NpgsqlConnectionStringBuilder(await databases.CreateDatabase());
        await using var wire = new TcpProxy(connection.Port);
        var through = new NpgsqlConnectionStringBuilder(connection.ConnectionString) { Host = "127.0.0.1", Port = wire.Port }.ConnectionString;
        await using var host = await PaymentsHost.StartOn(through, "Roles=worker");

        Assert.Equal("ok", (await Checks.Of(host)).State("database"));
        Assert.Equal(HttpStatusCode.NotFound, (await host.Call("/callbacks/stk/callback", "{}")).StatusCode);

        wire.Close();
        await PaymentsHost.Eventually(
            async () => (await host.Anonymous.GetAsync("/health/ready")).StatusCode == HttpStatusCode.ServiceUnavailable, "it does not say that it works");
    }

    [Fact]
    public async Task The_health_command_answers_by_its_exit_code_for_engines_without_curl()
    {
        await using var host = await PaymentsHost.Start(databases);

        Assert.Equal((0, """{"status":"ready"}"""), await Command(host.ApiUrl.ToString()));
        Assert.Equal(0, (await Command($"http://+:{host.ApiUrl.Port}")).ExitCode);
        Assert.Equal(1, (await Command($"http://+:{ChildProcess.FreePort()}")).ExitCode);
    }

    private static async Task<(int ExitCode, string Output)> Command(string urls)
    {
        var built = new DirectoryInfo(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory));
        var program = Path.Combine(Build.RepositoryRoot.Find(), "src", "Api", "bin", built.Parent!.Name, built.Name, "Payments.Api.dll");
        var start = new ProcessStartInfo("dotnet", ["exec", program, "health"]) { RedirectStandardOutput = true };
        start.Environment["ASPNETCORE_URLS"] = urls;
        using var process = Process.Start(start)!;
        var said = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();

        // On a laptop the machine itself may know the reasons; the word is what counts here.
        return (process.ExitCode, process.ExitCode == 0 ? $$"""{"status":"{{JsonNode.Parse(said)!["status"]}}"}""" : said);
    }

    private static async Task<string> FromElsewhere(PaymentsHost host, string path, string? key)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Add("X-Forwarded-For", "203.0.113.9");
        using var client = key is null ? new HttpClient { BaseAddress = host.ApiUrl } : host.WithKey(key);
        return await (await client.SendAsync(request)).Content.ReadAsStringAsync();
    }

    private sealed record Checks(string Status, IReadOnlyDictionary<string, string> States, string Text)
    {
        public IEnumerable<string> Names => States.Keys;

        public string? State(string name) => States.GetValueOrDefault(name);

        public static async Task<Checks> Of(PaymentsHost host)
        {
            var text = await FromElsewhere(host, "/health/ready", "sk_test_ops");
            var view = JsonNode.Parse(text)!;
            return new((string)view["status"]!, view["checks"]!.AsArray().ToDictionary(c => (string)c!["name"]!, c => (string)c!["state"]!), text);
        }
    }
}
