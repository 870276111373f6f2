using System.Collections.Concurrent;
using Payments.Api.Access;
using Payments.Api.Callbacks;

namespace Payments.Api.Hosting;

/// <summary>
/// Bounds the log lines that callers can cause: what the framework warns of, and requests that failed here. Twenty a minute of each kind say
/// what is going on; the rest are counted, and the count is one line. Nobody fills a disk by sending nonsense.
/// </summary>
public sealed class LogLimit(TimeProvider clock)
{
    /// <summary>Lines in a minute, of each category and to each place lines go to.</summary>
    internal const int MaxLines = 20;

    /// <summary>The logging asks twice for a line: whether it would be written, and when it is.</summary>
    private const int AsksPerLine = 2;

    /// <summary>Whose lines these are: the framework's, and those of our own that a request can cause.</summary>
    private static readonly string[] Categories =
        ["Microsoft.AspNetCore", typeof(UnhandledExceptions).FullName!, typeof(CallbackSenders).FullName!, typeof(BearerAuthentication).FullName!];

    private readonly ConcurrentDictionary<(string?, string?), Minute> minutes = new();

    /// <summary>Adds the bound, and what tells of it.</summary>
    internal static void Add(WebApplicationBuilder builder)
    {
        // Made before there are services: logging begins with them.
        var limit = new LogLimit(TimeProvider.System);
        builder.Services.AddSingleton(limit);
        builder.Services.AddHostedService<LeftOutLines>();
        builder.Services.Configure<LoggerFilterOptions>(options =>
        {
            foreach (var category in Categories)
            {
                // No caller causes what is critical, and the server asks for that level with each connection.
                options.Rules.Add(new(null, category, LogLevel.Warning, (provider, name, level) => level == LogLevel.Critical || limit.Allows(provider, name)));
            }
        });
    }

    /// <summary>Whether another line of this category may go there now.</summary>
    internal bool Allows(string? provider, string? category)
    {
        var minute = minutes.GetOrAdd((provider, category), _ => new());
        lock (minute)
        {
            if (minute.Asked == 0 || clock.GetElapsedTime(minute.Began) >= TimeSpan.FromMinutes(1))
            {
                (minute.Began, minute.Asked) = (clock.GetTimestamp(), 0);
            }

            if (++minute.Asked <= MaxLines * AsksPerLine)
            {
                return true;
            }

            minute.LeftOut++;
            return false;
        }
    }

    /// <summary>How many lines of which categories were left out since it was last asked.</summary>
    internal IReadOnlyList<(string Category, long Count)> TakeLeftOut()
    {
        var taken = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var ((_, category), minute) in minutes)
        {
            lock (minute)
            {
                // Several places miss the same lines.
                taken[category ?? ""] = Math.Max(taken.GetValueOrDefault(category ?? ""), minute.LeftOut);
                minute.LeftOut = 0;
            }
        }

        return [.. taken.Where(entry => entry.Value > 0).OrderBy(entry => entry.Key, StringComparer.Ordinal).Select(entry => (entry.Key, entry.Value))];
    }

    private sealed class Minute
    {
        public long Began { get; set; }

        public int Asked { get; set; }

        public long LeftOut { get; set; }
    }
}

/// <summary>Says once a minute what <see cref="LogLimit"/> left out.</summary>
public sealed partial class LeftOutLines(LogLimit limit, ILogger<LeftOutLines> log) : BackgroundService
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromMinutes(1);

    /// <summary>One line for each category that had more than its share.</summary>
    public void Say()
    {
        foreach (var (category, count) in limit.TakeLeftOut())
        {
            LogLeftOut(count, category);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            await Task.Delay(PollInterval, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            Say();
        }
    }

    [LoggerMessage(EventName = "log_lines_left_out", Level = LogLevel.Warning, Message = "{Count} more lines of {Category} in the last minute were left out")]
    private partial void LogLeftOut(long count, string category);
}
