using Payments.Application.Checkouts;
using Payments.Application.Common;
using Payments.Domain.Common;

namespace Payments.Application.Webhooks;

/// <summary>An address that events are sent to.</summary>
/// <param name="Scopes">What the key that made it could see.</param>
/// <param name="Events">The types it wants; null for those the service tells by itself.</param>
/// <param name="Secret">Sealed (<see cref="IWebhookSecrets"/>).</param>
/// <param name="OldSecret">The one before, which signs too until <paramref name="OldSecretUntil"/>.</param>
public sealed record Webhook(
    WebhookId Id, string Client, IReadOnlyList<string> Scopes, string Url, IReadOnlyList<string>? Events, string? Description, WebhookStatus Status,
    DisabledBecause? DisabledBecause, byte[] Secret, byte[]? OldSecret, DateTimeOffset? OldSecretUntil, DateTimeOffset? FailingSince, DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt)
{
    /// <summary>Whether it is there for this caller: another client's is not, nor one that hears of more than the caller may see.</summary>
    public bool IsOf(Caller caller) => (caller.SeesAll || Client == caller.Client) && Scopes.All(caller.Scopes.Contains);
}

/// <summary>One event on its way to a webhook.</summary>
/// <param name="Tries">The last of them, oldest first; empty in lists.</param>
/// <param name="Data">What the event tells; null in lists.</param>
public sealed record StoredDelivery(
    DeliveryId Id, WebhookId WebhookId, FeedEventId EventId, string Type, DateTimeOffset EventAt, DeliveryStatus Status, int TryCount, DateTimeOffset? NextTryAt,
    DateTimeOffset CreatedAt, DateTimeOffset? EndedAt, IReadOnlyList<DeliveryTry> Tries, string? Data);

/// <summary>One try.</summary>
/// <param name="StatusCode">What was answered; null where nothing was.</param>
/// <param name="Answer">The first 2 KiB of the answer's body; null where there was none.</param>
/// <param name="Error">Why it counts as refused; null when it was taken.</param>
/// <param name="DurationMs">From the connection to the answer, in milliseconds.</param>
public sealed record DeliveryTry(DateTimeOffset At, string Url, int? StatusCode, string? Answer, string? Error, int DurationMs);

/// <summary>Webhooks and what was sent to them. What changes one is called inside <see cref="ITransactions"/>.</summary>
public interface IWebhooks
{
    /// <summary>Adds one that hears what happens from now on.</summary>
    Task Add(Webhook webhook);

    /// <summary>How many a client has.</summary>
    Task<int> Count(string client);

    /// <summary>Reads a page of a client's (null: everybody's), newest first.</summary>
    Task<IReadOnlyList<Webhook>> List(string? client, Cursor? after, int limit, CancellationToken cancellation);

    /// <summary>Reads one; null when there is none.</summary>
    Task<Webhook?> Find(WebhookId id, CancellationToken cancellation);

    /// <summary>Reads and locks one; null when there is none.</summary>
    Task<Webhook?> LoadForChange(WebhookId id);

    /// <summary>Writes what callers may change. Enabled again it goes on where it stopped.</summary>
    /// <param name="beginsAnew">What waits is tried at once, and has its whole three days again.</param>
    Task Save(Webhook webhook, bool beginsAnew = false);

    /// <summary>Deletes it with what waits for it.</summary>
    Task Delete(WebhookId id);

    /// <summary>Everything that happened since is sent again, and what waits with it; answers how many events that are, counted up to a million.</summary>
    Task<long> SendAgain(Webhook webhook, DateTimeOffset since);

    /// <summary>Reads a page of what was sent to one, newest first.</summary>
    Task<IReadOnlyList<StoredDelivery>> Deliveries(WebhookId id, DeliveryStatus? status, Cursor? after, int limit, CancellationToken cancellation);

    /// <summary>Reads one delivery, whole; null when there is none.</summary>
    Task<StoredDelivery?> FindDelivery(DeliveryId id, CancellationToken cancellation);

    /// <summary>Tries one again at once, whatever became of it.</summary>
    Task SendAgain(StoredDelivery delivery);
}

/// <summary>The secrets that webhooks are signed with: never in a log or a list, and not readable in the database.</summary>
public interface IWebhookSecrets
{
    byte[] Seal(string secret);

    /// <exception cref="System.Security.Cryptography.CryptographicException">It was sealed with a secret of the deployment that is gone.</exception>
    string Open(byte[] sealedSecret);
}

/// <summary>What is on the other side of a webhook's url.</summary>
public interface IWebhookEndpoints
{
    /// <summary>Why this address is not sent to, in a sentence; null when it is.</summary>
    Task<string?> FindProblem(string url, CancellationToken cancellation);

    /// <summary>Sends one event now, once.</summary>
    Task<DeliveryTry> Send(string url, WebhookMessage message, IReadOnlyList<string> secrets, CancellationToken cancellation);
}
