using System.Collections.Concurrent;
using System.Net;
using Dapper;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Payments.Infrastructure.Access;
using Payments.Infrastructure.C2b;
using Payments.Infrastructure.Callbacks;
using Payments.Infrastructure.Database;

namespace Payments.Infrastructure.Inbox;

/// <summary>
/// What callbacks without a valid token may cost: 3,000 a minute from one source, and so many bytes a day over all processes. Never asked
/// about a callback with a valid token, and not about Safaricom's own addresses. What is refused is counted by source and answered as
/// refused (429, 503): an acknowledgement would say that it is stored.
/// </summary>
/// <remarks>
/// The day's bytes are counted in the database, five seconds late: several processes, or one that starts anew, share one budget, and a
/// request never waits for the count. While the database is away each process counts its own, and the spool has a share of its own.
/// </remarks>
public sealed partial class UntrustedRateLimiter(
    Connections database, DatabaseState state, CallbackNetworks networks, RegistrationTokenCache registrations, IOptions<CallbackOptions> options,
    TimeProvider clock, ILogger<UntrustedRateLimiter> log)
    : BackgroundService
{
    /// <summary>The contract's number (docs/security.md): 50 a second is more than a Daraja without tokens would ever send.</summary>
    public const int MaxPerMinute = 3000;

    /// <summary>What a row takes beside its body: its header, columns and index entries, rounded up.</summary>
    private const int RowBytes = 512;

    /// <summary>Sources counted in one minute; a flood from more than these is held by the budget alone.</summary>
    private const int MaxSources = 10_000;

    /// <summary>Sources named in the database in one hour and process; the others are one line together.</summary>
    private const int MaxNamed = 100;

    private static readonly TimeSpan PollInterval = TimeSpan.FromSeconds(5);

    private readonly Lock gate = new();
    private ConcurrentDictionary<string, int> minute = new();
    private long minuteBegan;
    private Dictionary<string, SourceUsage> unwritten = [];
    private readonly HashSet<string> named = new(StringComparer.Ordinal);
    private DateTimeOffset namedSince;
    private long storedOfDay;
    private long storedHere;
    private long refusedSinceLog;

    private sealed class SourceUsage
    {
        public long Stored { get; set; }
        public long Bytes { get; set; }
        public long Refused { get; set; }
    }

    /// <summary>Counts a request of a source; when it had its share of this minute already, how long until the next.</summary>
    public TimeSpan? Refuses(IPAddress? source)
    {
        if (networks.IsSafaricoms(source))
        {
            return null;
        }

        var left = TurnMinute();
        var key = SourceKey.Of(source);
        var counted = minute;
        if (!counted.ContainsKey(key) && counted.Count >= MaxSources)
        {
            return null;
        }

        if (counted.AddOrUpdate(key, 1, (_, seen) => seen + 1) <= MaxPerMinute)
        {
            return null;
        }

        Count(key, tally => tally.Refused++);
        return left;
    }

    /// <summary>Takes room for a body out of the day's budget; false when it is used up.</summary>
    public bool TryTake(IPAddress? source, int bodyBytes)
    {
        if (networks.IsSafaricoms(source))
        {
            return true;
        }

        var bytes = bodyBytes + RowBytes;
        lock (gate)
        {
            if (storedOfDay + storedHere + bytes > options.Value.UntrustedBytesPerDay)
            {
                Tallied(SourceKey.Of(source)).Refused++;
                refusedSinceLog++;
                return false;
            }

            storedHere += bytes;
            var tally = Tallied(SourceKey.Of(source));
            tally.Stored++;
            tally.Bytes += bytes;
            return true;
        }
    }

    /// <summary>Begins a new minute when the last is over; answers what is left of it.</summary>
    private TimeSpan TurnMinute()
    {
        var whole = TimeSpan.FromMinutes(1);
        lock (gate)
        {
            var gone = clock.GetElapsedTime(minuteBegan);
            if (minuteBegan == 0 || gone >= whole)
            {
                minuteBegan = clock.GetTimestamp();
                minute = new();
                return whole;
            }

            return whole - gone;
        }
    }

    private void Count(string source, Action<SourceUsage> count)
    {
        lock (gate)
        {
            count(Tallied(source));
            refusedSinceLog++;
        }
    }

    private SourceUsage Tallied(string source)
    {
        var now = clock.GetUtcNow();
        if (now - namedSince > TimeSpan.FromHours(1))
        {
            named.Clear();
            namedSince = now;
        }

        var key = named.Count < MaxNamed || named.Contains(source) ? source : "";
        named.Add(key);
        return unwritten.TryGetValue(key, out var tally) ? tally : unwritten[key] = new();
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await state.Ready.WaitAsync(stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

        for (var round = 0L; !stoppingToken.IsCancellationRequested; round++)
        {
            if (round % 12 == 0)
            {
                // Known before the first confirmation comes: none of its requests is then taken for a stranger's while the database is away.
                registrations.Preload();
            }

            try
            {
                // What leaves the day's window is noticed every minute; with nothing to write that is all there is to do.
                await Write(reads: round % 12 == 0, stoppingToken);
            }
            catch (Exception failure) when (!stoppingToken.IsCancellationRequested)
            {
                LogNotWritten(failure.Message);
            }

            if (round % 12 == 0)
            {
                LogRefusals();
            }

            await Task.Delay(PollInterval, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Writes what was counted and reads the day's sum; what cannot be written is counted on.</summary>
    internal async Task Write(bool reads, CancellationToken cancellation)
    {
        using var purpose = Connections.For(Purpose.Watch);
        Dictionary<string, SourceUsage> taken;
        long bytes;
        lock (gate)
        {
            if (unwritten.Count == 0 && !reads)
            {
                return;
            }

            (taken, unwritten) = (unwritten, []);
            bytes = taken.Values.Sum(tally => tally.Bytes);
        }

        try
        {
            var rows = taken.OrderBy(entry => entry.Key, StringComparer.Ordinal).ToList();
            await using var connection = await database.OpenConnectionAsync(cancellation);
            await connection.ExecuteAsync(
                """
                INSERT INTO untrusted_intake AS u (hour, source, stored, bytes, refused)
                SELECT date_trunc('hour', now()), source, stored, bytes, refused
                FROM unnest(@sources, @stored, @bytes, @refused) AS t (source, stored, bytes, refused)
                ORDER BY source
                ON CONFLICT (hour, source) DO UPDATE SET
                    stored = u.stored + excluded.stored, bytes = u.bytes + excluded.bytes, refused = u.refused + excluded.refused
                """,
                new
                {
                    sources = rows.ConvertAll(row => row.Key).ToArray(),
                    stored = rows.ConvertAll(row => row.Value.Stored).ToArray(),
                    bytes = rows.ConvertAll(row => row.Value.Bytes).ToArray(),
                    refused = rows.ConvertAll(row => row.Value.Refused).ToArray(),
                });
            var sum = await connection.QuerySingleAsync<long>(
                "SELECT coalesce(sum(bytes), 0)::bigint FROM untrusted_intake WHERE hour > now() - interval '1 day'");
            lock (gate)
            {
                storedOfDay = sum;
                storedHere -= bytes;
            }
        }
        catch
        {
            lock (gate)
            {
                foreach (var (source, tally) in taken)
                {
                    var again = unwritten.TryGetValue(source, out var there) ? there : unwritten[source] = new();
                    again.Stored += tally.Stored;
                    again.Bytes += tally.Bytes;
                    again.Refused += tally.Refused;
                }
            }

            throw;
        }
    }

    private void LogRefusals()
    {
        long refused;
        lock (gate)
        {
            (refused, refusedSinceLog) = (refusedSinceLog, 0);
        }

        if (refused > 0)
        {
            var (source, requests) = minute.OrderByDescending(entry => entry.Value).Select(entry => (entry.Key, entry.Value)).FirstOrDefault(("unknown", 0));
            LogRefused(refused, source, requests);
        }
    }

    [LoggerMessage(EventName = "untrusted_refused", Level = LogLevel.Warning,
        Message = "{Count} callbacks without a valid token were refused since the last minute; the busiest source is {Source} with {Requests} in this one")]
    private partial void LogRefused(long count, string source, int requests);

    [LoggerMessage(EventName = "untrusted_not_written", Level = LogLevel.Debug, Message = "The count of untrusted callbacks is not written yet: {Why}")]
    private partial void LogNotWritten(string why);
}
