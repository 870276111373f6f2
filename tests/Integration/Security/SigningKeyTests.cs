using System.Security.Cryptography;
using Payments.Tests.Faults;
using Xunit;

namespace Payments.Tests.Integration;

/// <summary>Callback secrets are replaced without a gap, and one that went too early is noticed.</summary>
public sealed class SigningKeyTests(TestDatabase databases)
{
    private static readonly string Old = Secret("old");
    private static readonly string New = Secret("new");

    [Fact]
    public async Task A_callback_to_what_the_old_secret_signed_is_trusted_while_it_is_configured_and_a_hint_after()
    {
        await using var before = await PaymentsHost.Start(databases, "Callbacks:Secrets:0=" + Old);
        var (first, second) = (await before.Ringing(), await before.Ringing());
        var (path, body) = before.SuccessCallback(first, PaymentsHost.NewReceipt());
        var (latePath, lateBody) = before.SuccessCallback(second, PaymentsHost.NewReceipt());
        var secret = (string)first["clientSecret"]!;

        await using var both = await PaymentsHost.StartOn(before.ConnectionString, "Callbacks:Secrets:0=" + New, "Callbacks:Secrets:1=" + Old);
        await both.Call(path, body);
        await both.Until(first, "paid");
        using (var browser = both.WithKey(secret))
        {
            Assert.True((await browser.GetAsync($"/api/checkouts/{first["id"]}")).IsSuccessStatusCode);
        }

        await using var after = await PaymentsHost.StartOn(before.ConnectionString, "Callbacks:Secrets:0=" + New);
        await after.Call(latePath, lateBody);
        await PaymentsHost.Eventually(async () => await after.Sql<long>("SELECT count(*) FROM callbacks WHERE state <> 'done'") == 0, "it is judged");
        Assert.Equal("pending", (string?)(await after.Get(second))["status"]);
    }

    [Fact]
    public async Task A_secret_taken_out_too_early_is_named_at_start_with_the_day_it_may_go()
    {
        using var folder = new SpoolFolder();
        var connection = await databases.CreateDatabase();
        await Start(connection, folder, "first", Old, Noted);
        var early = await Start(connection, folder, "second", New, log => log.Contains("is not configured any more", StringComparison.Ordinal));
        Assert.Contains(Convert.ToHexStringLower(SHA256.HashData(Convert.FromBase64String(Old)))[..8], early, StringComparison.Ordinal);
        Assert.Contains("Callbacks__Secrets__1 until " + DateTime.UtcNow.AddDays(14).ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture), early, StringComparison.Ordinal);

        // Long enough after, nobody is bothered.
        await using var source = Npgsql.NpgsqlDataSource.Create(connection);
        await using (var command = source.CreateCommand("UPDATE payments.signing_keys SET last_signed_at = now() - interval '15 days'"))
        {
            await command.ExecuteNonQueryAsync();
        }

        Assert.DoesNotContain("is not configured any more", await Start(connection, folder, "third", New, Noted), StringComparison.Ordinal);
        bool Noted(string _) => true;
    }

    private static async Task<string> Start(string connection, SpoolFolder folder, string name, string secret, Func<string, bool> until)
    {
        var url = new Uri($"http://127.0.0.1:{ChildProcess.FreePort()}");
        var log = Path.Combine(folder.Path, name);
        await using (var process = ChildProcess.Start("Api", ApiSettings.Api(url, url, url, connection, null, ("Callbacks__Secrets__0", secret)), log))
        {
            using var http = new HttpClient { BaseAddress = url };
            await PaymentsHost.Eventually(async () => (await http.GetAsync("/health/ready")).IsSuccessStatusCode, "it is ready", 60);
            await using var source = Npgsql.NpgsqlDataSource.Create(connection);
            var id = Convert.ToHexStringLower(SHA256.HashData(Convert.FromBase64String(secret)))[..8];
            await PaymentsHost.Eventually(
                async () =>
                {
                    await using var command = source.CreateCommand($"SELECT count(*) FROM payments.signing_keys WHERE key_id = '{id}' AND last_signed_at > now() - interval '1 minute'");
                    return (long)(await command.ExecuteScalarAsync())! == 1;
                },
                "its secret is noted", 30);
            await PaymentsHost.Eventually(async () => until(await Read(log)), "it has said what it has to say", 30);
            await process.Terminate(TimeSpan.FromSeconds(40));
        }

        return await Read(log);
    }

    private static async Task<string> Read(string log)
    {
        await using var file = new FileStream(log, FileMode.OpenOrCreate, FileAccess.Read, FileShare.ReadWrite);
        return await new StreamReader(file).ReadToEndAsync();
    }

    private static string Secret(string seed) => Convert.ToBase64String(SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(seed)));
}
