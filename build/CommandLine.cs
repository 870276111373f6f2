using System.CommandLine;

namespace Payments.Build;

/// <summary>The developer's commands: reads the arguments, runs the command, turns problems into one sentence and an exit code.</summary>
internal static class CommandLine
{
    /// <summary>Exit code for a command line that makes no sense.</summary>
    private const int Misused = 2;

    private const string Help = """
        dotnet run --project build [options]      the laptop stack: PostgreSQL, the Daraja simulator and the API, until Ctrl-C
          --api-port <port>                       where the API listens (default 5080)
          --simulator-port <port>                 where the simulator listens (default 5090)
          --database <connection string>          a PostgreSQL of yours (14 or newer), in place of starting one
          --fresh                                 throw away what earlier runs stored, and start empty
          --tunnel auto|ngrok|cloudflared         Safaricom's sandbox in place of the simulator, reached through a tunnel that runs already;
                                                  the app's credentials come from Daraja__ConsumerKey, __ConsumerSecret and __Passkey
          --tunnel-api <address>                  the tunnel's local API, where it is not in its usual place
          --public-url <https address>            the same with an address of your own whose proxy passes on to this machine

        dotnet run --project build -- doctor      why callbacks do not arrive at the running stack; what follows is passed on (doctor --help)
        dotnet run --project build bench [...]    the benchmarks; what follows is passed on to them (bench --help)
        dotnet run --project build -- faults      kills, cuts and fills what can be, and compares the money at the end
          --short                                 two minutes instead of ten
          --seed <number>                         the same choices again
          --only <name,name>                      these faults only
        dotnet run --project build -- pack        the packages for shops, NuGet's and npm's, with the service's version
          --output <folder>                       where they go (default: artifacts in the clone)
        dotnet run --project build -- listen      prints events of the running stack as they happen, until Ctrl-C
          --forward <url>                         and passes them on to an endpoint of yours, signed
          --events <type,type>                    these types only
          --api <url>, --key <key>                another API than the running stack's (default http://localhost:5080, sk_local_all)
        dotnet run --project build -- trigger <type>   makes an event happen on the running stack: checkout.paid, refund.completed, …
          --api <url>, --simulator <url>          others than the running stack's; without a type: what can be made
        dotnet run --project build -- grade <url> --secret whsec_…   marks an endpoint: repetitions, wrong order, wrong signatures, …
        dotnet run --project build -- --help      this text

        PAYMENTS_POSTGRES_BIN   the folder with the PostgreSQL programs to use, where several are installed
        PAYMENTS_LOCAL          where the stack keeps its data (default: .local in the clone)
        """;

    /// <summary>Runs the command and returns the process's exit code: 0 done, 1 could not, 2 not understood.</summary>
    public static async Task<int> Run(string[] args)
    {
        try
        {
            switch (args.FirstOrDefault())
            {
                case "--help" or "-h" or "help":
                case "faults" or "pack" or "listen" or "trigger" or "grade" when args.Skip(1).Any(arg => arg is "--help" or "-h"):
                    Console.WriteLine(Help);
                    return 0;
                case "bench":
                    return await Bench.Run(args[1..]);
                case "doctor":
                    return await Doctor.Run(args[1..]);
                case "faults":
                    return await Faults.Run(args[1..]);
                case "listen":
                    return await WebhookCommands.Listen(args[1..]);
                case "trigger":
                    return await WebhookCommands.Trigger(args[1..]);
                case "grade":
                    return await WebhookCommands.Grade(args[1..]);
                case "pack":
                    return await Pack.Run(ReadPackOutput(args[1..]));
                default:
                    return await LaptopStack.Run(ReadStackOptions(args));
            }
        }
        catch (MisuseException misuse)
        {
            await Console.Error.WriteLineAsync($"{misuse.Message}; all there is: dotnet run --project build -- --help");
            return Misused;
        }
        catch (StartProblemException problem)
        {
            await Console.Error.WriteLineAsync(problem.Message);
            return 1;
        }
    }

    private static StackOptions ReadStackOptions(string[] args)
    {
        var usual = new StackOptions();
        var (api, simulator) = (CommandOptions.Port("--api-port", usual.ApiPort), CommandOptions.Port("--simulator-port", usual.SimulatorPort));
        var (database, tunnelApi, publicUrl) = (CommandOptions.Text("--database"), CommandOptions.Text("--tunnel-api"), CommandOptions.Text("--public-url"));
        var (tunnel, fresh) = (CommandOptions.Text("--tunnel"), new Option<bool>("--fresh"));
        tunnel.Validators.Add(result =>
        {
            if (result.Tokens is [.., { Value: not ("auto" or "ngrok" or "cloudflared") } other])
            {
                result.AddError($"The option --tunnel takes auto, ngrok or cloudflared, not {other.Value}");
            }
        });

        var parsed = CommandOptions.Parse("stack", args, api, simulator, database, tunnel, tunnelApi, publicUrl, fresh);
        var options = new StackOptions(
            parsed.GetValue(api), parsed.GetValue(simulator), parsed.GetValue(database), parsed.GetValue(fresh), parsed.GetValue(tunnel), parsed.GetValue(tunnelApi),
            parsed.GetValue(publicUrl));
        if (options.ApiPort == options.SimulatorPort && !options.IsSandbox)
        {
            throw new MisuseException("The API and the simulator need two different ports");
        }

        if (options is { Tunnel: not null, PublicUrl: not null })
        {
            throw new MisuseException("The public address is the tunnel's or your own: --tunnel or --public-url, not both");
        }

        if (options is { TunnelApi: not null, Tunnel: null })
        {
            throw new MisuseException("The option --tunnel-api goes with --tunnel");
        }

        return options;
    }

    private static string? ReadPackOutput(string[] args)
    {
        var output = CommandOptions.Text("--output");
        return CommandOptions.Parse("pack", args, output).GetValue(output);
    }
}
