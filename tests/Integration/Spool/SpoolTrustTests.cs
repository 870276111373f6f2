using System.Net;
using Npgsql;
using Payments.Tests.Faults;
using Xunit;

namespace Payments.Tests.Integration;

/// <summary>What stands in the spool's folder: read where it is this deployment's, kept aside where nobody can read or believe it, and in nobody's way.</summary>
public sealed class SpoolTrustTests(TestDatabase databases)
{
    public static TheoryData<string> NotUnderstood => ["kind", "time", "time-before", "version", "length", "short", "old-kind", "old-time"];

    [Theory]
    [MemberData(nameof(NotUnderstood))]
    public async Task What_is_whole_and_not_understood_is_kept_and_everything_else_goes_on(string how)
    {
        using var folder = new SpoolFolder();
        var odd = Odd(how);
        folder.Leave("0001", RawRecord.Signed(RawRecord.Content("before")), odd, RawRecord.Signed(RawRecord.Content("behind")));
        folder.Leave("0002", RawRecord.Signed(RawRecord.Content("next")));
        var connection = new NpgsqlConnectionStringBuilder(await databases.CreateDatabase());
        await using var wire = new TcpProxy(connection.Port);
        await using var host = await PaymentsHost.StartThrough(
            connection.ConnectionString, new NpgsqlConnectionStringBuilder(connection.ConnectionString) { Host = "127.0.0.1", Port = wire.Port }.ConnectionString, $"Spool:Path={folder.Path}");

        await PaymentsHost.Eventually(() => Task.FromResult(folder.Segments.Length == 0), "the segments are drained");
        Assert.Equal("before,behind,next", await host.Sql<string>("SELECT string_agg(convert_from(body, 'UTF8'), ',' ORDER BY body) FROM callbacks"));
        Assert.Equal(odd, await File.ReadAllBytesAsync(Assert.Single(folder.Aside("unread")), TestContext.Current.CancellationToken));
        Assert.Contains("spool_aside", await host.Ops.GetStringAsync("/health/ready"), StringComparison.Ordinal);

        // A hiccup of the database, and everything is as before.
        wire.Close();
        Assert.Equal(HttpStatusCode.OK, (await host.Call("/callbacks/stk/callback", "spooled")).StatusCode);
        wire.Reopen();
        await PaymentsHost.Eventually(async () => (await host.Shop.GetAsync("/api/checkouts")).StatusCode == HttpStatusCode.OK, "the API answers", 60);
        await PaymentsHost.Eventually(async () => await host.Sql<long>("SELECT count(*) FROM callbacks") == 4, "what was spooled meanwhile is there");

        // Put back it is read again: by this version with the same end, by one that knows it with another.
        File.Move(folder.Aside("unread")[0], Path.Combine(folder.Path, "0003.spool"));
        await PaymentsHost.Eventually(() => Task.FromResult(folder.Segments.Length == 0 && folder.Aside("unread").Length == 1), "it is kept again");
        Assert.Equal(odd, await File.ReadAllBytesAsync(folder.Aside("unread")[0], TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task What_PostgreSQL_refuses_is_kept_whole_so_that_it_can_be_put_back()
    {
        using var folder = new SpoolFolder();
        var refused = RawRecord.Signed(RawRecord.Content("refused", contentType: new string('x', 300)));
        folder.Leave("0001", RawRecord.Signed(RawRecord.Content("before")), refused, RawRecord.Signed(RawRecord.Content("behind")));
        await using var host = await PaymentsHost.Start(databases, $"Spool:Path={folder.Path}");
        await PaymentsHost.Eventually(() => Task.FromResult(folder.Segments.Length == 0), "the segment is drained");
        Assert.Equal(2, await host.Sql<long>("SELECT count(*) FROM callbacks"));
        Assert.Equal(refused, await File.ReadAllBytesAsync(Assert.Single(folder.Aside("refused")), TestContext.Current.CancellationToken));

        await host.Execute("ALTER TABLE callbacks DROP CONSTRAINT callbacks_content_type_check");
        File.Move(folder.Aside("refused")[0], Path.Combine(folder.Path, "0002.spool"));

        await PaymentsHost.Eventually(async () => await host.Sql<long>("SELECT count(*) FROM callbacks") == 3, "it is stored now");
    }

    [Fact]
    public async Task Who_may_write_into_the_folder_makes_no_payment_paid()
    {
        using var folder = new SpoolFolder();
        await using var host = await PaymentsHost.Start(databases, $"Spool:Path={folder.Path}");
        var ringing = await host.Ringing();
        byte[] Success() => RawRecord.Content(host.SuccessCallback(ringing, PaymentsHost.NewReceipt()).Body, PaymentsHost.AttemptId(ringing));
        var changed = RawRecord.Signed(Success());
        changed[^10] ^= 1;

        folder.Leave("0001", RawRecord.Signed(Success(), secret: "somebody's"));
        folder.Leave("0002", RawRecord.Signed(Success(), shortcode: "600000"));
        folder.Leave("0003", RawRecord.Frame("PSR2", changed[12..]));
        folder.Leave("0004", RawRecord.Old(Success()));

        await PaymentsHost.Eventually(() => Task.FromResult(folder.Segments.Length == 0), "all are looked at");
        await PaymentsHost.Eventually(async () => await host.Sql<long>("SELECT count(*) FROM callbacks WHERE state = 'done'") == 1, "one is stored");
        Assert.Equal("hint", await host.Sql<string>("SELECT verdict FROM callbacks WHERE subject_id IS NULL"));
        Assert.Equal(3, folder.Aside("unsigned").Length);
        Assert.Equal(0, await host.Sql<long>("SELECT count(*) FROM receipts"));
        Assert.Equal("pending", (string?)(await host.Get(ringing))["status"]);
    }

    [Theory]
    [InlineData("1 hour", "2 days", true)]
    [InlineData("2 days", "3 days", false)]
    [InlineData("2 days", "1 hour", false)]
    public async Task What_the_version_before_has_spooled_is_believed_in_the_day_after_the_upgrade(string upgraded, string begun, bool believed)
    {
        using var folder = new SpoolFolder();
        await using var host = await PaymentsHost.Start(databases, $"Spool:Path={folder.Path}");
        await host.Execute($"UPDATE jobs_schema SET chosen_at = now() - interval '{upgraded}'; UPDATE deployment SET stamped_at = now() - interval '{begun}'");
        var ringing = await host.Ringing();
        var (_, success) = host.SuccessCallback(ringing, PaymentsHost.NewReceipt());
        folder.Leave("0001", RawRecord.Old(RawRecord.Content(success, PaymentsHost.AttemptId(ringing))));

        await PaymentsHost.Eventually(async () => await host.Sql<long>("SELECT count(*) FROM callbacks WHERE state = 'done'") == 1, "it is understood");

        Assert.Equal(believed ? "applied" : "hint", await host.Sql<string>("SELECT verdict FROM callbacks"));
        Assert.Equal(believed ? "paid" : "pending", (string?)(await host.Get(ringing))["status"]);
    }

    [Fact]
    public async Task A_secret_that_was_replaced_still_verifies_and_one_that_was_taken_out_can_be_put_back()
    {
        using var folder = new SpoolFolder();
        var connection = await databases.CreateDatabase();
        folder.Leave("0001", RawRecord.Signed(RawRecord.Content("old secret"), secret: "old"));
        await using (var without = await PaymentsHost.StartOn(connection, $"Spool:Path={folder.Path}"))
        {
            await PaymentsHost.Eventually(() => Task.FromResult(folder.Aside("unsigned").Length == 1), "it is kept");
            Assert.Equal(0, await without.Sql<long>("SELECT count(*) FROM callbacks"));
        }

        var old = Convert.ToBase64String(System.Security.Cryptography.SHA256.HashData("old"u8));
        File.Move(folder.Aside("unsigned")[0], Path.Combine(folder.Path, "0002.spool"));
        await using var with = await PaymentsHost.StartOn(connection, $"Spool:Path={folder.Path}", $"Callbacks:Secrets:1={old}");

        await PaymentsHost.Eventually(async () => await with.Sql<long>("SELECT count(*) FROM callbacks WHERE body = 'old secret'") == 1, "it is stored");
    }

    [Fact]
    public async Task What_is_no_segment_at_all_is_in_nobodys_way()
    {
        using var folder = new SpoolFolder();
        Directory.CreateDirectory(Path.Combine(folder.Path, "0001.spool"));
        await using (var large = File.Create(Path.Combine(folder.Path, "0002.spool")))
        {
            large.SetLength(65L * 1024 * 1024);
        }

        await File.WriteAllBytesAsync(Path.Combine(folder.Path, "0003.spool"), [], TestContext.Current.CancellationToken);
        File.CreateSymbolicLink(Path.Combine(folder.Path, "0004.spool"), Path.Combine(folder.Path, "nowhere"));
        folder.Leave("0005", RawRecord.Signed(RawRecord.Content("last")));
        await using var host = await PaymentsHost.Start(databases, $"Spool:Path={folder.Path}");

        await PaymentsHost.Eventually(async () => await host.Sql<long>("SELECT count(*) FROM callbacks WHERE body = 'last'") == 1, "the last one is drained");
        Assert.Equal("ready", await host.Readiness());
        Assert.Equal("0002.torn", Path.GetFileName(Assert.Single(folder.Torn)));
    }

    private static byte[] Odd(string how) => how switch
    {
        "kind" => RawRecord.Signed(RawRecord.Content("{}", kind: "card_payment")),
        "time" => RawRecord.Signed(RawRecord.Content("{}", ticks: long.MaxValue)),
        "time-before" => RawRecord.Signed(RawRecord.Content("{}", ticks: -1)),
        "version" => RawRecord.Frame("PSR3", RawRecord.Content("{}")),
        "length" => RawRecord.Signed(RawRecord.Content("{}", length: int.MaxValue)),
        "short" => RawRecord.Signed([1, 2, 3]),
        "old-kind" => RawRecord.Old(RawRecord.Content("{}", kind: "card_payment")),
        "old-time" => RawRecord.Old(RawRecord.Content("{}", ticks: long.MinValue)),
        _ => throw new ArgumentOutOfRangeException(nameof(how), how, null),
    };
}
