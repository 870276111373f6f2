using Dapper;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Payments.Application.Reconciliation;
using Payments.Infrastructure.Database;

namespace Payments.Infrastructure.Callbacks;

/// <summary>
/// Remembers when each callback secret last signed, and warns at start about one that was taken out of the configuration while what it
/// signed is still out there.
/// </summary>
internal sealed partial class SigningKeys(
    Connections database, DatabaseState state, CallbackTokens tokens, ReconciliationOptions reconciliation, ILogger<SigningKeys> log)
    : BackgroundService
{
    /// <summary>
    /// A clientSecret is made with the same secrets: its checkout may be open for 7 days, and it lives 7 days after its end. That is longer
    /// than any schedule of questions unless somebody made one so.
    /// </summary>
    private static readonly TimeSpan ClientSecrets = TimeSpan.FromDays(14);

    private static readonly TimeSpan PollInterval = TimeSpan.FromMinutes(10);

    /// <summary>How long a secret has to stay in the configuration after it signed last; the pause is what the record may be late.</summary>
    public static TimeSpan Keep(ReconciliationOptions options) =>
        (options.Longest > ClientSecrets ? options.Longest : ClientSecrets) + PollInterval;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await state.Ready.WaitAsync(stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        var warned = false;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await Note(stoppingToken);
                if (!warned)
                {
                    await Warn(stoppingToken);
                    warned = true;
                }
            }
            catch (Exception failure) when (!stoppingToken.IsCancellationRequested)
            {
                LogNotNoted(failure.Message);
            }

            await Task.Delay(PollInterval, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task Note(CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await connection.ExecuteAsync(
            """
            INSERT INTO signing_keys (key_id) VALUES (@id)
            ON CONFLICT (key_id) DO UPDATE SET last_signed_at = now()
            """,
            new { id = tokens.KeyIds[0] });
    }

    private async Task Warn(CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        var keep = Keep(reconciliation);
        var missing = await connection.QueryAsync<(string, DateTimeOffset)>(
            "SELECT key_id, last_signed_at FROM signing_keys WHERE key_id <> ALL (@known) AND last_signed_at > now() - @keep ORDER BY 2",
            new { known = tokens.KeyIds.ToArray(), keep });
        foreach (var (id, last) in missing)
        {
            LogDropped(id, last, last + keep);
        }
    }

    [LoggerMessage(EventName = "signing_key_dropped", Level = LogLevel.Warning,
        Message = "The callback secret {KeyId} signed until {LastSignedAt:u} and is not configured any more: callbacks to what it signed are hints, and "
            + "clientSecrets made with it are dead. Keep it as Callbacks__Secrets__1 until {Until:u}")]
    private partial void LogDropped(string keyId, DateTimeOffset lastSignedAt, DateTimeOffset until);

    [LoggerMessage(EventName = "signing_key_not_noted", Level = LogLevel.Debug, Message = "The use of the callback secret is not noted yet: {Why}")]
    private partial void LogNotNoted(string why);
}
