using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace Payments.Build;

/// <summary>Everything that means "stop": Ctrl-C, SIGTERM, a closed terminal, and the death of the program that started us.</summary>
internal sealed class StopSignals : IDisposable
{
    private static readonly TimeSpan ParentInterval = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource stop = new();
    private readonly PosixSignalRegistration[] registrations;
    private readonly Timer? parentWatch;

    public StopSignals()
    {
        registrations = [.. new[] { PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP, PosixSignal.SIGQUIT }
            .Select(signal => PosixSignalRegistration.Create(signal, context =>
            {
                context.Cancel = true;
                stop.Cancel();
            }))];
        // Only a "dotnet run" or our tests take us with them; a shell may go while what it started is meant to stay.
        if (Parent() is { } parent && IsOurs(parent))
        {
            parentWatch = new Timer(_ => StopWithout(parent), null, ParentInterval, ParentInterval);
        }
    }

    /// <summary>Cancelled by the first of them.</summary>
    public CancellationToken Token => stop.Token;

    public void Dispose()
    {
        parentWatch?.Dispose();
        foreach (var registration in registrations)
        {
            registration.Dispose();
        }

        stop.Dispose();
    }

    private void StopWithout(int parent)
    {
        if (Parent() != parent)
        {
            stop.Cancel();
        }
    }

    private static bool IsOurs(int id)
    {
        try
        {
            using var process = Process.GetProcessById(id);
            return process.ProcessName == "dotnet" || process.ProcessName.StartsWith("Payments.", StringComparison.Ordinal);
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    /// <summary>Our parent's process number, where the system tells it (Linux); a process whose parent died gets another.</summary>
    private static int? Parent()
    {
        const string status = "/proc/self/status";
        var line = File.Exists(status) ? File.ReadLines(status).FirstOrDefault(line => line.StartsWith("PPid:", StringComparison.Ordinal)) : null;
        return int.TryParse(line?["PPid:".Length..], CultureInfo.InvariantCulture, out var parent) ? parent : null;
    }
}
