using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Logging;
using Payments.Application.C2b;
using Payments.Application.Intake;
using Payments.Infrastructure.Database;

namespace Payments.Infrastructure.C2b;

/// <summary>
/// Registration tokens on the request path: known ones are in memory, so no request waits for the database because of them. A token that
/// is not there may be one another process registered a moment ago, or the database was away since the start: it is looked up, and where
/// that cannot be done the callback is stored with the token's SHA-256 and the drain decides (decision 0020). Whoever sends misses, and
/// however many, the database is asked once in two seconds, and so many requests wait for it. The form of a token proves nothing: until it
/// was found, whoever sent it is a stranger (decision 0045).
/// </summary>
public sealed partial class RegistrationTokenCache(IC2bPayments paybill, TimeProvider clock, ILogger<RegistrationTokenCache> log) : IRegistrationTokens
{
    /// <summary>Anybody can send tokens: however many come, the database is asked this often.</summary>
    private static readonly TimeSpan MinBetween = TimeSpan.FromSeconds(2);

    /// <summary>Requests that may wait for a reading at once: a wait holds a connection and no body, and the next in line is a stranger at once.</summary>
    private const int MaxWaiting = 256;

    /// <summary>How old a reading may be for a token that is not in it to be nobody's: the wait between two readings, twice.</summary>
    private static readonly TimeSpan Fresh = 2 * MinBetween;

    private volatile IReadOnlyList<(Registration Registration, byte[] Token)> known = [];
    private readonly Lock gate = new();
    private Task refreshing = Task.CompletedTask;
    private long? refreshed;
    private long? readFrom;
    private int waiting;

    public bool IsStale
    {
        get
        {
            lock (gate)
            {
                return readFrom is not { } at || clock.GetElapsedTime(at) > Fresh;
            }
        }
    }

    /// <summary>Reads the registrations before anybody asks for one.</summary>
    public void Preload() => _ = Refresh();

    public Registration? Find(string? token)
    {
        if (!RegistrationToken.IsWellFormed(token))
        {
            return null;
        }

        var found = Query(token!);
        if (found is null)
        {
            _ = Refresh();
        }

        return found;
    }

    public async ValueTask<Registration?> Find(string? token, CancellationToken patience)
    {
        if (Find(token) is { } found)
        {
            return found;
        }

        if (!RegistrationToken.IsWellFormed(token) || !IsStale)
        {
            return null;
        }

        try
        {
            if (Interlocked.Increment(ref waiting) <= MaxWaiting)
            {
                await Refresh().WaitAsync(patience).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
        finally
        {
            Interlocked.Decrement(ref waiting);
        }

        return Query(token!);
    }

    public Task Reload()
    {
        lock (gate)
        {
            refreshed = clock.GetTimestamp();
            return refreshing = After(refreshing);
        }

        async Task After(Task before)
        {
            await before.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await Read();
        }
    }

    private Registration? Query(string token)
    {
        var given = Encoding.ASCII.GetBytes(token);
        Registration? found = null;

        // All are compared, in constant time: how long it takes says nothing.
        foreach (var (registration, bytes) in known)
        {
            found = CryptographicOperations.FixedTimeEquals(bytes, given) ? registration : found;
        }

        return found;
    }

    private Task Refresh()
    {
        lock (gate)
        {
            if (refreshing.IsCompleted && (refreshed is not { } at || clock.GetElapsedTime(at) >= MinBetween))
            {
                refreshed = clock.GetTimestamp();
                refreshing = Task.Run(Read);
            }

            return refreshing;
        }
    }

    private async Task Read()
    {
        try
        {
            using var purpose = Connections.For(Purpose.Watch);
            var began = clock.GetTimestamp();
            var rows = await paybill.Registrations(CancellationToken.None);
            known = [.. rows.Where(r => r.ReplacedAt is null).Select(r => (r, Encoding.ASCII.GetBytes(r.Token)))];
            lock (gate)
            {
                readFrom = began;
            }
        }
        catch (Exception failure)
        {
            LogNotRead(failure.GetType().Name);
        }
    }

    [LoggerMessage(EventName = "registrations_not_read", Level = LogLevel.Warning, Message = "C2B registrations could not be read ({Why}); the drain checks their tokens")]
    private partial void LogNotRead(string why);
}
