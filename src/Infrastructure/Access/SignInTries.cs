using Dapper;
using Npgsql;
using Payments.Application.Access;
using Payments.Infrastructure.Database;
using Payments.Infrastructure.Reconciliation;

namespace Payments.Infrastructure.Access;

/// <summary>
/// How often somebody may try a name, counted in the database before a password is looked at: twenty tries at once, or over several
/// processes, are twenty tries. Who fails is held up where he is, never the operator elsewhere: no stranger can lock a name.
/// </summary>
/// <remarks>
/// Each place (a source, or a device that signed in before) has five tries in a quarter of an hour. Over all strangers' places a name has
/// fifty, and after those one every ten seconds until a quarter of an hour was quiet: what a botnet may guess, about 9,000 a day. Known
/// devices are not part of that, so that an operator gets in from his own while others hammer on his name.
/// </remarks>
public sealed class SignInTries(Connections database) : ISignInTries
{
    /// <summary>Somebody who forgot needs fewer; somebody who guesses gets 20 an hour from one place.</summary>
    private const int MaxFromOnePlace = 5;

    /// <summary>From all places of strangers together before they are slowed down.</summary>
    private const int MaxOfStrangers = 50;

    /// <summary>Tried before PostgreSQL's clock was set back: nobody knows how long ago, and it locks nobody out for as much longer.</summary>
    private const string IsAhead = $"f.last_at > now() + {ClockStep.Slack}";

    private const string IsRecent = $"(f.last_at >= now() - @Lock AND NOT {IsAhead})";

    private static readonly TimeSpan Lock = TimeSpan.FromMinutes(15);

    private static readonly TimeSpan Slowed = TimeSpan.FromSeconds(10);

    public async Task<TimeSpan?> Take(string name, string source, string? device)
    {
        await using var connection = await database.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        if (await TakeAt(connection, Place(name, source, device)) is { } wait)
        {
            return wait;
        }

        if (device is null && !await TakeOfName(connection, Whole(name)))
        {
            // Rolled back: it was not looked at, so it costs him no try of his own.
            return Slowed;
        }

        await transaction.CommitAsync();
        return null;
    }

    public async Task Succeeded(string name, string source, string? device)
    {
        await using var connection = await database.OpenConnectionAsync();
        await connection.ExecuteAsync(
            """
            DELETE FROM sign_in_failures WHERE subject = @place OR (subject = @whole AND failures = 1);
            UPDATE sign_in_failures SET failures = failures - 1 WHERE subject = @whole AND failures > 1;
            """,
            new { place = Place(name, source, device), whole = device is null ? Whole(name) : "" });
    }

    /// <summary>The last try of a place locks it before it is known to fail: those that come at the same time find it locked.</summary>
    private static async Task<TimeSpan?> TakeAt(NpgsqlConnection connection, string place)
    {
        var counted = await connection.ExecuteAsync(
            $"""
            INSERT INTO sign_in_failures AS f (subject, failures, last_at) VALUES (@place, 1, now())
            ON CONFLICT (subject) DO UPDATE SET
                failures = CASE WHEN {IsRecent} THEN f.failures + 1 ELSE 1 END,
                last_at = now(),
                locked_until = CASE WHEN {IsRecent} AND f.failures + 1 >= @MaxFromOnePlace THEN now() + @Lock END
            WHERE f.locked_until IS NULL OR f.locked_until <= now() OR {IsAhead}
            """,
            new { place, Lock, MaxFromOnePlace });
        return counted == 1 ? null
            : await connection.QuerySingleOrDefaultAsync<TimeSpan?>("SELECT locked_until - now() FROM sign_in_failures WHERE subject = @place", new { place }) ?? Slowed;
    }

    private static async Task<bool> TakeOfName(NpgsqlConnection connection, string name) => await connection.ExecuteAsync(
        $"""
        INSERT INTO sign_in_failures AS f (subject, failures, last_at) VALUES (@name, 1, now())
        ON CONFLICT (subject) DO UPDATE SET failures = CASE WHEN {IsRecent} THEN f.failures + 1 ELSE 1 END, last_at = now()
        WHERE f.failures < @MaxOfStrangers OR f.last_at < now() - @Slowed OR {IsAhead}
        """,
        new { name, Lock, MaxOfStrangers, Slowed }) == 1;

    private static string Place(string name, string source, string? device) => Whole(name) + (device is null ? " from " + source : " on " + device);

    // Length first, so that no name can spell another's pair with a place.
    private static string Whole(string name)
    {
        var cut = name.Replace("\0", "", StringComparison.Ordinal);
        cut = cut.Length > 100 ? cut[..100] : cut;
        return $"{cut.Length} {cut}";
    }
}
