using Npgsql;
using Payments.Benchmarks;
using Payments.Build;

using var signals = new StopSignals();
try
{
    return args.FirstOrDefault() switch
    {
        "--help" or "-h" => BenchOptions.PrintHelp(),
        "seed" => await SeedCommand.Run(args[1..], signals.Token),
        // Hidden: the baselines are processes of their own, as the API is.
        "serve-naive" => await NaiveServer.Run(args[1], args[2], signals.Token),
        "serve-synchronous" => await SynchronousServer.Run(args[1], args[2], signals.Token),
        _ => await Bench.Run(BenchOptions.Read(args), signals.Token),
    };
}
catch (MisuseException misuse)
{
    await Console.Error.WriteLineAsync($"{misuse.Message}; all there is: dotnet run --project build -- bench --help");
    return 2;
}
catch (OperationCanceledException) when (signals.Token.IsCancellationRequested)
{
    return 130;
}
catch (Exception problem) when (problem is StartProblemException or BenchProblemException or NpgsqlException or IOException or HttpRequestException)
{
    await Console.Error.WriteLineAsync(problem.Message);
    return 1;
}
