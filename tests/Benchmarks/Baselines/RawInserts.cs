using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Npgsql;
using Payments.Build;

namespace Payments.Benchmarks;

/// <summary>
/// The raw limit: single-row prepared INSERTs of a callback's body, each a commit, from 8 connections. By pgbench where it is installed;
/// else by the same loop in Npgsql, which costs the client more, so the limit comes out lower and the table says so.
/// </summary>
internal sealed partial class RawInserts(string binaries, string connectionString, string body)
{
    private const int Clients = 8;

    private readonly string pgbench = Path.Combine(binaries, "pgbench");

    /// <summary>What runs the loop.</summary>
    public string Runner => File.Exists(pgbench) ? "pgbench -M prepared -c 8" : "an Npgsql loop with 8 connections (pgbench is not installed)";

    public async Task CreateTable(CancellationToken stop)
    {
        await using var database = NpgsqlDataSource.Create(connectionString);
        await using var command = database.CreateCommand(
            "CREATE TABLE inserts (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), body bytea NOT NULL, received_at timestamptz NOT NULL DEFAULT now())");
        await command.ExecuteNonQueryAsync(stop);
    }

    /// <summary>Inserts a second.</summary>
    public Task<double> Run(int seconds, CancellationToken stop) => File.Exists(pgbench) ? RunPgbench(seconds, stop) : RunLoop(seconds, stop);

    private async Task<double> RunPgbench(int seconds, CancellationToken stop)
    {
        var script = Path.GetTempFileName();
        try
        {
            // A quoted colon would be pgbench's variable, so the body goes as hex.
            var hex = Convert.ToHexStringLower(System.Text.Encoding.UTF8.GetBytes(body));
            await File.WriteAllTextAsync(script, $"INSERT INTO inserts (body) VALUES ('\\x{hex}');\n", stop);
            var to = new NpgsqlConnectionStringBuilder(connectionString);
            var ran = await Command.Run(
                [pgbench, "-n", "-M", "prepared", "-c", $"{Clients}", "-j", "2", "-T", $"{seconds}", "-f", script,
                    "-h", to.Host!, "-p", $"{to.Port}", "-U", to.Username!, to.Database!],
                TimeSpan.FromSeconds(seconds + 30), environment: new Dictionary<string, string> { ["PGPASSWORD"] = to.Password! }, stop: stop);
            return ran.Succeeded && Tps().Match(ran.Output) is { Success: true } found
                ? double.Parse(found.Groups[1].Value, CultureInfo.InvariantCulture)
                : throw new BenchProblemException($"pgbench failed: {ran.Output}");
        }
        finally
        {
            File.Delete(script);
        }
    }

    private async Task<double> RunLoop(int seconds, CancellationToken stop)
    {
        await using var database = NpgsqlDataSource.Create(connectionString);
        var bytes = System.Text.Encoding.UTF8.GetBytes(body);
        var (done, watch) = (0, Stopwatch.StartNew());
        await Task.WhenAll(Enumerable.Range(0, Clients).Select(async _ =>
        {
            await using var connection = await database.OpenConnectionAsync(stop);
            await using var insert = new NpgsqlCommand("INSERT INTO inserts (body) VALUES ($1)", connection) { Parameters = { new() { Value = bytes } } };
            await insert.PrepareAsync(stop);
            for (; watch.Elapsed.TotalSeconds < seconds; Interlocked.Increment(ref done))
            {
                await insert.ExecuteNonQueryAsync(stop);
            }
        }));
        return done / watch.Elapsed.TotalSeconds;
    }

    [GeneratedRegex(@"tps = ([0-9.]+)")]
    private static partial Regex Tps();
}
