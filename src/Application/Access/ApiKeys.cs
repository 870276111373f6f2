using Payments.Application.Common;
using Payments.Application.Idempotency;
using Payments.Domain.Common;

namespace Payments.Application.Access;

/// <summary>What a key may do.</summary>
public static class KeyScopes
{
    public const string Checkouts = "checkouts";
    public const string Payouts = "payouts";
    public const string Ops = "ops";

    /// <summary>Every scope there is.</summary>
    public static readonly IReadOnlyList<string> All = [Checkouts, Payouts, Ops];
}

/// <summary>A key as it is stored: without the key.</summary>
/// <param name="Family">Shared by a key and those it was rotated into.</param>
/// <param name="Ending">Its last four characters.</param>
/// <param name="PayoutLimit">The most one payout may be; null: no ceiling.</param>
/// <param name="DailyPayoutLimit">The most a family may ask for on one day in Nairobi; null: no ceiling.</param>
public sealed record ApiKeyRow(
    KeyId Id, string Client, KeyId Family, string Ending, IReadOnlyList<string> Scopes, Money? PayoutLimit, Money? DailyPayoutLimit,
    DateTimeOffset CreatedAt, DateTimeOffset? ExpiresAt, DateTimeOffset? RevokedAt, DateTimeOffset? LastUsedAt);

/// <summary>A key as the API shows it; amounts are shillings.</summary>
/// <param name="Key">The key itself, in the answer to the one who made it and never again.</param>
public sealed record KeyView(
    string Id, string Client, IReadOnlyList<string> Scopes, string Ending, decimal? PayoutLimit, decimal? DailyPayoutLimit, DateTimeOffset CreatedAt,
    DateTimeOffset? ExpiresAt, DateTimeOffset? RevokedAt, DateTimeOffset? LastUsedAt, string? Key = null)
{
    internal static KeyView Of(ApiKeyRow row) => new(
        row.Id.ToString(), row.Client, row.Scopes, row.Ending, row.PayoutLimit?.Shillings, row.DailyPayoutLimit?.Shillings,
        row.CreatedAt, row.ExpiresAt, row.RevokedAt, row.LastUsedAt);
}

/// <summary>The answer about a key once more; the key itself is nowhere to be had.</summary>
public sealed class RebuildKey(IApiKeys keys) : IResponseReplayer
{
    public string Kind => CreatedResourceKind.Key;

    public async Task<object> Rebuild(Caller caller, Guid id, CancellationToken cancellation) => KeyView.Of((await keys.Find(new(id), cancellation))!);
}

/// <summary>The keys of clients.</summary>
public interface IApiKeys
{
    /// <summary>Adds a key. Call inside <see cref="ITransactions"/>, like everything here that changes something.</summary>
    Task Add(ApiKeyRow row, byte[] hash);

    /// <summary>Reads one and locks it; null when there is none.</summary>
    Task<ApiKeyRow?> LoadForChange(KeyId id);

    /// <summary>Reads one; null when there is none.</summary>
    Task<ApiKeyRow?> Find(KeyId id, CancellationToken cancellation);

    /// <summary>Writes when it expires and when it was revoked.</summary>
    Task End(KeyId id, DateTimeOffset? expiresAt, DateTimeOffset? revokedAt);

    /// <summary>Reads all, or one client's, newest first; keys are few.</summary>
    Task<IReadOnlyList<ApiKeyRow>> List(string? client, CancellationToken cancellation);
}

/// <summary>Who did what: append-only, in the transaction of the deed.</summary>
public interface IAudit
{
    /// <summary>Adds a line. Call inside <see cref="ITransactions"/>.</summary>
    /// <param name="actor">Who: <see cref="Caller.Actor"/>.</param>
    /// <param name="action">What, as <c>thing.verb</c>: <c>key.revoke</c>.</param>
    /// <param name="subject">The public id of the row it was done to.</param>
    /// <param name="before">What was there, as an object to be written as JSON; null when nothing was.</param>
    /// <param name="after">What is there now; null when nothing is. Neither may hold a secret.</param>
    Task Write(string actor, string action, string subject, object? before, object? after);
}

/// <summary>Ceilings on what a key may send away.</summary>
public interface IPayoutCeilings
{
    /// <summary>
    /// Counts a payout or refund, whatever leaves the account, against the ceilings of the caller's key; a refusal
    /// (<c>payout_ceiling_exceeded</c>) when it is over one. Call inside the transaction that commits it, after everything else it locks. It
    /// counts on the day it was asked for, whatever becomes of it. Keys of the configuration have no ceilings.
    /// </summary>
    Task<Refusal?> Reserve(Caller caller, Money amount, DateTimeOffset now);

    /// <summary>Takes a reservation of the same transaction back: the payout was refused for another reason.</summary>
    Task Return(Caller caller, Money amount, DateTimeOffset now);
}
