using System.Text.Json;
using Dapper;
using Payments.Application.Common;
using Payments.Application.Webhooks;
using Payments.Domain.Common;
using Payments.Infrastructure.Database;

namespace Payments.Infrastructure.Webhooks;

/// <summary>What a try came to, as it is written.</summary>
/// <param name="Try">Null for one that waits behind another and was not tried.</param>
internal sealed record Outcome(Delivery Delivery, DeliveryStatus Status, DeliveryTry? Try, DateTimeOffset? NextTryAt);

/// <summary>How a webhook stands in the database after a write of the process that sends.</summary>
internal sealed record Standing(int Generation, string Status);

/// <summary>
/// The sender's side of the tables. A process holds a webhook for <see cref="Hold"/> and renews that with every write; what another holds by now it
/// writes no more: at worst an event is sent twice, under the same id.
/// </summary>
internal sealed class DeliveryStore(Connections database)
{
    /// <summary>How long a webhook waits for a process that was killed.</summary>
    public static readonly TimeSpan Hold = TimeSpan.FromSeconds(20);

    /// <summary>Kept of each delivery.</summary>
    private const int MaxTries = 20;

    public static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { Converters = { new UtcTimes() } };

    private static readonly Unnest<Outcome> Columns = new Unnest<Outcome>()
        .Uuid("id", o => o.Delivery.Id)
        .Bigint("position", o => o.Delivery.Position)
        .Uuid("event_id", o => o.Delivery.EventId)
        .Text("type", o => o.Delivery.Type)
        .Uuid("subject_id", o => o.Delivery.Thing)
        .Text("status", o => EnumNames.Name(o.Status))
        .Integer("try_count", o => o.Delivery.TryCount)
        .Integer("refusals", o => o.Delivery.Refusals)
        .Text("tries", o => o.Try is { } one ? JsonSerializer.Serialize(new[] { one }, Json) : "[]")
        .Time("first_try_at", o => o.Delivery.FirstTryAt)
        .Time("next_try_at", o => o.NextTryAt);

    private static readonly string Written =
        $"""
        written AS (
            INSERT INTO webhook_deliveries AS d (
                id, webhook_id, position, event_id, type, subject_id, status, try_count, refusals, tries, first_try_at, next_try_at, ended_at)
            SELECT u.id, @webhook, u.position, u.event_id, u.type, u.subject_id, u.status, u.try_count, u.refusals, u.tries::jsonb, u.first_try_at, u.next_try_at,
                CASE WHEN u.status <> 'pending' THEN now() END
            FROM hook CROSS JOIN {Columns.Rows}
            ON CONFLICT (webhook_id, position) DO UPDATE SET
                status = excluded.status, try_count = excluded.try_count, ended_at = excluded.ended_at,

                -- What a caller has begun anew since stays so: this was a try of before.
                refusals = CASE WHEN (SELECT generation FROM hook) = @generation THEN excluded.refusals ELSE d.refusals END,
                first_try_at = CASE WHEN (SELECT generation FROM hook) = @generation THEN excluded.first_try_at ELSE d.first_try_at END,
                next_try_at = CASE WHEN excluded.next_try_at IS NULL OR (SELECT generation FROM hook) = @generation THEN excluded.next_try_at
                    ELSE least(d.next_try_at, excluded.next_try_at) END,
                tries = CASE WHEN jsonb_array_length(d.tries) >= {MaxTries} THEN d.tries - 0 ELSE d.tries END || excluded.tries)
        """;

    /// <summary>
    /// Takes every enabled webhook that nobody holds, also one held for longer than anybody holds it: the clock was set back. Answers those that this process holds
    /// now, with the generation each has, and the time.
    /// </summary>
    /// <param name="butFor">Not these: this process cannot sign for them now.</param>
    public async Task<(Dictionary<WebhookId, int> Held, DateTimeOffset Now)> Take(
        Guid holder, IReadOnlyCollection<WebhookId> butFor, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        var rows = await connection.QueryAsync<(WebhookId? Id, int Generation, DateTimeOffset Now)>(
            """
            UPDATE webhooks SET holder = @holder, held_until = now() + @Hold
            WHERE status = 'enabled' AND (holder IS NULL OR held_until < now() OR held_until > now() + 2 * @Hold)
              AND id <> ALL (@butFor);
            SELECT w.id, coalesce(w.generation, 0), clock.now
            FROM (SELECT clock_timestamp() AS now) clock LEFT JOIN webhooks w ON w.holder = @holder AND w.status = 'enabled'
            """,
            new { holder, Hold, butFor = butFor.ToArray() });
        return (rows.Where(row => row.Id is not null).ToDictionary(row => row.Id!.Value, row => row.Generation), rows.First().Now);
    }

    /// <summary>The webhook, and what of its deliveries waits; null when this process does not hold it. What waits of a type it wants no more is dropped.</summary>
    public async Task<(WebhookRow Row, IReadOnlyList<Delivery> Waiting)?> Load(WebhookId id, Guid holder, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        var row = (await connection.QueryAsync<WebhookRow>(
            $"SELECT {WebhookRow.Columns} FROM webhooks WHERE id = @id AND holder = @holder AND status = 'enabled'", new { id, holder })).SingleOrDefault();
        if (row is null)
        {
            return null;
        }

        if (row.Events is { } wanted)
        {
            await connection.ExecuteAsync(
                "DELETE FROM webhook_deliveries WHERE webhook_id = @id AND status = 'pending' AND type <> ALL (@wanted)", new { id, wanted });
        }

        var waiting = await connection.QueryAsync<DeliveryRow>(
            $"SELECT {DeliveryRow.Columns} FROM webhook_deliveries d WHERE d.webhook_id = @id AND d.status = 'pending' ORDER BY d.position", new { id });
        return (row, [.. waiting.Select(delivery => delivery.ToDelivery())]);
    }

    /// <summary>
    /// Writes what was tried with the place that it leads to, in one statement; null when another process holds the webhook, and nothing was written.
    /// A place that a caller has moved since <paramref name="generation"/> stays his.
    /// </summary>
    public async Task<Standing?> Write(WebhookId webhook, Guid holder, int generation, long place, DateTimeOffset? failingSince, IReadOnlyCollection<Outcome> outcomes)
    {
        await using var connection = await database.OpenConnectionAsync();
        var parameters = Columns.Parameters(outcomes);
        parameters.AddDynamicParams(new { webhook, holder, generation, place, failingSince, Hold });
        return await connection.QuerySingleOrDefaultAsync<Standing>(
            $"""
            WITH hook AS (
                UPDATE webhooks
                SET place = CASE WHEN generation = @generation THEN @place ELSE place END,
                    failing_since = CASE WHEN generation = @generation THEN @failingSince ELSE failing_since END, held_until = now() + @Hold
                WHERE id = @webhook AND holder = @holder
                RETURNING generation, status)
            {(outcomes.Count > 0 ? ", " + Written : "")}
            SELECT generation, status FROM hook
            """,
            parameters);
    }

    /// <summary>Sends no more; false when a caller has changed it meanwhile, who knows better.</summary>
    public async Task<bool> Disable(WebhookId webhook, Guid holder, int generation, DisabledBecause why)
    {
        await using var connection = await database.OpenConnectionAsync();
        return await connection.ExecuteAsync(
            """
            UPDATE webhooks SET status = 'disabled', disabled_because = @because, updated_at = now(), generation = generation + 1
            WHERE id = @webhook AND holder = @holder AND generation = @generation AND status = 'enabled'
            """,
            new { webhook, holder, generation, because = EnumNames.Name(why) }) == 1;
    }

    /// <summary>Another process may send to it, or to all that this one holds, at once.</summary>
    public async Task Release(Guid holder, WebhookId? webhook = null)
    {
        await using var connection = await database.OpenConnectionAsync();
        await connection.ExecuteAsync(
            "UPDATE webhooks SET holder = NULL, held_until = NULL WHERE holder = @holder AND (@webhook::uuid IS NULL OR id = @webhook)", new { holder, webhook });
    }

    /// <summary>Seals every secret with the deployment's first.</summary>
    public async Task SealAnew(IWebhookSecrets secrets, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        foreach (var (id, current, old) in (await connection.QueryAsync<(WebhookId, byte[], byte[]?)>("SELECT id, secret, old_secret FROM webhooks")).AsList())
        {
            try
            {
                await connection.ExecuteAsync(
                    "UPDATE webhooks SET secret = @sealedSecret, old_secret = @sealedOld WHERE id = @id AND secret = @current AND old_secret IS NOT DISTINCT FROM @old",
                    new { id, current, old, sealedSecret = secrets.Seal(secrets.Open(current)), sealedOld = old is null ? null : secrets.Seal(secrets.Open(old)) });
            }
            catch (System.Security.Cryptography.CryptographicException)
            {
                // Whoever sends meets it again, and says so.
            }
        }
    }
}
