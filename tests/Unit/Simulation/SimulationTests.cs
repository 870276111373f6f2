using System.Collections.Concurrent;
using Xunit;

namespace Payments.Tests.Unit;

/// <summary>
/// Many lives, each decided by its seed: requests, callbacks (twice, late, out of order, false, unreadable, before the reply, never),
/// questions, confirmations, operators, deaths between commits. At the end nothing is in doubt that nobody was told of, nothing is counted
/// twice, nothing is faked, and no more goes back than came.
/// </summary>
/// <remarks>
/// A seed that fails prints itself. It is played again, with every step told, by <c>PAYMENTS_SIMULATION_SEED=N dotnet test --project
/// tests/Unit -- --filter-class "*.SimulationTests"</c>; <c>PAYMENTS_SIMULATION_LIVES=N</c> lives that many; tests/System lives 4,000.
/// </remarks>
public sealed class SimulationTests(ITestOutputHelper output)
{
    [Fact]
    public void Every_life_ends_with_nothing_in_doubt_nothing_counted_twice_and_nothing_faked()
    {
        if (Counts.Asked("PAYMENTS_SIMULATION_SEED") is { } seed)
        {
            VirtualClock.TellsStories = true;
            var (again, problems) = Live(seed);
            output.WriteLine(string.Join(Environment.NewLine, again.Story));
            Assert.Fail($"Seed {seed}: {(problems.Count == 0 ? "all is well" : string.Join("; ", problems))}");
        }

        var failed = new ConcurrentBag<(int Seed, string Problem)>();
        var (moved, cases) = (0, 0);

        // A thread pool without a context: what a life awaits goes on right where it is answered.
        Parallel.For(1, Counts.Lives + 1, n =>
        {
            var (life, problems) = Live(n);
            Interlocked.Add(ref moved, life.Mpesa.Moved.Count);
            Interlocked.Add(ref cases, life.Store.Cases.Count);
            if (problems.Count > 0)
            {
                failed.Add((n, problems[0]));
            }
        });

        output.WriteLine($"{moved} movements, {cases} cases.");
        var first = failed.OrderBy(f => f.Seed).Take(5).Select(f => $"PAYMENTS_SIMULATION_SEED={f.Seed}: {f.Problem}");
        Assert.True(failed.IsEmpty, $"{failed.Count} lives went wrong:{Environment.NewLine}{string.Join(Environment.NewLine, first)}");

        // Lives in which nothing happens would prove nothing.
        Assert.True(moved > Counts.Lives && cases > Counts.Lives / 10, $"{moved} movements and {cases} cases are too few to mean anything.");
    }

    [Fact]
    public void The_same_seed_lives_the_same_life()
    {
        static string Told(int seed)
        {
            var (life, _) = Live(seed);
            return string.Join(',', life.Mpesa.Moved.Select(m => $"{m.Receipt}@{m.At:O}"))
                + string.Join(',', life.Store.Attempts.Select(a => $"{a.Status}{a.QueryCount}{a.EndedAt:O}"))
                + string.Join(',', life.Store.Transfers.Select(t => $"{t.Status}{t.QueryCount}{t.EndedAt:O}")) + life.Store.Cases.Count;
        }

        Assert.All(Enumerable.Range(1, 50), seed => Assert.Equal(Told(seed), Told(seed)));
    }

    private static (SimulationRun Life, List<string> Problems) Live(int seed)
    {
        var life = new SimulationRun(seed);
        try
        {
            life.Run();
        }
        catch (Exception defect)
        {
            life.Defects.Add(defect.ToString());
        }

        return (life, [.. Invariants.Of(life)]);
    }
}
