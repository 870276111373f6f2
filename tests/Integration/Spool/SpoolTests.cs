using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Payments.Application.Callbacks;
using Payments.Application.Common;
using Payments.Domain.Common;
using Payments.Infrastructure.Inbox.Spool;
using Xunit;

namespace Payments.Tests.Integration;

/// <summary>The spool's files: limits, a full disk, damage, two adopters.</summary>
public sealed class SpoolTests(TestDatabase databases)
{
    [Fact]
    public void Beyond_its_limit_it_takes_nothing_and_keeps_what_it_has()
    {
        using var folder = new SpoolFolder();
        using var spool = new CallbackSpool(new() { Path = folder.Path, MaxBytes = 10_500 }, SpoolFolder.Seal);
        for (var i = 0; i < 9; i++)
        {
            spool.Append([SpoolFolder.Some(new string('x', 1000))]);
        }

        Assert.True(spool.HasRoom);
        Assert.Throws<InboxUnavailableException>(() => spool.Append([SpoolFolder.Some(new string('x', 1000))]));
        Assert.False(spool.HasRoom);
        Assert.Equal(spool.Bytes, folder.Segments.Sum(path => new FileInfo(path).Length));
    }

    [Fact]
    public void A_full_disk_is_refused_and_leaves_no_partial_record()
    {
        using var disk = SmallDisk.TryMount(out var why);
        Assert.SkipWhen(disk is null, why);
        var kept = 0;
        using (var spool = new CallbackSpool(new() { Path = disk!.Path }, SpoolFolder.Seal))
        {
            var refusal = Assert.Throws<InboxUnavailableException>(() =>
            {
                for (; kept < 1000; kept++)
                {
                    spool.Append([SpoolFolder.Some(new string('x', 50_000))]);
                }
            });
            Assert.IsType<IOException>(refusal.InnerException);
            Assert.InRange(kept, 1, 999);
            Assert.False(spool.HasRoom);
        }

        // Whole records only: each is 50,000 bytes and a little, the same little for all.
        var lengths = Directory.GetFiles(disk.Path, "*.spool").Sum(path => new FileInfo(path).Length);
        Assert.Equal(0, lengths % kept);
        Assert.InRange(lengths / kept, 50_000, 50_300);
    }

    [Fact]
    public async Task A_torn_last_record_is_set_aside_and_the_rest_is_read()
    {
        using var folder = new SpoolFolder();
        folder.Leave([.. Enumerable.Range(0, 10).Select(i => SpoolFolder.Some($"whole-{i}"))]);
        var segment = Assert.Single(folder.Segments);
        await using (var file = new FileStream(segment, FileMode.Append))
        {
            // The beginning of another record: its mark, a length, and then the power went.
            file.Write([.. "PSR1"u8, 200, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7]);
        }

        await using var host = await PaymentsHost.Start(databases, $"Spool:Path={folder.Path}");

        await PaymentsHost.Eventually(() => Task.FromResult(folder.Segments.Length == 0), "the segment is drained");
        Assert.Equal(10, await host.Sql<long>("SELECT count(*) FROM callbacks WHERE convert_from(body, 'UTF8') LIKE 'whole-%'"));
        Assert.Equal(15, new FileInfo(Assert.Single(folder.Torn)).Length);
    }

    [Fact]
    public async Task A_record_damaged_in_the_middle_is_set_aside_and_those_behind_it_are_read()
    {
        using var folder = new SpoolFolder();
        folder.Leave(SpoolFolder.Some("before"), SpoolFolder.Some("damaged-0"), SpoolFolder.Some("damaged-1"), SpoolFolder.Some("behind"));
        var segment = Assert.Single(folder.Segments);
        var bytes = await File.ReadAllBytesAsync(segment, TestContext.Current.CancellationToken);
        bytes[bytes.AsSpan().IndexOf("damaged-0"u8)] ^= 1;

        // The other one's length: the reader must not believe it.
        bytes[bytes.AsSpan()[..bytes.AsSpan().IndexOf("damaged-1"u8)].LastIndexOf("PSR2"u8) + 4] ^= 0x40;
        await File.WriteAllBytesAsync(segment, bytes, TestContext.Current.CancellationToken);

        await using var host = await PaymentsHost.Start(databases, $"Spool:Path={folder.Path}");

        await PaymentsHost.Eventually(() => Task.FromResult(folder.Segments.Length == 0), "the segment is drained");
        Assert.Equal("behind,before", await host.Sql<string>("SELECT string_agg(convert_from(body, 'UTF8'), ',' ORDER BY body DESC) FROM callbacks"));
        var torn = await File.ReadAllTextAsync(Assert.Single(folder.Torn), TestContext.Current.CancellationToken);
        Assert.Contains("damaged-1", torn, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_that_adopt_at_once_bring_each_callback_in_once()
    {
        var connection = await databases.CreateDatabase();
        using var folder = new SpoolFolder();
        var callbacks = Enumerable.Range(0, 2000).Select(i => SpoolFolder.Some($"orphan-{i}")).ToArray();
        foreach (var part in callbacks.Chunk(250))
        {
            folder.Leave(part);
        }

        Assert.Equal(8, folder.Segments.Length);

        // And one more segment with rows the inbox has already: its process died between commit and delete.
        folder.Leave(callbacks[..250]);
        var hosts = await Task.WhenAll(
            PaymentsHost.StartOn(connection, $"Spool:Path={folder.Path}"), PaymentsHost.StartOn(connection, $"Spool:Path={folder.Path}"));

        await PaymentsHost.Eventually(() => Task.FromResult(folder.Segments.Length == 0), "all segments are drained", 30);
        Assert.Equal(2000, await hosts[0].Sql<long>("SELECT count(*) FROM callbacks WHERE convert_from(body, 'UTF8') LIKE 'orphan-%'"));
        Assert.Empty(folder.Torn);
        foreach (var host in hosts)
        {
            await host.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_row_from_the_spool_is_the_row_the_inbox_would_have_stored()
    {
        using var folder = new SpoolFolder();
        await using var host = await PaymentsHost.Start(databases, $"Spool:Path={folder.Path}");
        var direct = new IncomingCallback(
            NewId.Next<CallbackId>(), CallbackKind.C2bConfirm, NewId.Next(), new byte[] { 0, 255, 10 }, "text/plain", "10.0.0.1", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
        {
            TokenHash = [.. Enumerable.Range(0, 32).Select(i => (byte)i)],
            Answer = "C2B00011",
        };
        await host.Services.GetRequiredService<IInbox>().Store(direct, CancellationToken.None);
        folder.Leave(direct with { Id = NewId.Next<CallbackId>() });

        await PaymentsHost.Eventually(async () => await host.Sql<long>("SELECT count(*) FROM callbacks WHERE state = 'done'") == 2, "both are understood");
        Assert.Equal(1, await host.Sql<long>("SELECT count(DISTINCT to_jsonb(c) - 'id' - 'received_at' - 'done_at') FROM callbacks c"));
    }

    [Fact]
    public async Task A_segment_a_living_process_holds_is_left_alone()
    {
        using var folder = new SpoolFolder();
        using var living = new CallbackSpool(new() { Path = folder.Path }, SpoolFolder.Seal);
        living.Append([SpoolFolder.Some("mine")]);
        await using var host = await PaymentsHost.Start(databases, $"Spool:Path={folder.Path}");
        folder.Leave(SpoolFolder.Some("left"));

        await PaymentsHost.Eventually(async () => await host.Sql<long>("SELECT count(*) FROM callbacks") == 1, "what was left is drained");
        Assert.Equal("left", await host.Sql<string>("SELECT convert_from(body, 'UTF8') FROM callbacks"));
        await PaymentsHost.Eventually(() => Task.FromResult(folder.Segments.Length == 1), "the drained segment is deleted, the living one's is there");
    }

    /// <summary>A disk of 1 MiB in memory.</summary>
    private sealed class SmallDisk(string path) : IDisposable
    {
        public string Path => path;

        public static SmallDisk? TryMount(out string why)
        {
            why = "Only root may mount a small disk.";
            if (!OperatingSystem.IsLinux() || !Environment.IsPrivilegedProcess)
            {
                return null;
            }

            var path = Directory.CreateTempSubdirectory("payments-disk-").FullName;
            if (Run("mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", path))
            {
                return new(path);
            }

            why = "mount is not allowed here.";
            Directory.Delete(path);
            return null;
        }

        public void Dispose()
        {
            Run("umount", path);
            Directory.Delete(path);
        }

        private static bool Run(string program, params string[] arguments)
        {
            using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
            process.WaitForExit();
            return process.ExitCode == 0;
        }
    }
}
