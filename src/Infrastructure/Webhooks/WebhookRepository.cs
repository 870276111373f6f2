using Dapper;
using Payments.Application.Checkouts;
using Payments.Application.Common;
using Payments.Application.Webhooks;
using Payments.Domain.Common;
using Payments.Infrastructure.Database;
using Payments.Infrastructure.Events;

namespace Payments.Infrastructure.Webhooks;

/// <summary>What callers do with webhooks. Each change raises the generation, by which the process that sends notices it.</summary>
internal sealed class WebhookRepository(Connections database, EventFeed feed) : IWebhooks
{
    /// <summary>Events that are sent again are counted up to here: beyond it the number says no more than "very many".</summary>
    private const int MaxCounted = 1_000_000;

    public async Task Add(Webhook webhook)
    {
        await using var connection = await database.OpenConnectionAsync();

        // From now on: what is committed and has no place yet gets one behind this, and is told too.
        await connection.ExecuteAsync(
            """
            INSERT INTO webhooks (id, client, scopes, url, events, description, secret, created_at, updated_at, place)
            SELECT @Id, @Client, @scopes, @Url, @events, @Description, @Secret, @CreatedAt, @UpdatedAt, coalesce(max(position), 0) FROM events
            """,
            new
            {
                webhook.Id,
                webhook.Client,
                scopes = webhook.Scopes.ToArray(),
                webhook.Url,
                events = webhook.Events?.ToArray(),
                webhook.Description,
                webhook.Secret,
                webhook.CreatedAt,
                webhook.UpdatedAt,
            });
    }

    public async Task<int> Count(string client)
    {
        await using var connection = await database.OpenConnectionAsync();
        return await connection.QuerySingleAsync<int>("SELECT count(*)::integer FROM webhooks WHERE client = @client", new { client });
    }

    public async Task<IReadOnlyList<Webhook>> List(string? client, Cursor? after, int limit, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        var rows = await connection.QueryAsync<WebhookRow>(
            $"""
            SELECT {WebhookRow.Columns} FROM webhooks
            WHERE (@client::text IS NULL OR client = @client) AND (@afterAt::timestamptz IS NULL OR (created_at, id) < (@afterAt, @afterId))
            ORDER BY created_at DESC, id DESC LIMIT @limit
            """,
            new { client, afterAt = after?.At, afterId = after?.Id, limit });
        return [.. rows.Select(row => row.ToWebhook())];
    }

    public async Task<Webhook?> Find(WebhookId id, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        return (await connection.QueryAsync<WebhookRow>($"SELECT {WebhookRow.Columns} FROM webhooks WHERE id = @id", new { id })).SingleOrDefault()?.ToWebhook();
    }

    public async Task<Webhook?> LoadForChange(WebhookId id)
    {
        await using var connection = await database.OpenConnectionAsync();
        var row = (await connection.QueryAsync<WebhookRow>($"SELECT {WebhookRow.Columns} FROM webhooks WHERE id = @id FOR NO KEY UPDATE", new { id })).SingleOrDefault();
        LockOrder.Took(LockStep.Webhooks, id);
        return row?.ToWebhook();
    }

    public async Task Save(Webhook webhook, bool beginsAnew)
    {
        await using var connection = await database.OpenConnectionAsync();
        await connection.ExecuteAsync(
            """
            UPDATE webhooks
            SET url = @Url, events = @events, description = @Description, status = @status, disabled_because = @because, secret = @Secret, old_secret = @OldSecret,
                old_secret_until = @OldSecretUntil, failing_since = @FailingSince, updated_at = @UpdatedAt, generation = generation + 1
            WHERE id = @Id;
            UPDATE webhook_deliveries SET next_try_at = @UpdatedAt, first_try_at = NULL, refusals = 0 WHERE webhook_id = @Id AND status = 'pending' AND @beginsAnew
            """,
            new
            {
                beginsAnew,
                webhook.Id,
                webhook.Url,
                events = webhook.Events?.ToArray(),
                webhook.Description,
                status = EnumNames.Name(webhook.Status),
                because = webhook.DisabledBecause is { } why ? EnumNames.Name(why) : null,
                webhook.Secret,
                webhook.OldSecret,
                webhook.OldSecretUntil,
                webhook.FailingSince,
                webhook.UpdatedAt,
            });
    }

    public async Task Delete(WebhookId id)
    {
        await using var connection = await database.OpenConnectionAsync();
        await connection.ExecuteAsync("DELETE FROM webhooks WHERE id = @id; DELETE FROM webhook_deliveries WHERE webhook_id = @id AND status = 'pending'", new { id });
    }

    public async Task<long> SendAgain(Webhook webhook, DateTimeOffset since)
    {
        await using var connection = await database.OpenConnectionAsync();

        var place = await EventFeed.PlaceBefore(connection, since);
        return await connection.QuerySingleAsync<long>(
            """
            WITH back AS (UPDATE webhooks SET place = least(place, @place), generation = generation + 1 WHERE id = @Id)
            SELECT count(*) FROM (SELECT FROM events WHERE position > @place LIMIT @MaxCounted) again
            """,
            new { webhook.Id, place, MaxCounted });
    }

    public async Task<IReadOnlyList<StoredDelivery>> Deliveries(WebhookId id, DeliveryStatus? status, Cursor? after, int limit, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        var rows = await connection.QueryAsync<DeliveryRow>(
            $"""
            SELECT {DeliveryRow.Columns} FROM webhook_deliveries d
            WHERE d.webhook_id = @id AND (@status::text IS NULL OR d.status = @status)
              AND (@afterAt::timestamptz IS NULL OR (d.created_at, d.id) < (@afterAt, @afterId))
            ORDER BY d.created_at DESC, d.id DESC LIMIT @limit
            """,
            new { id, status = status is { } one ? EnumNames.Name(one) : null, afterAt = after?.At, afterId = after?.Id, limit });
        return [.. rows.Select(row => row.ToStored())];
    }

    public async Task<StoredDelivery?> FindDelivery(DeliveryId id, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        var row = (await connection.QueryAsync<DeliveryRow>(
            $"SELECT {DeliveryRow.Columns}, d.tries::text AS tries FROM webhook_deliveries d WHERE d.id = @id", new { id })).SingleOrDefault();
        return row?.ToStored((await feed.Read(connection, [row.Position])).SingleOrDefault());
    }

    public async Task SendAgain(StoredDelivery delivery)
    {
        await using var connection = await database.OpenConnectionAsync();
        await connection.ExecuteAsync(
            """
            UPDATE webhook_deliveries SET status = 'pending', next_try_at = now(), ended_at = NULL, first_try_at = NULL, refusals = 0 WHERE id = @Id;
            UPDATE webhooks SET generation = generation + 1 WHERE id = @WebhookId
            """,
            new { delivery.Id, delivery.WebhookId });
    }
}
