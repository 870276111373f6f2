namespace Payments.Tests.Faults;

/// <summary>One row of the table: a fault, and what must hold all the same.</summary>
/// <param name="Name">For <c>--only</c>.</param>
/// <param name="MustHold">The promise.</param>
/// <param name="Run">Does it; finds what does not hold.</param>
/// <param name="IsAlone">True when it measures time or fills the machine: nothing else runs beside it.</param>
internal sealed record Scenario(string Name, string MustHold, Func<Run, Task> Run, bool IsAlone = false)
{
    /// <summary>Whatever happens, a scenario ends: several times what it takes on a machine that has nothing else to do.</summary>
    public static TimeSpan Limit(RigOptions options) => TimeSpan.FromMinutes(options.IsShort ? 10 : 30);
}

/// <summary>The running of one scenario: its choices, what it did, what it found.</summary>
internal sealed class Run(string name, RigOptions options, string folder, CancellationToken stop, Action? leave = null)
{
    private readonly Lock gate = new();
    private Action? leave = leave;
    private readonly List<string> done = [];
    private readonly List<string> broken = [];

    public string Name => name;

    public RigOptions Options => options;

    /// <summary>A folder of its own, gone at the end unless something did not hold.</summary>
    public string Folder => folder;

    public CancellationToken Stop => stop;

    /// <summary>The scenario's own choices: the same for a seed, whichever other scenarios run.</summary>
    public Random Choices { get; } = new(HashCode(name, options.Seed));

    public string Done => string.Join("; ", done);

    /// <summary>From here on it mostly waits: another scenario may begin.</summary>
    public void Leave()
    {
        var left = Interlocked.Exchange(ref leave, null);
        left?.Invoke();
    }

    public IReadOnlyList<string> Broken => broken;

    /// <summary>Why it could not be run here; null when it was.</summary>
    public string? NotRun { get; private set; }

    public bool Holds => broken.Count == 0 && NotRun is null;

    /// <summary>Notes what was done, for the table.</summary>
    public void Did(string what) => done.Add(what);

    /// <summary>Something that must hold.</summary>
    public void Must(bool holds, string otherwise)
    {
        if (!holds)
        {
            lock (gate)
            {
                broken.Add(otherwise);
            }
        }
    }

    /// <summary>This machine lacks what the fault needs.</summary>
    public void CannotRun(string why) => NotRun = why;

    /// <summary>Waits until something holds, at most so long; tells how long it took, or null.</summary>
    public async Task<TimeSpan?> Until(Func<Task<bool>> holds, TimeSpan limit, TimeSpan? pause = null)
    {
        var clock = System.Diagnostics.Stopwatch.StartNew();
        while (clock.Elapsed < limit)
        {
            try
            {
                if (await holds())
                {
                    return clock.Elapsed;
                }
            }
            catch (Exception away) when ((away is HttpRequestException or Npgsql.NpgsqlException or TaskCanceledException or System.Text.Json.JsonException or IOException)
                && !stop.IsCancellationRequested)
            {
                // Part of what is being tried out.
            }

            await Task.Delay(pause ?? TimeSpan.FromMilliseconds(100), stop);
        }

        return null;
    }

    // string.GetHashCode differs from run to run.
    private static int HashCode(string name, int seed) => name.Aggregate(seed, (sum, letter) => unchecked((sum * 31) + letter));
}
