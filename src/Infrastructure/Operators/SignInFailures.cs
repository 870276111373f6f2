using Dapper;

namespace Payments.Infrastructure;

/// <summary>Counts failed sign-ins in the database: all API processes lock the same door.</summary>
public sealed class SignInFailures(Connections database)
{
    /// <summary>Somebody who forgot needs fewer tries; somebody who guesses gets 20 an hour from one address.</summary>
    private const int MostFromOneAddress = 5;

    /// <summary>From everywhere together: enough that a stranger does not lock an operator out by five tries of his own.</summary>
    private const int MostAltogether = 50;

    private static readonly TimeSpan Lock = TimeSpan.FromMinutes(15);

    /// <summary>True while this name may not try, from here or from anywhere.</summary>
    public async Task<bool> IsLocked(string name, string address)
    {
        await using var connection = await database.OpenConnectionAsync();
        return await connection.QuerySingleAsync<bool>(
            "SELECT EXISTS (SELECT FROM sign_in_failures WHERE subject = ANY (@subjects) AND locked_until > now())", new { subjects = Subjects(name, address) });
    }

    /// <summary>Counts a failure; failures a quarter of an hour apart do not add up.</summary>
    public async Task Failed(string name, string address)
    {
        await using var connection = await database.OpenConnectionAsync();
        await connection.ExecuteAsync(
            """
            DELETE FROM sign_in_failures WHERE last_at < now() - interval '1 day';
            INSERT INTO sign_in_failures AS f (subject, failures, last_at)
            SELECT subject, 1, now() FROM unnest(@subjects) AS subject ORDER BY subject
            ON CONFLICT (subject) DO UPDATE SET
                failures = CASE WHEN f.last_at < now() - @Lock THEN 1 ELSE f.failures + 1 END,
                last_at = now(),
                locked_until = CASE
                    WHEN f.last_at >= now() - @Lock AND f.failures + 1 >= CASE WHEN f.subject = @name THEN @MostAltogether ELSE @MostFromOneAddress END
                    THEN now() + @Lock END;
            """,
            new { subjects = Subjects(name, address), name = Subjects(name, address)[0], Lock, MostAltogether, MostFromOneAddress });
    }

    /// <summary>A success from an address forgets that address's failures.</summary>
    public async Task Succeeded(string name, string address)
    {
        await using var connection = await database.OpenConnectionAsync();
        await connection.ExecuteAsync("DELETE FROM sign_in_failures WHERE subject = @subject", new { subject = Subjects(name, address)[1] });
    }

    // Length first, so that no name can spell another's pair with an address.
    private static string[] Subjects(string name, string address)
    {
        var cut = name.Replace("\0", "", StringComparison.Ordinal);
        cut = cut.Length > 100 ? cut[..100] : cut;
        return [$"{cut.Length} {cut}", $"{cut.Length} {cut} from {address}"];
    }
}
