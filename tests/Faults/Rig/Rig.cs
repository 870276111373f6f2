using System.Diagnostics;
using System.Globalization;

namespace Payments.Tests.Faults;

/// <summary>Runs the scenarios and prints the table.</summary>
internal static class Rig
{
    // Two cores are busy with three of them; one that only waits for the last answers does not count.
    private const int AtOnce = 3;

    /// <summary>Exit code 0: everything held (or could not be run here, and says so).</summary>
    public static async Task<int> Run(RigOptions options, CancellationToken stop)
    {
        var clock = Stopwatch.StartNew();
        var chosen = Catalogue.All.Where(scenario => options.Only.Count == 0 || options.Only.Contains(scenario.Name)).ToList();
        if (chosen.Count == 0)
        {
            throw new ArgumentException($"There is no such scenario; there are {string.Join(", ", Catalogue.All.Select(s => s.Name))}.");
        }

        Console.WriteLine($"faults: seed {options.Seed}{(options.IsShort ? ", short" : "")}");
        var home = Directory.CreateTempSubdirectory("payments-faults-").FullName;
        var finished = new List<Run>();
        using (var places = new SemaphoreSlim(AtOnce))
        {
            await Task.WhenAll(chosen.Where(s => !s.IsAlone).Select(async scenario =>
            {
                await places.WaitAsync(stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                await RunOne(scenario, () => places.Release());
            }));
        }

        foreach (var scenario in chosen.Where(s => s.IsAlone))
        {
            await RunOne(scenario, null);
        }

        var left = LeftBehind(home);
        Print(chosen, finished);
        var holds = finished.All(run => run.Broken.Count == 0) && !stop.IsCancellationRequested && left.Count == 0;
        if (holds)
        {
            Directory.Delete(home, recursive: true);
        }

        var repeat = $"dotnet run --project build -- faults{(options.IsShort ? " --short" : "")} --seed {options.Seed}";
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{finished.Count(r => r.Holds)} held, {finished.Count(r => r.Broken.Count > 0)} did not, {finished.Count(r => r.NotRun is not null)} not run, seed {options.Seed}, {clock.Elapsed.TotalSeconds:0} s"));
        if (!holds)
        {
            Console.WriteLine($"Again with: {repeat} --only {string.Join(',', finished.Where(r => r.Broken.Count > 0).Select(r => r.Name))}; the processes' logs are in {home}");
        }

        return holds ? 0 : 1;

        async Task RunOne(Scenario scenario, Action? leave)
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
            limit.CancelAfter(Scenario.Limit(options));
            var run = new Run(scenario.Name, options, Directory.CreateDirectory(Path.Combine(home, scenario.Name)).FullName, limit.Token, leave);
            var own = Stopwatch.StartNew();
            try
            {
                limit.Token.ThrowIfCancellationRequested();
                await scenario.Run(run);
            }
            catch (Exception unexpected)
            {
                run.Must(false, stop.IsCancellationRequested ? "it was stopped"
                    : limit.IsCancellationRequested ? $"it did not end within {Scenario.Limit(options).TotalMinutes:0} minutes" : unexpected.ToString());
            }
            finally
            {
                run.Leave();
            }

            lock (finished)
            {
                finished.Add(run);
            }

            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{scenario.Name}: {(run.NotRun is not null ? "not run" : run.Holds ? "held" : "DID NOT HOLD")} after {own.Elapsed.TotalSeconds:0} s"));
        }
    }

    /// <summary>Processes of this run that are still there.</summary>
    private static List<string> LeftBehind(string home)
    {
        var left = new List<string>();
        foreach (var folder in OperatingSystem.IsLinux() ? Directory.EnumerateDirectories("/proc").Where(f => int.TryParse(Path.GetFileName(f), out _)) : [])
        {
            try
            {
                // PostgreSQL names its folder on its command line; our own programs have it in their environment.
                var line = File.ReadAllText(Path.Combine(folder, "cmdline")) + File.ReadAllText(Path.Combine(folder, "environ"));
                if (line.Contains(home, StringComparison.Ordinal))
                {
                    left.Add(Path.GetFileName(folder));
                }
            }
            catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
            {
                // Ended meanwhile, or somebody else's.
            }
        }

        if (left.Count > 0)
        {
            Console.WriteLine($"Processes were left behind: {string.Join(", ", left)}");
        }

        return left;
    }

    private static void Print(List<Scenario> chosen, List<Run> finished)
    {
        Console.WriteLine();
        Console.WriteLine("| fault | what was done | what must hold | held? |");
        Console.WriteLine("|---|---|---|---|");
        foreach (var scenario in chosen)
        {
            var run = finished.Single(r => r.Name == scenario.Name);
            Console.WriteLine($"| {scenario.Name} | {run.Done} | {scenario.MustHold} | {(run.NotRun is { } why ? $"not run: {why}" : run.Holds ? "yes" : "NO")} |");
        }

        Console.WriteLine();
        foreach (var run in finished.Where(r => r.Broken.Count > 0))
        {
            Console.WriteLine($"{run.Name} did not hold:");
            foreach (var line in run.Broken)
            {
                Console.WriteLine($"  {line}");
            }
        }
    }
}
