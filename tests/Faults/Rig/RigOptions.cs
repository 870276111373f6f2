using System.Globalization;

namespace Payments.Tests.Faults;

/// <summary>How the rig is run.</summary>
/// <param name="IsShort">A third of the time: fewer of everything, every kind of fault still.</param>
/// <param name="Seed">Decides every choice of the rig and the simulator; the interleaving of processes is the machine's.</param>
/// <param name="Only">Names of scenarios; empty: all.</param>
internal sealed record RigOptions(bool IsShort, int Seed, IReadOnlyList<string> Only)
{
    private const string Usage = "dotnet run --project build -- faults [--short] [--seed N] [--only NAME[,NAME]]";

    /// <summary>Reads the command line; throws <see cref="ArgumentException"/> with a sentence.</summary>
    public static RigOptions Read(string[] args)
    {
        var options = new RigOptions(false, Random.Shared.Next(1, 1_000_000), []);
        var rest = new Queue<string>(args);
        while (rest.TryDequeue(out var option))
        {
            options = option switch
            {
                "--short" => options with { IsShort = true },
                "--seed" when rest.TryDequeue(out var text) && int.TryParse(text, CultureInfo.InvariantCulture, out var seed) => options with { Seed = seed },
                "--only" when rest.TryDequeue(out var names) => options with { Only = names.Split(',', StringSplitOptions.RemoveEmptyEntries) },
                _ => throw new ArgumentException($"'{option}' is not understood: {Usage}"),
            };
        }

        return options;
    }

    /// <summary>A number of the long run, or of the short one.</summary>
    public int Pick(int inShort, int inFull) => IsShort ? inShort : inFull;
}
