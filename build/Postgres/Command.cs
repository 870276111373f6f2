using System.ComponentModel;
using System.Diagnostics;

namespace Payments.Build;

/// <summary>Runs a short-lived program (initdb, pg_ctl, npm, docker) and keeps what it said.</summary>
internal static class Command
{
    // ENOENT
    private const int NoSuchFile = 2;

    /// <summary>What a program answered. <see cref="ExitCode"/> is -1 when it could not be started or took too long.</summary>
    public sealed record Result(int ExitCode, string Output)
    {
        /// <summary>True when the program said it succeeded.</summary>
        public bool Succeeded => ExitCode == 0;
    }

    /// <summary>
    /// Runs <paramref name="line"/> (program first), at most for <paramref name="limit"/>; what is not done by then, or
    /// when <paramref name="stop"/> is asked for, is killed with everything it started.
    /// </summary>
    public static async Task<Result> Run(
        IEnumerable<string> line, TimeSpan limit, string? folder = null, IDictionary<string, string>? environment = null, CancellationToken stop = default)
    {
        var start = new ProcessStartInfo(line.First(), line.Skip(1))
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = folder ?? "",
        };
        // PGDATA, PGPORT, PGHOST and the like of the developer's own PostgreSQL must not reach ours; messages are read, so in English.
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("PG", StringComparison.Ordinal)).ToArray())
        {
            start.Environment.Remove(name);
        }

        start.Environment["LC_ALL"] = "C";
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }

        Process process;
        try
        {
            process = Process.Start(start)!;
        }
        catch (Win32Exception notStarted)
        {
            return new Result(-1, notStarted.NativeErrorCode == NoSuchFile ? $"{start.FileName} is not installed" : notStarted.Message);
        }
        using var _ = process;
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync(CancellationToken.None);
        var errors = process.StandardError.ReadToEndAsync(CancellationToken.None);
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(stop);
        timeout.CancelAfter(limit);
        try
        {
            await process.WaitForExitAsync(timeout.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            stop.ThrowIfCancellationRequested();
            return new Result(-1, $"{start.FileName} took longer than {limit.TotalSeconds:0} s");
        }
        return new Result(process.ExitCode, (await output + await errors).Trim());
    }
}
