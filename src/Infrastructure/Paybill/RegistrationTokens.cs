using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Logging;
using Payments.Application;

namespace Payments.Infrastructure;

/// <summary>
/// Registration tokens on the request path: known ones are in memory, so no request waits for the database because of them. A token that
/// is not there may be one another process registered a moment ago, or the database was away since the start: the callback is stored with
/// the token's SHA-256 and the drain decides (decision 0020). Misses refresh the memory, at most every few seconds, whoever sends them.
/// </summary>
public sealed partial class RegistrationTokens(IPaybill paybill, TimeProvider clock, ILogger<RegistrationTokens> log)
{
    /// <summary>Anybody can send tokens: however many come, the database is asked this often.</summary>
    private static readonly TimeSpan LeastBetween = TimeSpan.FromSeconds(2);

    /// <summary>How old a reading may be for a token that is not in it to be nobody's: the wait between two readings, twice.</summary>
    private static readonly TimeSpan Fresh = 2 * LeastBetween;

    private volatile IReadOnlyList<(Registration Registration, byte[] Token)> known = [];
    private readonly Lock gate = new();
    private Task refreshing = Task.CompletedTask;
    private long? refreshed;
    private long? readFrom;

    /// <summary>
    /// True while a token that <see cref="Find(string?)"/> does not know may still be one of ours: the registrations were not read just now. One is
    /// committed before Safaricom hears of it, so no confirmation overtakes the next reading.
    /// </summary>
    public bool MayMiss
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
    public void Warm() => _ = Refresh();

    /// <summary>The registration of a token, from memory; null when it is not there. A miss lets the memory be refreshed, and does not wait.</summary>
    public Registration? Find(string? token)
    {
        if (!RegistrationToken.IsWellFormed(token))
        {
            return null;
        }

        var found = Look(token!);
        if (found is null)
        {
            _ = Refresh();
        }

        return found;
    }

    /// <summary>The same, waiting for a refresh until <paramref name="patience"/> ends; null then.</summary>
    public async Task<Registration?> Find(string? token, CancellationToken patience)
    {
        if (Find(token) is { } found)
        {
            return found;
        }

        if (!RegistrationToken.IsWellFormed(token))
        {
            return null;
        }

        await Refresh().WaitAsync(patience).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return Look(token!);
    }

    /// <summary>
    /// Reads again after what is being read now: somebody registered here. Other processes do within seconds, when they meet the token.
    /// </summary>
    public Task ReadAgain()
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

    private Registration? Look(string token)
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
            if (refreshing.IsCompleted && (refreshed is not { } at || clock.GetElapsedTime(at) >= LeastBetween))
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
            known = [.. rows.Select(r => (r, Encoding.ASCII.GetBytes(r.Token)))];
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
