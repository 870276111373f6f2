using System.Diagnostics;
using Npgsql;
using Payments.Build;
using Payments.Tests.Faults;
using Xunit;

namespace Payments.Testing;

/// <summary>A real PgBouncer in front of a test database, in a folder of its own; ended when disposed.</summary>
internal sealed class PgBouncer : IAsyncDisposable
{
    private readonly Process process;
    private readonly string folder;

    private PgBouncer(Process process, string folder, string connectionString) => (this.process, this.folder, ConnectionString) = (process, folder, connectionString);

    /// <summary>The same database through the pooler.</summary>
    public string ConnectionString { get; }

    /// <summary>Starts one; skips the test where none is installed.</summary>
    /// <param name="mode"><c>session</c>, <c>transaction</c> or <c>statement</c>.</param>
    /// <param name="settings">Further lines of its configuration.</param>
    public static async Task<PgBouncer> Start(string connectionString, string mode, params string[] settings)
    {
        var program = new[] { "/usr/sbin/pgbouncer", "/usr/bin/pgbouncer", "/usr/local/bin/pgbouncer" }.FirstOrDefault(File.Exists);
        Assert.SkipWhen(program is null, "PgBouncer is not installed (Debian: apt-get install pgbouncer).");
        var direct = new NpgsqlConnectionStringBuilder(connectionString);
        var port = ChildProcess.FreePort();
        var folder = Directory.CreateTempSubdirectory("payments-pgbouncer-").FullName;
        await File.WriteAllTextAsync(Path.Combine(folder, "users"), $"\"{direct.Username}\" \"{direct.Password}\"\n");
        await File.WriteAllLinesAsync(Path.Combine(folder, "pgbouncer.ini"),
        [
            "[databases]", $"* = host={direct.Host} port={direct.Port}",
            "[pgbouncer]", "listen_addr = 127.0.0.1", $"listen_port = {port}", "unix_socket_dir =", "auth_type = plain", $"auth_file = {folder}/users",
            $"pool_mode = {mode}", "max_client_conn = 500", "default_pool_size = 60", .. settings,
        ]);

        // Like PostgreSQL it does not run as root.
        var user = await PostgresUser.Choose();
        await user.TakeFolder(folder);
        var line = user.Line(program!, Path.Combine(folder, "pgbouncer.ini")).ToList();
        var process = Process.Start(new ProcessStartInfo(line[0], line[1..]) { RedirectStandardError = true, RedirectStandardOutput = true })!;
        var log = process.StandardError.ReadToEndAsync();
        var pooled = new NpgsqlConnectionStringBuilder(connectionString) { Host = "127.0.0.1", Port = port };
        var bouncer = new PgBouncer(process, folder, pooled.ConnectionString);
        try
        {
            await PaymentsHost.Eventually(() => Answers(pooled, process), "PgBouncer answers", 30);
        }
        catch
        {
            await bouncer.DisposeAsync();
            TestContext.Current.SendDiagnosticMessage(await log);
            throw;
        }

        return bouncer;
    }

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
        {
            process.Kill(entireProcessTree: true);
        }

        await process.WaitForExitAsync();
        process.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    private static async Task<bool> Answers(NpgsqlConnectionStringBuilder pooled, Process process)
    {
        Assert.False(process.HasExited, "PgBouncer ended.");
        try
        {
            await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(pooled.ConnectionString) { Pooling = false, Enlist = false, Timeout = 2 }.ConnectionString);
            await connection.OpenAsync();
            return true;
        }
        catch (Exception notYet) when (notYet is NpgsqlException or TimeoutException)
        {
            return false;
        }
    }
}
