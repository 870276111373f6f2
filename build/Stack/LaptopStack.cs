using System.Diagnostics;
using System.Globalization;

namespace Payments.Build;

/// <summary>PostgreSQL, the simulator and the API on one machine, started and stopped together.</summary>
internal sealed class LaptopStack(StackOptions options, string root, string local)
{
    // Killed, it is gone at once; only its name may stay in the list until the system's first process looks.
    private static readonly TimeSpan LeftoverLimit = TimeSpan.FromMilliseconds(500);

    // Ctrl-C reaches the children as well; one may be gone before we know why.
    private static readonly TimeSpan SignalGrace = TimeSpan.FromMilliseconds(500);

    private readonly List<Service> services = [];
    private StackDatabase? database;

    /// <summary>A database belongs to one environment, so the sandbox has data of its own; the stack's lock and state are one.</summary>
    private string Data => options.IsSandbox ? SandboxData : local;

    private string SandboxData => SandboxIn(local);

    /// <summary>Where a stack with the sandbox keeps its data and its keys.</summary>
    public static string SandboxIn(string local) => Path.Combine(local, "sandbox");

    private string PostgresPath => Path.Combine(Data, "postgres");

    /// <summary>Runs the stack until it is told to stop (0) or a part of it ends by itself (1).</summary>
    public static async Task<int> Run(StackOptions options)
    {
        using var signals = new StopSignals();
        var root = RepositoryRoot.Find();
        var local = RepositoryRoot.Local(root);
        Directory.CreateDirectory(local);
        using var only = StackState.TryLock(local)
            ?? throw new StartProblemException($"The stack is running already{(StackState.Read(local) is { } other ? $" at {other.Url}" : "")}; stop it first.");
        return await new LaptopStack(options, root, local).RunUntilStopped(signals.Token);
    }

    private async Task<int> RunUntilStopped(CancellationToken stop)
    {
        await EndLeftovers();
        Probe.RequireFree(options.ApiPort, "--api-port");
        if (!options.IsSandbox)
        {
            Probe.RequireFree(options.SimulatorPort, "--simulator-port");
        }

        if (options.Fresh)
        {
            await ThrowAway();
        }

        try
        {
            await Start(stop);
            return await Watch(stop);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return 0;
        }
        finally
        {
            await StopAll();
        }
    }

    private async Task Start(CancellationToken stop)
    {
        using var probe = new Probe();
        if (options.IsSandbox)
        {
            await StartSandbox(probe, stop);
            return;
        }
        var simulator = Begin("simulator", "Simulator", StackSettings.Simulator(options, local), []);
        database = await StackDatabase.Start(root, PostgresPath, options.Database, stop);
        Console.WriteLine($"stack | database: {database.Description}");
        // The API reads the certificate that the simulator makes when it starts.
        await probe.WaitFor($"{options.SimulatorUrl}/simulator/health", simulator, stop);
        var settings = StackSettings.Api(options, local, database.ConnectionString);
        var api = Begin("api", "Api", settings, settings);
        await probe.WaitFor($"{options.ApiUrl}/health/ready", api, stop, "\"ready\"");
        await probe.RegisterC2B(options.ApiUrl, stop);
        Tell(HowToPay.Text(options));
    }

    /// <summary>Without the simulator, with keys nobody else has: whoever finds the tunnel's address reaches the API.</summary>
    private async Task StartSandbox(Probe probe, CancellationToken stop)
    {
        Directory.CreateDirectory(Data);
        var keys = await StackKeys.Load(root, Data);
        database = await StackDatabase.Start(root, PostgresPath, options.Database, stop);
        Console.WriteLine($"stack | database: {database.Description}");
        var settings = SandboxSettings.Api(options, Data, database.ConnectionString, keys);
        var api = Begin("api", "Api", settings, settings);
        await probe.WaitFor($"{options.ApiUrl}/health/ready", api, stop, "\"ready\"");
        Tell(HowToPay.InSandbox(options, keys));
    }

    private void Tell(string how)
    {
        using var us = Process.GetCurrentProcess();
        Console.WriteLine(how);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Started in {(DateTime.Now - us.StartTime).TotalSeconds:0.0} s."));
        Console.WriteLine($"Ready: {options.ApiUrl}");
    }

    private Service Begin(string name, string project, Dictionary<string, string> settings, Dictionary<string, string> apiSettings)
    {
        var service = Service.Start(root, name, project, settings);
        services.Add(service);
        new StackState(options.ApiUrl, apiSettings, [.. services.Select(started => started.Started)]).Write(local);
        return service;
    }

    private async Task<int> Watch(CancellationToken stop)
    {
        var databaseRuns = true;
        while (true)
        {
            await Task.WhenAny([.. services.Select(service => service.Ended), Task.Delay(TimeSpan.FromSeconds(1), stop)]);
            if (services.FirstOrDefault(service => service.Ended.IsCompleted) is { } ended)
            {
                await Task.WhenAny(Task.Delay(SignalGrace, stop));
                stop.ThrowIfCancellationRequested();
                await Console.Error.WriteLineAsync($"The {ended.Name} {ended.Ending}; its lines above say why.");
                return 1;
            }
            stop.ThrowIfCancellationRequested();
            // A database that goes away and comes back is something to try out, so it is told and not the end.
            if (databaseRuns != database!.IsRunning())
            {
                Console.WriteLine((databaseRuns = !databaseRuns) ? "stack | PostgreSQL runs again" : "stack | PostgreSQL ended; callbacks go to the spool until it runs again");
            }
        }
    }

    private async Task StopAll()
    {
        await Task.WhenAll(services.Select(service => service.Stop()));
        if (database is not null)
        {
            await database.Stop();
        }

        foreach (var service in services)
        {
            service.Dispose();
        }

        StackState.Delete(local);
    }

    /// <summary>A stack that was killed could not stop what it had started.</summary>
    private async Task EndLeftovers()
    {
        foreach (var leftover in StackState.Read(local)?.Processes ?? [])
        {
            if (leftover.Find() is { } process)
            {
                using (process)
                {
                    process.Kill(entireProcessTree: true);
                    await Task.WhenAny(process.WaitForExitAsync(), Task.Delay(LeftoverLimit));
                }
            }
        }

        foreach (var data in new[] { local, SandboxData })
        {
            await LocalPostgres.StopLeftover(root, Path.Combine(data, "postgres"));
        }

        StackState.Delete(local);
    }

    /// <summary>--fresh: only what the stack itself made, whatever else may lie in the folder.</summary>
    private async Task ThrowAway()
    {
        await new DockerPostgres(PostgresPath).Discard();
        foreach (var folder in new[] { PostgresPath, Path.Combine(Data, "spool") })
        {
            if (Directory.Exists(folder))
            {
                Directory.Delete(folder, recursive: true);
            }
        }

        if (options.IsSandbox)
        {
            StackKeys.Forget(Data);
        }
        else
        {
            File.Delete(Path.Combine(local, "simulator.pem"));
        }
    }
}
