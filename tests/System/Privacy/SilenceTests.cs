using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.RegularExpressions;
using Npgsql;
using Payments.Tests.Faults;
using Xunit;

namespace Payments.Tests.SystemTests;

/// <summary>
/// Phone numbers, names, tokens and secrets are in no log, trace, job or problem: a busy day is lived by real processes that log at Debug,
/// and everything they said is read.
/// </summary>
public sealed partial class SilenceTests(TestDatabase databases)
{
    [Fact]
    public async Task No_customer_and_no_secret_is_in_a_log_a_job_or_a_problem()
    {
        using var folder = new SpoolFolder();
        var connection = await databases.CreateDatabase();
        var (api, simulator) = (Local(), Local());
        (string, string)[] more =
        [
            ("Logging__LogLevel__Payments", "Debug"), ("Daraja__InitiatorName", "local-initiator"), ("Daraja__InitiatorPassword", "local-initiator-password"),
            ("Daraja__CertificatePath", Path.Combine(folder.Path, "simulator.pem")), ("ConnectionStrings__Payments", connection + ";Maximum Pool Size=20;Include Error Detail=true"),
        ];
        var log = Path.Combine(folder.Path, "said");
        await using var safaricom = ChildProcess.Start("Simulator", ApiSettings.Simulator(simulator, 1).Append(new("Simulator__CertificatePath", more[3].Item2)), Path.Combine(folder.Path, "simulator.log"));
        using var desk = new HttpClient { BaseAddress = simulator };
        await PaymentsHost.Eventually(async () => (await desk.GetAsync("/simulator/requests")).IsSuccessStatusCode, "the simulator listens", 60);

        // The two halves as a larger shop runs them.
        await using var serving = ChildProcess.Start("Api", ApiSettings.Api(api, api, simulator, connection, null, [.. more, ("Roles", "api")]), log + ".api");
        await using var working = ChildProcess.Start("Api", ApiSettings.Api(Local(), api, simulator, connection, null, [.. more, ("Roles", "worker")]), log + ".worker");
        using var anyone = new HttpClient { BaseAddress = api };
        using var all = new HttpClient { BaseAddress = api };
        all.DefaultRequestHeaders.Authorization = new("Bearer", ApiSettings.Key);
        await PaymentsHost.Eventually(async () => (await anyone.GetAsync("/health/ready")).IsSuccessStatusCode, "the API is ready", 60);
        await using var source = NpgsqlDataSource.Create(connection);
        async Task Sql(string sql)
        {
            await using var command = source.CreateCommand(sql);
            await command.ExecuteNonQueryAsync();
        }

        var day = new BusyDay(all, anyone, desk, Sql);
        await day.Live();

        Assert.True(await serving.Terminate(TimeSpan.FromSeconds(40)) && await working.Terminate(TimeSpan.FromSeconds(40)));
        var jobs = new List<string>();
        foreach (var table in new[] { "job", "jobparameter", "state", "hash", "set", "list", "jobqueue", "counter", "server" })
        {
            await using var command = source.CreateCommand($"SELECT t::text FROM payments_hangfire.\"{table}\" t");
            await using var reader = await command.ExecuteReaderAsync();
            while (await reader.ReadAsync())
            {
                jobs.Add(reader.GetString(0));
            }
        }

        var said = Directory.EnumerateFiles(folder.Path, "said*").ToDictionary(file => Path.GetFileName(file), File.ReadAllText);
        Assert.Contains(jobs, job => job.Contains("CheckViolation", StringComparison.OrdinalIgnoreCase) || job.Contains("23514", StringComparison.Ordinal));
        Assert.Contains(said.Values, text => text.Contains("dbug: Payments.", StringComparison.Ordinal) || text.Contains("could not be applied and is parked", StringComparison.Ordinal));
        Assert.True(day.Problems.Count >= 8, "The day had problems to show.");
        var secrets = new List<string> { ApiSettings.Key, "local-initiator-password", "local-passkey", "local-consumer-secret" };
        await using (var command = source.CreateCommand("SELECT token FROM payments.c2b_registrations UNION SELECT token FROM payments.access_tokens WHERE token IS NOT NULL"))
        {
            await using var reader = await command.ExecuteReaderAsync();
            while (await reader.ReadAsync())
            {
                secrets.Add(reader.GetString(0));
            }
        }

        Assert.True(secrets.Count >= 6);
        Assert.Multiple(
        [
            .. said.Select(file => (Action)(() => Silent("the log " + file.Key, file.Value, secrets))),
            () => Silent("Hangfire's tables", string.Join('\n', jobs), secrets),
            () => Silent("the problems", string.Join('\n', day.Problems), secrets),
        ]);
    }

    [Fact]
    public async Task No_customer_and_no_secret_is_in_a_trace()
    {
        var spans = new ConcurrentBag<string>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = _ => true,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = span => spans.Add(
                $"{span.Source.Name} {span.DisplayName} {span.StatusDescription} {string.Join(' ', span.TagObjects.Select(t => $"{t.Key}={t.Value}"))} "
                + string.Join(' ', span.Events.Select(e => e.Name + string.Concat(e.Tags.Select(t => $" {t.Key}={t.Value}")))) + string.Concat(span.Baggage.Select(b => $" {b.Key}={b.Value}"))),
        };
        ActivitySource.AddActivityListener(listener);
        await using var host = await PaymentsHost.Start(databases);
        var day = new BusyDay(host.Ops, host.Anonymous, host.Simulator, async sql => await host.Sql<int>(sql + "; SELECT 1"));

        await day.Live();

        // Other tests trace in this process at the same time: only what this day brought can be told apart, and that is its customers.
        // The calls of the test and of the simulator are theirs to trace, not the service's.
        var ours = spans.Where(span => span.StartsWith("Npgsql", StringComparison.Ordinal) || span.StartsWith("Payments", StringComparison.Ordinal)
            || span.StartsWith("Microsoft.AspNetCore", StringComparison.Ordinal)
            || (span.StartsWith("System.Net.Http", StringComparison.Ordinal) && span.Contains($"server.port={host.Simulator.BaseAddress!.Port}", StringComparison.Ordinal))).ToList();
        Assert.Contains(ours, span => span.StartsWith("Microsoft.AspNetCore", StringComparison.Ordinal));
        Assert.Contains(ours, span => span.StartsWith("Npgsql", StringComparison.Ordinal));
        Silent("the traces", string.Join('\n', ours.Where(span => !span.Contains("/simulator/", StringComparison.Ordinal))), [await host.Sql<string>("SELECT token FROM c2b_registrations")]);
    }

    private static void Silent(string where, string text, IEnumerable<string> secrets)
    {
        foreach (var word in BusyDay.Customers.Concat(BusyDay.Names).Concat(secrets).Append("70007150"))
        {
            var at = text.IndexOf(word, StringComparison.Ordinal);
            Assert.True(at < 0, $"{where} say '{word}': …{text[Math.Max(0, at - 300)..Math.Min(text.Length, Math.Max(0, at) + 100)]}…");
        }

        // A callback token: key id, id, MAC.
        Assert.DoesNotMatch(CallbackToken(), text.Replace("00000000.00000000000000000000000000000000.00000000000000000000000000000000", "", StringComparison.Ordinal));
    }

    [GeneratedRegex(@"[0-9a-f]{8}\.[0-9a-f]{32}\.[0-9a-f]{32}")]
    private static partial Regex CallbackToken();

    private static Uri Local() => new($"http://127.0.0.1:{ChildProcess.FreePort()}");
}
