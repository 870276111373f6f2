using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Payments.Benchmarks;

/// <summary>What a run found: on the console as a table, in <c>artifacts/bench.json</c> for programs.</summary>
/// <param name="Figures">In the order measured.</param>
/// <param name="Rounds">The single measurements behind the medians.</param>
/// <param name="Profile">Where the time went: after each missed figure, or when asked for.</param>
internal sealed record Report(
    DateTimeOffset At, Machine Machine, bool Quick, IReadOnlyList<Figure> Figures, IReadOnlyList<Round> Rounds, IReadOnlyDictionary<string, IReadOnlyList<string>> Profile)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    };

    public bool AllMet => Figures.All(figure => figure.IsMet);

    public void Print()
    {
        Console.WriteLine();
        Console.WriteLine(Machine);
        Console.WriteLine();
        Console.WriteLine("| figure | measured | wanted | |");
        Console.WriteLine("|---|---|---|---|");
        foreach (var figure in Figures)
        {
            Console.WriteLine($"| {figure.Name} | {Say(figure.Value, figure.Unit)} | {Wanted(figure)} | {(figure.Bound is null ? "" : figure.IsMet ? "reached" : "**missed**")} |");
        }

        foreach (var (name, lines) in Profile)
        {
            Console.WriteLine();
            Console.WriteLine($"Where the time goes, {name}:");
            foreach (var line in lines)
            {
                Console.WriteLine($"  {line}");
            }
        }
    }

    public async Task Write(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        await File.WriteAllTextAsync(path, JsonSerializer.Serialize(this, Json) + "\n");
        Console.WriteLine();
        Console.WriteLine($"Written to {path}.");
    }

    private static string Wanted(Figure figure) => figure.Bound is { } bound ? (figure.AtLeast ? "at least " : "below ") + Say(bound, figure.Unit) : "";

    private static string Say(double value, string unit)
    {
        var number = value.ToString(value >= 100 ? "#,0" : value >= 10 ? "0.0" : "0.00", CultureInfo.InvariantCulture);
        return unit.Length == 0 ? number : $"{number} {unit}";
    }
}

/// <summary>One round of the closed loops, per second.</summary>
internal sealed record Round(double Inserts, double Service, double Naive, double Synchronous, double Confirmations, double Results);

/// <summary>What it was measured on.</summary>
internal sealed record Machine(int Cores, string Processor, double MemoryGigabytes, string System, string Runtime, string Postgres, string Inserts)
{
    public static Machine Describe(int postgres, string inserts)
    {
        var model = File.Exists("/proc/cpuinfo")
            ? File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(':')[1].Trim() : null;
        return new(
            Environment.ProcessorCount, model ?? global::System.Runtime.InteropServices.RuntimeInformation.ProcessArchitecture.ToString(),
            GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 1e9, global::System.Runtime.InteropServices.RuntimeInformation.OSDescription,
            global::System.Runtime.InteropServices.RuntimeInformation.FrameworkDescription, $"PostgreSQL {postgres.ToString(CultureInfo.InvariantCulture)}, fsync on", inserts);
    }

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"{Cores} cores ({Processor}), {MemoryGigabytes:0} GB, {System}, {Runtime}, {Postgres}; inserts by {Inserts}; the load generator runs on the same cores");
}
