using System.Globalization;

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
                case "faults" when args.Skip(1).Any(arg => arg is "--help" or "-h"):
                    Console.WriteLine(Help);
                    return 0;
                case "bench":
                    return await Bench.Run(args[1..]);
                case "doctor":
                    return await Doctor.Run(args[1..]);
                case "faults":
                    return await Faults.Run(args[1..]);
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
        var options = new StackOptions();
        var rest = new Queue<string>(args);
        while (rest.TryDequeue(out var option))
        {
            // Both "--api-port 5080" and "--api-port=5080".
            var equals = option.StartsWith("--", StringComparison.Ordinal) ? option.IndexOf('=', StringComparison.Ordinal) : -1;
            var given = equals < 0 ? null : option[(equals + 1)..];
            option = equals < 0 ? option : option[..equals];
            options = option switch
            {
                "--api-port" => options with { ApiPort = Port(option, given ?? Value(option, rest)) },
                "--simulator-port" => options with { SimulatorPort = Port(option, given ?? Value(option, rest)) },
                "--database" => options with { Database = given ?? Value(option, rest) },
                "--tunnel" => options with { Tunnel = Program(option, given ?? Value(option, rest)) },
                "--tunnel-api" => options with { TunnelApi = given ?? Value(option, rest) },
                "--public-url" => options with { PublicUrl = given ?? Value(option, rest) },
                "--fresh" when given is null => options with { Fresh = true },
                _ when option.StartsWith('-') => throw new MisuseException($"The option {option} is not known"),
                _ => throw new MisuseException($"The command {option} is not known"),
            };
        }
        if (options.ApiPort == options.SimulatorPort && !options.IsSandbox)
            throw new MisuseException("The API and the simulator need two different ports");
        if (options is { Tunnel: not null, PublicUrl: not null })
            throw new MisuseException("The public address is the tunnel's or your own: --tunnel or --public-url, not both");
        if (options is { TunnelApi: not null, Tunnel: null })
            throw new MisuseException("The option --tunnel-api goes with --tunnel");
        return options;
    }

    private static string Program(string option, string value) => value is "auto" or "ngrok" or "cloudflared"
        ? value
        : throw new MisuseException($"The option {option} takes auto, ngrok or cloudflared, not {value}");

    private static string Value(string option, Queue<string> rest) =>
        rest.TryDequeue(out var value) ? value : throw new MisuseException($"The option {option} needs a value");

    private static int Port(string option, string value) =>
        int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is >= 1 and <= 65535
            ? port
            : throw new MisuseException($"The option {option} needs a port from 1 to 65535, not {value}");

    private sealed class MisuseException(string sentence) : Exception(sentence);
}
