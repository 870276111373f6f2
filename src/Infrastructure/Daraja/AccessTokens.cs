using Microsoft.Extensions.Logging;
using Npgsql;
using NpgsqlTypes;
using Payments.Infrastructure.Database;
using Payments.Infrastructure.Reconciliation;

namespace Payments.Infrastructure.Daraja;

/// <summary>
/// One access token per Daraja app, shared by every replica through the database, because a new token ends the life of the last one
/// (docs/protocol/oauth.md). Fetched by one process at a time; no transaction is open while it asks Safaricom.
/// </summary>
/// <remarks>Nothing is kept in memory: one indexed read beside a call over the Internet costs nothing, and a cache would hand out dead tokens.</remarks>
internal sealed class AccessTokens(Connections database, DarajaHttp http, TimeProvider clock, ILogger<AccessTokens> log)
{
    /// <summary>Longer than an answer can take (<see cref="FetchLimit"/>), so that no two ask at once; short, for a killed process keeps it.</summary>
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(20);

    /// <summary>All tries together.</summary>
    private static readonly TimeSpan FetchLimit = TimeSpan.FromSeconds(15);

    /// <summary>How long others wait for the one who asks: a customer waits behind them.</summary>
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(50);

    /// <summary>False for a token that seems to be of the future: the clock was set back since, and nobody knows how old it is.</summary>
    private const string WasFetched = $"fetched_at <= now() + {ClockStep.Slack}";

    /// <summary>What Safaricom grants; used when an answer does not say.</summary>
    private const int UsualSeconds = 3599;

    /// <summary>A token for the app, refreshed before it ends.</summary>
    public Task<AccessToken> Get(DarajaApp app, CancellationToken cancellation) => Obtain(app, refused: null, cancellation);

    /// <summary>Another token than the one Safaricom refused: the stored one if somebody replaced it already, else a new one.</summary>
    public Task<AccessToken> Replace(DarajaApp app, string refused, CancellationToken cancellation) => Obtain(app, refused, cancellation);

    /// <summary>
    /// Puts down that a good token of ours was refused and another one taken: somebody else minted one. Nobody's payment depends on this
    /// note, so it fails in silence.
    /// </summary>
    public async Task RecordSuperseded(DarajaApp app)
    {
        try
        {
            // Once for each token, however many requests met its end.
            await using var command = database.CreateCommand(
                """
                UPDATE access_tokens SET refused_at = now(), refusals = refusals + 1
                WHERE app = $1 AND (refused_at IS NULL OR refused_at < fetched_at)
                """);
            command.Parameters.Add(new() { Value = app.TokenKey });
            await command.ExecuteNonQueryAsync(CancellationToken.None);
            log.LogWarning(DarajaEvents.TokenStolen, "A good access token of {App} was refused and a new one taken: somebody else mints tokens for this app", app);
        }
        catch (NpgsqlException)
        {
            // The doctor says less.
        }
    }

    private async Task<AccessToken> Obtain(DarajaApp app, string? refused, CancellationToken cancellation)
    {
        var started = clock.GetTimestamp();
        while (true)
        {
            try
            {
                var stored = await Read(app, cancellation);
                var good = stored is { IsAlive: true } && stored.Token != refused;
                if (good && stored!.IsFresh)
                {
                    return AccessToken.Of(stored.Token) with { WasGood = true };
                }

                if (await TakeLease(app, stored?.Token, cancellation) is { } lease)
                {
                    var fetched = await Fetch(app, lease, cancellation);

                    // A token with minutes left outlives an OAuth that is down for a while.
                    return fetched.Value is null && good ? AccessToken.Of(stored!.Token) : fetched;
                }

                if (good)
                {
                    return AccessToken.Of(stored!.Token);
                }
            }
            catch (NpgsqlException)
            {
                return AccessToken.Failed("the database that keeps the access token is away");
            }

            if (clock.GetElapsedTime(started) > Timeout)
            {
                return AccessToken.Failed("another process has been asking for an access token for too long");
            }

            await Task.Delay(PollInterval, clock, cancellation);
        }
    }

    /// <summary>Fresh until five minutes before its end (a quarter of its life, if that is less): early enough for an outage to pass.</summary>
    private async Task<Stored?> Read(DarajaApp app, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(
            $"""
            SELECT token, expires_at > now() AND {WasFetched}, expires_at - least(interval '5 minutes', (expires_at - fetched_at) / 4) > now() AND {WasFetched}
            FROM access_tokens
            WHERE app = $1 AND token IS NOT NULL AND expires_at IS NOT NULL AND fetched_at IS NOT NULL
            """);
        command.Parameters.Add(new() { Value = app.TokenKey });
        await using var row = await command.ExecuteReaderAsync(cancellation);
        return await row.ReadAsync(cancellation) ? new Stored(row.GetString(0), row.GetBoolean(1), row.GetBoolean(2)) : null;
    }

    /// <summary>The right to ask, if nobody has it and the token is still the one that was found wanting.</summary>
    private async Task<Guid?> TakeLease(DarajaApp app, string? seen, CancellationToken cancellation)
    {
        var lease = Guid.NewGuid();
        await using var command = database.CreateCommand(
            $"""
            INSERT INTO access_tokens AS t (app, lease, leased_until)
            VALUES ($1, $2, now() + $3)
            ON CONFLICT (app) DO UPDATE SET lease = excluded.lease, leased_until = excluded.leased_until
            WHERE (t.leased_until IS NULL OR t.leased_until < now() OR t.leased_until > now() + $3 + {ClockStep.Slack}) AND t.token IS NOT DISTINCT FROM $4
            """);
        command.Parameters.Add(new() { Value = app.TokenKey });
        command.Parameters.Add(new() { Value = lease });
        command.Parameters.Add(new() { Value = Lease });
        command.Parameters.Add(new() { Value = (object?)seen ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text });
        var taken = await command.ExecuteNonQueryAsync(cancellation);
        return taken == 1 ? lease : null;
    }

    private async Task<AccessToken> Fetch(DarajaApp app, Guid lease, CancellationToken cancellation)
    {
        using var limit = new CancellationTokenSource(FetchLimit, clock);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellation);
        var token = AccessToken.Failed("Safaricom did not answer in time");
        var seconds = 0;
        try
        {
            (token, seconds) = ReadAnswer(await http.Authorise(app, both.Token));
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            // Waiting between two tries when the time was up.
        }
        finally
        {
            // Not cancelled with the caller: a token that was fetched and not stored is a token lost for everybody.
            await Store(app, lease, token, seconds);
        }

        return token;
    }

    /// <summary>Ends the lease. Whoever lost it stores nothing: the next one asked later, and only the later token lives.</summary>
    private async Task Store(DarajaApp app, Guid lease, AccessToken token, int seconds)
    {
        await using var command = database.CreateCommand(token.Value is null
            ? "UPDATE access_tokens SET lease = NULL, leased_until = NULL WHERE app = $1 AND lease = $2"
            : """
              UPDATE access_tokens SET token = $3, expires_at = now() + $4, fetched_at = now(), lease = NULL, leased_until = NULL
              WHERE app = $1 AND lease = $2
              """);
        command.Parameters.Add(new() { Value = app.TokenKey });
        command.Parameters.Add(new() { Value = lease });
        if (token.Value is null)
        {
            log.LogError(DarajaEvents.TokenFailed, "No access token for {App}: {Why}", app, token.Problem);
        }
        else
        {
            command.Parameters.Add(new() { Value = token.Value });
            command.Parameters.Add(new() { Value = TimeSpan.FromSeconds(seconds) });
            log.LogInformation(DarajaEvents.TokenFetched, "A new access token for {App}, good for {Seconds} s", app, seconds);
        }

        await command.ExecuteNonQueryAsync(CancellationToken.None);
    }

    private static (AccessToken Token, int Seconds) ReadAnswer(DarajaResponse exchange)
    {
        switch (exchange)
        {
            case DarajaResponse.NotSent notSent:
                return (AccessToken.Failed(notSent.Why, notSent.PausedFor), 0);
            case DarajaResponse.NoResponse lost:
                return (AccessToken.Failed(lost.Why), 0);
        }

        var answer = (DarajaResponse.Received)exchange;
        if (answer.Status == 200 && answer.Json.Get("access_token"u8).AccessToken() is { } token)
        {
            // A number here, a string there (docs/protocol/oauth.md).
            var seconds = answer.Json.Get("expires_in"u8).Number() is { } given && given is >= 1 and <= 86_400 ? (int)given : UsualSeconds;
            return (AccessToken.Of(token), seconds);
        }

        if (answer.Status == 200 && answer.Json.Get("access_token"u8).ValueKind == System.Text.Json.JsonValueKind.String)
        {
            return (AccessToken.Failed("Safaricom gave an access token that cannot be sent: it is empty, too long for a header, or has characters none takes"), 0);
        }

        return (AccessToken.Failed(answer.Status is 400 or 401
            ? $"Safaricom refused our consumer key and secret ({answer.Shape})" : $"Safaricom gave no access token ({answer.Shape})"), 0);
    }

    private sealed record Stored(string Token, bool IsAlive, bool IsFresh);
}

/// <summary>A token, or why there is none; what is printed never holds the token.</summary>
/// <param name="PausedFor">How long the breaker lets nobody ask; null when it is not the breaker.</param>
internal readonly record struct AccessToken(string? Value, string? Problem, TimeSpan? PausedFor)
{
    /// <summary>True when it was there already and had minutes left: whoever has it refused was not too late.</summary>
    public bool WasGood { get; init; }

    public static AccessToken Of(string token) => new(token, null, null);

    public static AccessToken Failed(string why, TimeSpan? pausedFor = null) => new(null, why, pausedFor);

    public override string ToString() => Problem ?? "an access token";
}
