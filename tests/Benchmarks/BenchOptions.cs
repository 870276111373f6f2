namespace Payments.Benchmarks;

/// <summary>The command line makes no sense; the message says what.</summary>
internal sealed class MisuseException(string sentence) : Exception(sentence);

/// <summary>The measurement cannot be made; one sentence says why.</summary>
internal sealed class BenchProblemException(string sentence) : Exception(sentence);

/// <summary>What to measure and for how long.</summary>
/// <param name="Quick">Seconds instead of minutes: for trying a change out, not for figures to quote.</param>
/// <param name="Only">The figures wanted; empty for all.</param>
/// <param name="Profile">Say where the time goes even when every figure is reached.</param>
internal sealed record BenchOptions(bool Quick, IReadOnlySet<string> Only, bool Profile)
{
    public const string Throughput = "throughput";
    public const string OpenLoop = "open-loop";
    public const string Idle = "idle";

    public const string Telemetry = "telemetry";
    public const string Webhooks = "webhooks";

    private static readonly string[] Known = [Throughput, OpenLoop, Idle, Telemetry, Webhooks];

    private const string Help = """
        dotnet run --project build -- bench [options]   measures, prints a table and writes artifacts/bench.json
          --quick           seconds instead of minutes
          --only <figure>   throughput, open-loop, idle, telemetry or webhooks; may be given more than once
          --profile         where the time goes, even when every figure is reached

        dotnet run --project build -- bench seed --count N --out FILE [options]
                            makes N attempts that wait for their callback and writes one "path<TAB>body" a line: what each waits for
          --api <url>       look first whether the API answers there
          --database <connection string>   default: the running laptop stack's
          --secret <base64>                the callback secret that signs; default: the running laptop stack's
          --shortcode <number>             default: the running laptop stack's
        """;

    /// <summary>Rounds of each closed loop; the table has their median. Odd, so that it is a measured one.</summary>
    public int Rounds => Quick ? 3 : 5;

    /// <summary>How long the open loop runs.</summary>
    public TimeSpan OpenLoopTime => TimeSpan.FromSeconds(Quick ? 10 : 60);

    /// <summary>How long the quiet day lasts, at ten a second.</summary>
    public TimeSpan IdleTime => TimeSpan.FromSeconds(Quick ? 10 : 60);

    /// <summary>Callbacks of one round: two to four seconds of work for each contestant.</summary>
    public int RoundSize => Quick ? 10_000 : 30_000;

    public bool Wants(string figure) => Only.Count == 0 || Only.Contains(figure);

    public static int PrintHelp()
    {
        Console.WriteLine(Help);
        return 0;
    }

    public static BenchOptions Read(string[] args)
    {
        var (quick, profile, only) = (false, false, new HashSet<string>(StringComparer.Ordinal));
        for (var i = 0; i < args.Length; i++)
        {
            switch (args[i])
            {
                case "--quick":
                    quick = true;
                    break;
                case "--profile":
                    profile = true;
                    break;
                case "--only" when i + 1 < args.Length && Known.Contains(args[i + 1]):
                    only.Add(args[++i]);
                    break;
                case "--only":
                    throw new MisuseException($"--only needs one of {string.Join(", ", Known)}");
                default:
                    throw new MisuseException($"bench does not know {args[i]}");
            }
        }

        return new(quick, only, profile);
    }
}
