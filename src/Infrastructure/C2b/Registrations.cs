using Dapper;
using Npgsql;
using Payments.Application.C2b;
using Payments.Application.Common;
using Payments.Domain.Common;
using Payments.Infrastructure.Reconciliation;

namespace Payments.Infrastructure.C2b;

/// <summary>
/// The registrations of the repository: for each shortcode the one in force, the one that is to take its place, and those whose place was
/// taken. A token is never written again, and one that was replaced never comes back.
/// </summary>
internal sealed partial class C2bPaymentRepository
{
    private const string RegistrationColumns =
        "id, shortcode, token, state, version, response_type, confirmation_url, validation_url, detail, registered_at";

    private const string AllRegistrations =
        $"""
        SELECT {RegistrationColumns}, false AS is_next, NULL::timestamptz AS replaced_at FROM c2b_registrations
        UNION ALL
        SELECT {RegistrationColumns}, replaced_at IS NULL, replaced_at FROM c2b_other_registrations
        """;

    public async Task<IReadOnlyList<Registration>> Registrations(CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        var rows = await connection.QueryAsync<RegistrationRow>(new CommandDefinition(AllRegistrations, cancellationToken: cancellation));
        return [.. rows.Select(row => row.ToRegistration()).OrderBy(r => r.ReplacedAt is not null).ThenBy(r => r.IsNext)];
    }

    public async Task<Registration?> Find(RegistrationId id, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        var rows = await connection.QueryAsync<RegistrationRow>($"SELECT * FROM ({AllRegistrations}) r WHERE id = @id", new { id });
        return rows.SingleOrDefault()?.ToRegistration();
    }

    public async Task<(Registration Now, Registration? Before)?> Begin(string shortcode, string version, string responseType, bool renews)
    {
        await using var connection = await database.OpenConnectionAsync();
        var token = RegistrationToken.Draw();
        var added = await connection.ExecuteAsync(
            """
            INSERT INTO c2b_registrations (id, shortcode, token, state, version, response_type, confirmation_url, validation_url, asked_until)
            VALUES (@id, @shortcode, @token, 'calling', @version, @responseType, @confirmation, @validation, now() + interval '1 minute')
            ON CONFLICT (shortcode) DO NOTHING
            """,
            Addresses(token, shortcode, version, responseType));

        // Twice the time a call to Safaricom may take. A process of an older version puts down only when it began.
        var row = await connection.QuerySingleAsync<RegistrationRow>(
            $"""
            SELECT {RegistrationColumns},
                coalesce(asked_until > now(), state = 'calling' AND asked_at > now() - interval '1 minute')
                    AND asked_at <= now() + {ClockStep.Slack} AS is_being_asked
            FROM c2b_registrations WHERE shortcode = @shortcode FOR UPDATE
            """,
            new { shortcode });
        var before = row.ToRegistration();
        if (added == 1)
        {
            return (before, null);
        }

        if (row.IsBeingAsked)
        {
            return null;
        }

        if (await BeginNext(connection, before, version, responseType, renews) is { } next)
        {
            return next;
        }

        // What Safaricom has stays on record until it says otherwise; only a row that holds nothing yet is put down as being asked for.
        var wanted = Asked(before, version, responseType) with
        {
            State = before.State == RegistrationState.Registered ? RegistrationState.Registered : RegistrationState.Calling,
        };
        await connection.ExecuteAsync(
            "UPDATE c2b_registrations SET state = @state, asked_at = now(), asked_until = now() + interval '1 minute' WHERE id = @Id",
            new { wanted.Id, state = EnumNames.Name(wanted.State) });
        return (wanted, before);
    }

    /// <summary>The token to come, drawn now if it is asked for and there is none; null when nobody has asked for one.</summary>
    private async Task<(Registration Now, Registration? Before)?> BeginNext(
        NpgsqlConnection connection, Registration current, string version, string responseType, bool renews)
    {
        var added = !renews ? 0 : await connection.ExecuteAsync(
            """
            INSERT INTO c2b_other_registrations (id, shortcode, token, state, version, response_type, confirmation_url, validation_url)
            VALUES (@id, @shortcode, @token, 'calling', @version, @responseType, @confirmation, @validation)
            ON CONFLICT (shortcode) WHERE replaced_at IS NULL DO NOTHING
            """,
            Addresses(RegistrationToken.Draw(), current.Shortcode, version, responseType));
        var rows = await connection.QueryAsync<RegistrationRow>(
            $"SELECT {RegistrationColumns}, true AS is_next FROM c2b_other_registrations WHERE shortcode = @Shortcode AND replaced_at IS NULL", new { current.Shortcode });
        if (rows.SingleOrDefault()?.ToRegistration() is not { } before)
        {
            return null;
        }

        // The lock of the one in force guards both.
        await connection.ExecuteAsync(
            """
            UPDATE c2b_registrations SET asked_until = now() + interval '1 minute' WHERE id = @current;
            UPDATE c2b_other_registrations SET state = 'calling' WHERE id = @next;
            """,
            new { current = current.Id, next = before.Id });
        return (Asked(before, version, responseType) with { State = RegistrationState.Calling }, added == 1 ? null : before);
    }

    public async Task Conclude(Registration outcome)
    {
        await using var connection = await database.OpenConnectionAsync();
        if (outcome is { IsNext: true, State: RegistrationState.Registered })
        {
            await TakePlace(connection, outcome);
            return;
        }

        // The token names the row: it is never written again.
        await connection.ExecuteAsync(
            $"""
            UPDATE {(outcome.IsNext ? "c2b_other_registrations" : "c2b_registrations")}
            SET state = @state, version = @Version, response_type = @ResponseType, confirmation_url = @ConfirmationUrl,
                validation_url = @ValidationUrl, detail = @detail, registered_at = coalesce(@RegisteredAt, registered_at)
            WHERE id = @Id AND token = @Token {(outcome.IsNext ? "AND replaced_at IS NULL" : "")};
            UPDATE c2b_registrations SET asked_until = NULL WHERE shortcode = @Shortcode;
            """,
            Written(outcome));
    }

    /// <summary>
    /// The next becomes the one in force, and that one is replaced from this moment: one commit, so that there is no time with neither and none
    /// with an old one that still counts. Told twice, the second finds no next and changes nothing.
    /// </summary>
    private static async Task TakePlace(NpgsqlConnection connection, Registration next) => await connection.ExecuteAsync(
        $"""
        WITH next AS (DELETE FROM c2b_other_registrations WHERE id = @Id AND replaced_at IS NULL RETURNING id),
             old AS (
                INSERT INTO c2b_other_registrations (
                    id, shortcode, token, state, version, response_type, confirmation_url, validation_url, registered_at, replaced_at)
                SELECT r.id, r.shortcode, r.token, 'replaced', r.version, r.response_type, r.confirmation_url, r.validation_url, r.registered_at, now()
                FROM c2b_registrations r, next WHERE r.shortcode = @Shortcode)
        UPDATE c2b_registrations r
        SET id = @Id, token = @Token, state = @state, version = @Version, response_type = @ResponseType, confirmation_url = @ConfirmationUrl,
            validation_url = @ValidationUrl, detail = @detail, registered_at = @RegisteredAt
        FROM next WHERE r.shortcode = @Shortcode;
        UPDATE c2b_registrations SET asked_until = NULL WHERE shortcode = @Shortcode;
        """,
        Written(next));

    private object Addresses(string token, string shortcode, string version, string responseType) => new
    {
        id = NewId.Next(),
        shortcode,
        token,
        version,
        responseType,
        confirmation = urls.ForRegistration(token).Confirmation,
        validation = urls.ForRegistration(token).Validation,
    };

    /// <summary>As it is asked for now: the same token under the address of the moment.</summary>
    private Registration Asked(Registration before, string version, string responseType) => before with
    {
        Version = version,
        ResponseType = responseType,
        ConfirmationUrl = urls.ForRegistration(before.Token).Confirmation,
        ValidationUrl = urls.ForRegistration(before.Token).Validation,
    };

    private static object Written(Registration outcome) => new
    {
        outcome.Id,
        outcome.Shortcode,
        outcome.Token,
        state = EnumNames.Name(outcome.State),
        outcome.Version,
        outcome.ResponseType,
        outcome.ConfirmationUrl,
        outcome.ValidationUrl,
        detail = DbText.Clip(outcome.Detail, DbText.MaxText),
        outcome.RegisteredAt,
    };

    private sealed record RegistrationRow
    {
        public RegistrationId Id { get; init; }
        public string Shortcode { get; init; } = "";
        public string Token { get; init; } = "";
        public string State { get; init; } = "";
        public string Version { get; init; } = "";
        public string ResponseType { get; init; } = "";
        public string ConfirmationUrl { get; init; } = "";
        public string ValidationUrl { get; init; } = "";
        public string? Detail { get; init; }
        public DateTimeOffset? RegisteredAt { get; init; }
        public bool IsBeingAsked { get; init; }
        public bool IsNext { get; init; }
        public DateTimeOffset? ReplacedAt { get; init; }

        public Registration ToRegistration() => new(
            Id, Shortcode, Token, EnumNames.Read<RegistrationState>(State), Version, ResponseType, ConfirmationUrl, ValidationUrl, Detail, RegisteredAt)
        {
            IsNext = IsNext,
            ReplacedAt = ReplacedAt,
        };
    }
}
