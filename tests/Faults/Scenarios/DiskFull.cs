using Payments.Build;

namespace Payments.Tests.Faults;

/// <summary>The disk fills up under PostgreSQL, then under the spool.</summary>
internal static class DiskFull
{
    public static async Task Run(Run run)
    {
        if (!OperatingSystem.IsLinux() || !Environment.IsPrivilegedProcess)
        {
            run.CannotRun("only root may mount a small disk");
            return;
        }

        var disks = new List<string>();
        try
        {
            // Two write-ahead logs of 16 MB, the data, and little else.
            var data = await Mount(run, disks, Path.Combine(run.Folder, "postgres"), "160m");
            var spool = await Mount(run, disks, Path.Combine(run.Folder, "spool"), "2m");
            if (data is null || spool is null)
            {
                run.CannotRun("mount is not allowed here");
                return;
            }

            await Fill(run, data, spool);
        }
        finally
        {
            foreach (var disk in disks)
            {
                await Command.Run(["umount", "--lazy", disk], TimeSpan.FromSeconds(20));
            }
        }
    }

    private static async Task Fill(Run run, string data, string spool)
    {
        await using var world = await TestEnvironment.Start(run);
        var api = await world.AddApi(spool: spool);
        var shop = new Shop(world) { TakesErrors = true };
        using var noMore = new CancellationTokenSource();
        await using var load = new RawLoad(api.Url, senders: 4);
        var trade = shop.TradeUntil(atOnce: 2, TimeSpan.FromMilliseconds(200), [api], noMore.Token);
        await run.Until(() => Task.FromResult(load.Acknowledged > 200), TimeSpan.FromSeconds(30));

        var ballast = Path.Combine(data, "ballast");
        FillUp(ballast);
        var spooled = await run.Until(() => Task.FromResult(Directory.GetFiles(spool, "*.spool").Sum(f => new FileInfo(f).Length) > 100_000), TimeSpan.FromSeconds(60));
        run.Must(spooled is not null, "with PostgreSQL's disk full nothing went to the spool");
        var more = Path.Combine(spool, "ballast");
        FillUp(more);
        var refused = await run.Until(() => Task.FromResult(load.Answers.GetValueOrDefault(503) > 20), TimeSpan.FromSeconds(60));
        run.Must(refused is not null, "with both disks full nothing was refused");
        run.Did("PostgreSQL's disk filled to the last byte, then the spool's");
        await load.Stop();

        File.Delete(more);
        File.Delete(ballast);
        await world.Postgres.Restart(run.Stop);
        await api.Ready();
        await Backlog.Check(world, TimeSpan.FromSeconds(60));
        await noMore.CancelAsync();
        await trade;
        await load.Check(world);
        run.Must(Directory.GetFiles(spool, "*.torn").Length == 0, "the full disk left a torn record");
        await LedgerComparison.Check(world, shop, api, TimeSpan.FromSeconds(200));
    }

    private static void FillUp(string path)
    {
        var zeros = new byte[64 * 1024];
        using var file = File.OpenHandle(path, FileMode.Create, FileAccess.Write);
        try
        {
            for (var at = 0L; ; at += zeros.Length)
            {
                RandomAccess.Write(file, zeros, at);
            }
        }
        catch (IOException)
        {
            // Full.
        }
    }

    private static async Task<string?> Mount(Run run, List<string> disks, string path, string size)
    {
        Directory.CreateDirectory(path);
        if (!(await Command.Run(["mount", "-t", "tmpfs", "-o", $"size={size},mode=0700", "tmpfs", path], TimeSpan.FromSeconds(20), stop: run.Stop)).Succeeded)
        {
            return null;
        }

        disks.Add(path);
        return path;
    }
}
