using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Npgsql;
using Payments.Tests.Faults;
using Xunit;

namespace Payments.Tests.SystemTests;

/// <summary>Real processes that end: by kill -9 while they spool, by SIGTERM under load. Whatever they answered 200 is there.</summary>
public sealed class ProcessTests(TestDatabase databases)
{
    [Fact]
    public async Task A_process_killed_while_it_spools_loses_nothing_it_acknowledged()
    {
        using var folder = new SpoolFolder();
        var nowhere = new Uri($"http://127.0.0.1:{ChildProcess.FreePort()}");
        var acknowledged = new ConcurrentBag<string>();
        for (var round = 0; round < 3; round++)
        {
            var url = new Uri($"http://127.0.0.1:{ChildProcess.FreePort()}");

            // A database nobody listens at.
            await using var process = ChildProcess.Start(
                "Api", ApiSettings.Api(url, url, nowhere, $"Host=127.0.0.1;Port={ChildProcess.FreePort()};Database=x;Username=x", folder.Path), Log(folder));
            await Load(url, acknowledged, $"kill-{round}", until: 300 * (round + 1), process.Kill);
        }

        await using var host = await PaymentsHost.Start(databases, $"Spool:Path={folder.Path}", TheirSecret);

        await PaymentsHost.Eventually(() => Task.FromResult(folder.Segments.Length == 0), "the spool is drained", 30);
        await EachIsThereOnce(host.ConnectionString, acknowledged, "kill-%");
    }

    [Fact]
    public async Task A_process_told_to_end_under_load_has_stored_every_callback_it_acknowledged()
    {
        using var folder = new SpoolFolder();
        var connection = await databases.CreateDatabase();
        var acknowledged = new ConcurrentBag<string>();
        var url = new Uri($"http://127.0.0.1:{ChildProcess.FreePort()}");
        await using (var process = ChildProcess.Start("Api", ApiSettings.Api(url, url, url, connection + ";Maximum Pool Size=20", folder.Path), Log(folder)))
        {
            await Load(url, acknowledged, "term", until: 3000, async () =>
                Assert.True(await process.Terminate(TimeSpan.FromSeconds(40)), "It did not end after SIGTERM."));
        }

        await using var host = await PaymentsHost.StartOn(connection, $"Spool:Path={folder.Path}", TheirSecret);
        await PaymentsHost.Eventually(() => Task.FromResult(folder.Segments.Length == 0), "the spool is drained", 30);
        await EachIsThereOnce(connection, acknowledged, "term%");
    }

    /// <summary>Posts from eight senders, ends the process when so many are acknowledged, and goes on until nobody answers.</summary>
    private static async Task Load(Uri url, ConcurrentBag<string> acknowledged, string mark, int until, Func<Task> end)
    {
        using var http = new HttpClient { BaseAddress = url, Timeout = TimeSpan.FromSeconds(30) };
        await PaymentsHost.Eventually(async () => (await http.GetAsync("/health/live")).IsSuccessStatusCode, "it listens", 60);
        using var stop = new CancellationTokenSource();
        var sent = 0;
        var senders = Enumerable.Range(0, 8).Select(_ => Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                var body = $"{mark}-{Interlocked.Increment(ref sent)}";
                try
                {
                    using var answer = await http.PostAsync("/callbacks/stk/callback", new StringContent(body, Encoding.UTF8, "application/json"));
                    if (answer.IsSuccessStatusCode)
                    {
                        acknowledged.Add(body);
                    }
                }
                catch (Exception cut) when (cut is HttpRequestException or TaskCanceledException)
                {
                    // Not acknowledged: it may be there or not.
                }
            }
        })).ToList();
        var goal = acknowledged.Count + until;
        await PaymentsHost.Eventually(() => Task.FromResult(acknowledged.Count >= goal), $"{until} are acknowledged", 60);
        await end();
        await stop.CancelAsync();
        await Task.WhenAll(senders);
    }

    private static async Task EachIsThereOnce(string connectionString, ConcurrentBag<string> acknowledged, string like)
    {
        await using var source = NpgsqlDataSource.Create(connectionString);
        await using var command = source.CreateCommand($"SELECT convert_from(body, 'UTF8') FROM payments.callbacks WHERE convert_from(body, 'UTF8') LIKE '{like}'");
        await using var reader = await command.ExecuteReaderAsync();
        var stored = new List<string>();
        while (await reader.ReadAsync())
        {
            stored.Add(reader.GetString(0));
        }

        Assert.Empty(acknowledged.Except(stored));
        Assert.Equal(stored.Count, stored.Distinct().Count());
    }

    /// <summary>What the processes have signed with; the host signs with another and verifies both.</summary>
    private static string TheirSecret => $"Callbacks:Secrets:1={Convert.ToBase64String(SHA256.HashData("faults"u8))}";

    private static string Log(SpoolFolder folder) => Path.Combine(folder.Path, "process.log");
}
