using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Payments.Api;
using Payments.Infrastructure.Database;
using Xunit;

namespace Payments.Tests.Integration;

/// <summary>Starting: migrations, two at once, another environment's database, wrong configuration.</summary>
public sealed class StartTests(TestDatabase databases)
{
    [Fact]
    public async Task Two_processes_migrating_at_once_both_end_ready_and_a_filled_database_stays()
    {
        var connection = await databases.CreateDatabase(isEmpty: true);
        var sources = Enumerable.Range(0, 3).Select(_ => DataSources.Create(connection)).ToList();

        await Task.WhenAll(sources.Select(source => Migrator.Migrate(source, CancellationToken.None)));

        await using var host = await PaymentsHost.StartOn(connection);
        var paid = await host.Until(await host.Checkout("254700000000"), "paid");
        await Migrator.Migrate(sources[0], CancellationToken.None);
        Assert.Equal("paid", (string?)(await host.Get(paid))["status"]);
        sources.ForEach(source => source.Dispose());
    }

    [Fact]
    public async Task A_database_stamped_for_another_environment_is_refused()
    {
        var connection = await databases.CreateDatabase();
        await using (var first = await PaymentsHost.StartOn(connection))
        {
            await first.Sql<object>("UPDATE deployment SET environment = 'Production'; SELECT 1::int");
        }

        await using var second = await PaymentsHost.StartOn(connection, "Wait=false");

        await PaymentsHost.Eventually(
            () => Task.FromResult(second.Services.GetRequiredService<Microsoft.Extensions.Hosting.IHostApplicationLifetime>().ApplicationStopping.IsCancellationRequested),
            "it stops by itself");
        Environment.ExitCode = 0;
    }

    [Fact]
    public async Task A_process_without_a_database_listens_says_so_and_recovers()
    {
        var connection = await databases.CreateDatabase(isEmpty: true);
        var name = new NpgsqlConnectionStringBuilder(connection).Database!;
        await Rename(connection, name, name + "_away");
        await using var host = await PaymentsHost.StartOn(connection, "Wait=false");

        Assert.Equal(HttpStatusCode.OK, (await host.Anonymous.GetAsync("/health/live")).StatusCode);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await host.Shop.GetAsync("/api/checkouts")).StatusCode);

        await Rename(connection, name + "_away", name);
        await PaymentsHost.Eventually(async () => (await host.Anonymous.GetAsync("/health/ready")).StatusCode == HttpStatusCode.OK, "it is ready", 30);
        await host.Until(await host.Checkout("254700000000"), "paid");
    }

    [Fact]
    public void Every_problem_of_the_configuration_is_listed_at_once_without_secrets()
    {
        var wrong = Assert.Throws<ConfigurationException>(() => ApiHost.Build([
            "--Daraja:Environment=Production", "--Daraja:ConsumerSecret=hush-hush", "--Callbacks:PublicBaseUrl=http://localhost:5080",
            "--Callbacks:Secrets:0=short", "--ApiKeys:0:Client=shop", "--ApiKeys:0:Scopes=everything", "--Roles=api,wroker",
            "--Limits:PromptsPerPhone=0", "--Inbox:BatchSize=many", "--Inbox:QueueBytes=1", "--Reconciliation:BatchSize=0"]));

        foreach (var key in new[]
        {
            "ConnectionStrings__Payments", "Daraja__ConsumerKey", "Daraja__Shortcode", "Daraja__Passkey", "Callbacks__PublicBaseUrl",
            "Callbacks__Secrets__0", "ApiKeys__0__Hash", "ApiKeys__0__Scopes", "Roles", "Limits__PromptsPerPhone", "Inbox__BatchSize", "Reconciliation",
        })
        {
            Assert.Contains(wrong.Problems, problem => problem.Key == key);
        }

        Assert.DoesNotContain("hush-hush", wrong.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_token_is_shared_and_replaced_when_another_fetch_kills_it()
    {
        await using var host = await PaymentsHost.Start(databases);
        await host.Until(await host.Checkout("254700000000"), "paid");
        await host.Until(await host.Checkout("254700000010"), "paid");
        Assert.Single(await Tokens(host));

        // Somebody else mints one: ours is dead, is refused once, and is fetched anew once.
        using var stranger = new HttpRequestMessage(HttpMethod.Get, "/oauth/v1/generate?grant_type=client_credentials");
        stranger.Headers.Authorization = new("Basic", Convert.ToBase64String("local-consumer-key:local-consumer-secret"u8));
        (await host.Simulator.SendAsync(stranger)).EnsureSuccessStatusCode();

        await host.Until(await host.Checkout("254700000020"), "paid");
        Assert.Equal(3, (await Tokens(host)).Count);
    }

    private static async Task<List<JsonNode?>> Tokens(PaymentsHost host) =>
        [.. (await host.Simulator.GetFromJsonAsync<JsonNode>("/simulator/requests"))!["items"]!.AsArray().Where(r => ((string)r!["path"]!).Contains("oauth", StringComparison.Ordinal))];

    private static async Task Rename(string connection, string from, string to)
    {
        NpgsqlConnection.ClearAllPools();
        var admin = new NpgsqlConnectionStringBuilder(connection) { Database = "postgres", Pooling = false }.ConnectionString;
        await using var source = new NpgsqlConnection(admin);
        await source.OpenAsync();
        await using var command = new NpgsqlCommand(
            $"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{from}'; ALTER DATABASE {from} RENAME TO {to}", source);
        await command.ExecuteNonQueryAsync();
    }
}
