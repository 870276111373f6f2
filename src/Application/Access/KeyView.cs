using Payments.Application.Common;
using Payments.Application.Idempotency;
using Payments.Domain.Common;

namespace Payments.Application.Access;

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

    public async Task<object> Rebuild(Caller caller, CreatedResource created, CancellationToken cancellation) => KeyView.Of((await keys.Find(new(created.Id), cancellation))!);
}
