using System.Globalization;

namespace Payments.Benchmarks;

/// <summary>Processor seconds used so far, by whom; from <c>/proc</c>, so zero on systems without it.</summary>
/// <param name="Api">The contestant's process.</param>
/// <param name="Postgres">PostgreSQL with all its processes.</param>
/// <param name="Generator">This process.</param>
/// <param name="Machine">All of the machine, what others on it use included.</param>
internal sealed record CpuTime(double Api, double Postgres, double Generator, double Machine)
{
    // Linux counts in hundredths of a second on every architecture .NET runs on.
    private const double TicksPerSecond = 100;

    public static CpuTime Read(int api, int postmaster)
    {
        if (!File.Exists("/proc/stat"))
        {
            return new(0, 0, Environment.CpuUsage.TotalTime.TotalSeconds, 0);
        }

        var (own, postgres) = (0.0, 0.0);
        foreach (var folder in Directory.EnumerateDirectories("/proc").Where(path => char.IsAsciiDigit(path[^1])))
        {
            if (Stat(folder) is not { } stat)
            {
                continue;
            }

            own += stat.Id == api ? stat.Own : 0;

            // Connections that ended are in the postmaster's account of its children.
            postgres += stat.Id == postmaster ? stat.Own + stat.Children : stat.Parent == postmaster ? stat.Own : 0;
        }

        var all = File.ReadLines("/proc/stat").First().Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var machine = new[] { 1, 2, 3, 6, 7 }.Sum(i => double.Parse(all[i], CultureInfo.InvariantCulture)) / TicksPerSecond;
        return new(own, postgres, Environment.CpuUsage.TotalTime.TotalSeconds, machine);
    }

    public CpuTime Since(CpuTime before) =>
        new(Api - before.Api, Postgres - before.Postgres, Generator - before.Generator, Machine - before.Machine);

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"CPU seconds: server {Api:0.0}, PostgreSQL {Postgres:0.0}, generator {Generator:0.0}, others {Math.Max(0, Machine - Api - Postgres - Generator):0.0}");

    private static (int Id, int Parent, double Own, double Children)? Stat(string folder)
    {
        try
        {
            var text = File.ReadAllText(folder + "/stat");
            var fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
            double Seconds(int i) => double.Parse(fields[i], CultureInfo.InvariantCulture) / TicksPerSecond;
            return (int.Parse(Path.GetFileName(folder), CultureInfo.InvariantCulture), int.Parse(fields[1], CultureInfo.InvariantCulture),
                Seconds(11) + Seconds(12), Seconds(13) + Seconds(14));
        }
        catch (IOException)
        {
            return null;
        }
    }
}
