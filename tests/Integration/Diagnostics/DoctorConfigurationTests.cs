using System.Net;
using System.Security.Cryptography;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Payments.Application.C2b;
using Payments.Application.Diagnostics;
using Payments.Infrastructure.Daraja;
using Payments.Infrastructure.Database;
using Payments.Infrastructure.Diagnostics;
using Payments.Infrastructure.Hosting;
using Payments.Infrastructure.Network;
using Xunit;

namespace Payments.Tests.Integration;

/// <summary>The doctor where the service would not even start, and where the address is not one Safaricom can call.</summary>
public sealed class DoctorConfigurationTests(TestDatabase databases)
{
    private static readonly string[] Probes = ["probe.json", "probe.charset", "probe.untyped"];

    [Theory]
    [InlineData("http://pay.example.co.ke", "is http: Safaricom calls https only")]
    [InlineData("https://localhost:5080", "is this very machine: Safaricom cannot reach it")]
    [InlineData("https://196.201.214.200", "is an IP address: Safaricom wants a name")]
    [InlineData("https://shop.internal", "has an internal name, which Safaricom cannot resolve")]
    [InlineData("https://payments", "has a single-label name, which only an inner network knows")]
    public async Task An_address_safaricom_cannot_call_is_named_and_nothing_is_sent_to_it(string address, string wrong)
    {
        var visit = await DoctorRun.With(await Sandbox(address));

        Assert.Contains(visit.All("configuration"), f => ((string)f["seen"]!).Contains($"Callbacks__PublicBaseUrl {wrong}", StringComparison.Ordinal));
        visit.Says("address.form", "problem", $"{address} {wrong}");
        Assert.All(Probes, check => visit.Says(check, "not_checked", "Safaricom could not call this address"));
        Assert.Equal(1, visit.ExitCode);
    }

    [Fact]
    public async Task Forbidden_words_are_named()
    {
        var visit = await DoctorRun.With(await Sandbox("https://mpesa.example.invalid"));
        visit.Says("address.words", "problem", "holds the word \"mpesa\"");
    }

    [Fact]
    public async Task What_is_broken_stops_only_what_depends_on_it()
    {
        // No consumer key, no secret to sign with: database and address are looked at all the same.
        var visit = await DoctorRun.With([.. (await Sandbox("https://pay.example.invalid")).Where(a => !a.Contains("Secrets", StringComparison.Ordinal))]);

        Assert.Contains(visit.All("configuration"), f => ((string)f["seen"]!).StartsWith("Callbacks__Secrets__0 is missing", StringComparison.Ordinal));
        Assert.Contains(visit.All("configuration"), f => ((string)f["seen"]!).StartsWith("Daraja__ConsumerKey is missing", StringComparison.Ordinal));
        visit.Says("database.reachable", "ok");
        visit.Says("address.form", "ok");
        visit.Says("probe.json", "not_checked", "Callbacks__Secrets__0 is missing");
        visit.Says("daraja.token", "not_checked", "Daraja__ConsumerKey is missing");
    }

    [Fact]
    public async Task A_database_that_is_away_not_migrated_or_anothers_is_told_apart()
    {
        var connection = await databases.CreateDatabase(isEmpty: true);
        var away = await DoctorRun.With([.. await Sandbox("https://pay.example.invalid"), "--ConnectionStrings:Payments=Host=127.0.0.1;Port=1;Database=none;Username=nobody;Timeout=2"]);
        away.Says("database.reachable", "problem", "Start PostgreSQL, or correct ConnectionStrings__Payments");
        away.Says("c2b.registration", "not_checked", "the database cannot be reached");

        var empty = await DoctorRun.With([.. await Sandbox("https://pay.example.invalid"), $"--ConnectionStrings:Payments={connection}"]);
        empty.Says("database.migrations", "problem", "migrations have not run, the first is 0001_checkout_and_callbacks", "Start the service once");

        await using var source = DataSources.Create(connection);
        await Migrator.Migrate(source, CancellationToken.None);
        await Execute(source, "INSERT INTO deployment (environment, shortcode) VALUES ('Production', '600123')");
        await Execute(source, "INSERT INTO migrations (scriptname, applied) VALUES ('Payments.Infrastructure.Migrations.9999_later.sql', now())");
        var anothers = await DoctorRun.With([.. await Sandbox("https://pay.example.invalid"), $"--ConnectionStrings:Payments={connection}"]);
        anothers.Says("database.stamp", "problem", "It belongs to Production with shortcode 600123; configured is Sandbox with 174379");
        anothers.Says("database.migrations", "warning", "9999_later is not known");
    }

    [Fact]
    public async Task With_the_database_away_a_probe_still_says_whether_the_way_is_free()
    {
        await using var host = await PaymentsHost.Start(databases);

        var visit = await DoctorRun.To(host, "--no-initiator", "--ConnectionStrings:Payments=Host=127.0.0.1;Port=1;Database=none;Username=nobody;Timeout=2");

        visit.Says("probe.json", "not_checked", "Answered 200 in", "whether this deployment took it is not known");
        visit.Says("daraja.token", "not_checked", "the access token is shared through the database");
    }

    [Fact]
    public async Task Outside_the_simulator_no_inner_address_is_connected_to_whatever_a_name_resolves_to()
    {
        await using var front = await Front.Start();
        var answers = new Queue<IPAddress>([IPAddress.Parse("41.90.64.9"), IPAddress.Loopback]);
        await using var services = Services("Sandbox", (_, _) => Task.FromResult(new[] { answers.Count > 1 ? answers.Dequeue() : answers.Peek() }));
        var door = services.GetRequiredService<IPublicEndpointClient>();
        var address = new Uri($"https://pay.example.co.ke:{front.Address.Port}");

        // Public when it is looked at, this machine when it is connected to: rebinding.
        Assert.Equal("41.90.64.9", Assert.Single((await door.Resolve("pay.example.co.ke", CancellationToken.None)).Addresses).ToString());
        var answer = await door.Post(address, "{}"u8.ToArray(), "application/json", CancellationToken.None);
        var certificate = await door.Certificate(address, CancellationToken.None);

        Assert.Equal(0, answer.Status);
        Assert.Contains("is 127.0.0.1, of an inner network", answer.Problem, StringComparison.Ordinal);
        Assert.Contains("is 127.0.0.1, of an inner network", certificate.Detail, StringComparison.Ordinal);
        Assert.Equal(0, front.Passed);
    }

    [Theory]
    [InlineData("10.0.0.5")]
    [InlineData("192.168.1.20")]
    [InlineData("100.64.3.4")]
    [InlineData("169.254.169.254")]
    [InlineData("::ffff:10.0.0.5")]
    [InlineData("fd00::5")]
    public async Task A_public_name_with_an_inner_address_is_named(string inner)
    {
        await using var services = Services("Sandbox", (_, _) => Task.FromResult(new[] { IPAddress.Parse(inner) }));

        var report = await services.GetRequiredService<MediatR.IMediator>().Send(new RunDoctor { LeavesInitiator = true });

        var finding = Assert.Single(report.Findings, f => f.Check == "address.dns");
        Assert.Equal(FindingState.Problem, finding.State);
        Assert.Contains("of an inner network, which Safaricom cannot reach", finding.Observed, StringComparison.Ordinal);
        Assert.Equal(FindingState.NotChecked, Assert.Single(report.Findings, f => f.Check == "probe.json").State);
    }

    /// <summary>The doctor's own parts for a deployment whose names resolve as a test says; no database, no app at Safaricom.</summary>
    private static ServiceProvider Services(string environment, Func<string, CancellationToken, Task<IPAddress[]>> resolve)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Daraja:Environment"] = environment,
            ["Daraja:Shortcode"] = "174379",
            ["Callbacks:PublicBaseUrl"] = "https://pay.example.co.ke",
            ["Callbacks:Secrets:0"] = Convert.ToBase64String(new byte[32]),
            ["Doctor:Patience"] = "00:00:05",
        }).Build();
        var services = new ServiceCollection().AddLogging().AddSingleton(new NameResolver(resolve)).AddSingleton(new C2bOptions())
            .AddInfrastructure("Host=127.0.0.1;Port=1;Timeout=2", Roles.None, new("", "")).AddDaraja(configuration);
        return services.AddDiagnostics(
            configuration,
            _ => new DeploymentFacts
            {
                Environment = environment,
                Shortcode = "174379",
                PublicBaseUrl = () => "https://pay.example.co.ke",
                Problems = [new("Daraja__ConsumerKey", "is missing", "as Safaricom issued it")],
            },
            null).BuildServiceProvider();
    }

    private async Task<string[]> Sandbox(string address) =>
    [
        $"--ConnectionStrings:Payments={await databases.CreateDatabase()}",
        "--Daraja:Environment=Sandbox",
        "--Daraja:Shortcode=174379",
        $"--Callbacks:PublicBaseUrl={address}",
        $"--Callbacks:Secrets:0={Convert.ToBase64String(RandomNumberGenerator.GetBytes(32))}",
    ];

    private static async Task Execute(NpgsqlDataSource source, string sql)
    {
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }
}
