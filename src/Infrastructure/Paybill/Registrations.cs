using Dapper;
using Payments.Application;
using Payments.Domain;

namespace Payments.Infrastructure;

/// <summary>The registrations of the repository: one row for each shortcode, whose token never changes.</summary>
internal sealed partial class PaybillRepository
{
    private const string RegistrationColumns =
        "id, shortcode, token, state, version, response_type, confirmation_url, validation_url, detail, registered_at";

    /// <inheritdoc/>
    public async Task<IReadOnlyList<Registration>> Registrations(CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        var rows = await connection.QueryAsync<RegistrationRow>(
            new CommandDefinition($"SELECT {RegistrationColumns} FROM c2b_registrations", cancellationToken: cancellation));
        return [.. rows.Select(row => row.ToRegistration())];
    }

    /// <inheritdoc/>
    public async Task<Registration?> Find(Guid id, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        var rows = await connection.QueryAsync<RegistrationRow>($"SELECT {RegistrationColumns} FROM c2b_registrations WHERE id = @id", new { id });
        return rows.SingleOrDefault()?.ToRegistration();
    }

    /// <inheritdoc/>
    public async Task<(Registration Now, Registration? Before)?> Begin(string shortcode, string version, string responseType)
    {
        await using var connection = await database.OpenConnectionAsync();
        var token = RegistrationToken.Draw();
        var added = await connection.ExecuteAsync(
            """
            INSERT INTO c2b_registrations (id, shortcode, token, state, version, response_type, confirmation_url, validation_url)
            VALUES (@id, @shortcode, @token, 'calling', @version, @responseType, @confirmation, @validation)
            ON CONFLICT (shortcode) DO NOTHING
            """,
            new
            {
                id = NewId.Next(),
                shortcode,
                token,
                version,
                responseType,
                confirmation = urls.ForRegistration(CallbackKind.C2bConfirm, token),
                validation = urls.ForRegistration(CallbackKind.C2bValidate, token),
            });
        var row = await connection.QuerySingleAsync<RegistrationRow>(
            $"""
            SELECT {RegistrationColumns}, state = 'calling' AND asked_at > now() - interval '1 minute' AND asked_at <= now() + {ClockStep.Slack} AS is_being_asked
            FROM c2b_registrations WHERE shortcode = @shortcode FOR UPDATE
            """,
            new { shortcode });
        var before = row.ToRegistration();
        if (added == 1)
        {
            return (before, null);
        }

        // Twice the time a call to Safaricom may take.
        if (row.IsBeingAsked)
        {
            return null;
        }

        // What Safaricom has stays on record until it says otherwise; only a row that holds nothing yet is put down as being asked for.
        var wanted = before with
        {
            State = before.State == RegistrationState.Registered ? RegistrationState.Registered : RegistrationState.Calling,
            Version = version,
            ResponseType = responseType,
            ConfirmationUrl = urls.ForRegistration(CallbackKind.C2bConfirm, before.Token),
            ValidationUrl = urls.ForRegistration(CallbackKind.C2bValidate, before.Token),
        };
        await connection.ExecuteAsync(
            "UPDATE c2b_registrations SET state = @state, asked_at = now() WHERE id = @Id", new { wanted.Id, state = Wire.Name(wanted.State) });
        return (wanted, before);
    }

    /// <inheritdoc/>
    public async Task Conclude(Registration outcome)
    {
        await using var connection = await database.OpenConnectionAsync();

        // The token names the row: it is never written again.
        await connection.ExecuteAsync(
            """
            UPDATE c2b_registrations
            SET state = @state, version = @Version, response_type = @ResponseType, confirmation_url = @ConfirmationUrl,
                validation_url = @ValidationUrl, detail = @detail, registered_at = coalesce(@RegisteredAt, registered_at)
            WHERE id = @Id AND token = @Token
            """,
            new
            {
                outcome.Id,
                outcome.Token,
                state = Wire.Name(outcome.State),
                outcome.Version,
                outcome.ResponseType,
                outcome.ConfirmationUrl,
                outcome.ValidationUrl,
                detail = Texts.Clip(outcome.Detail, CheckoutRepository.MostText),
                outcome.RegisteredAt,
            });
    }

    private sealed record RegistrationRow
    {
        public Guid Id { get; init; }
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

        public Registration ToRegistration() => new(
            Id, Shortcode, Token, Wire.Read<RegistrationState>(State), Version, ResponseType, ConfirmationUrl, ValidationUrl, Detail, RegisteredAt);
    }
}
