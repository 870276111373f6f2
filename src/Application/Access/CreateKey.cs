using System.Security.Cryptography;
using System.Text;
using FluentValidation;
using MediatR;
using Payments.Application.Common;
using Payments.Application.Idempotency;
using Payments.Domain.Common;

namespace Payments.Application.Access;

/// <summary>Makes a key for a client. Limits are shillings.</summary>
public sealed record CreateKey(
    Caller Caller, string? Client, IReadOnlyList<string>? Scopes, DateTimeOffset? ExpiresAt, decimal? PayoutLimit, decimal? DailyPayoutLimit)
    : IRequest<Result<KeyView>>;

/// <summary>What a key must have.</summary>
public sealed class CreateKeyValidator : AbstractValidator<CreateKey>
{
    public CreateKeyValidator()
    {
        RuleFor(k => k.Client).NotEmpty().WithMessage("Give the client's name.").Printable(100);
        RuleFor(k => k.Scopes)
            .Must(scopes => scopes is { Count: > 0 } && scopes.All(KeyScopes.All.Contains))
            .WithMessage($"Give one or more of {string.Join(", ", KeyScopes.All)}.");
        RuleFor(k => k.PayoutLimit).Must(IsLimit).WithMessage("Give shillings above 0, at most two decimals.");
        RuleFor(k => k.DailyPayoutLimit).Must(IsLimit).WithMessage("Give shillings above 0, at most two decimals.");
    }

    private static bool IsLimit(decimal? limit) => limit is null || (limit > 0 && Money.TryFromDecimal(limit.Value, out _));
}

/// <summary>Draws 256 random bits, stores their hash, shows them once.</summary>
public sealed class CreateKeyHandler(IApiKeys keys, IAudit audit, ITransactions transactions) : IRequestHandler<CreateKey, Result<KeyView>>
{
    public Task<Result<KeyView>> Handle(CreateKey request, CancellationToken cancellationToken) => transactions.Run<Result<KeyView>>(
        request.Caller,
        async now =>
        {
            var own = request.Caller.KeyId is { } mine ? await keys.LoadForChange(mine) : null;
            if (KeyRules.MayNotGive(request.Caller, own, request.Scopes!, now) is { } refusal)
            {
                return refusal;
            }

            if (KeyRules.Outlives(request.ExpiresAt, own))
            {
                return new Refusal("forbidden", $"Your key ends at {own!.ExpiresAt:u}, and what it makes cannot outlive it: give an earlier expiresAt.");
            }

            if (request.ExpiresAt <= now)
            {
                return new Refusal("key_expired", "expiresAt is over already.");
            }

            var id = NewId.Next<KeyId>();
            var (text, hash) = KeyRules.Draw();
            var row = new ApiKeyRow(
                id, request.Client!, id, text[^4..], [.. request.Scopes!.Distinct()], KeyRules.Limit(request.PayoutLimit),
                KeyRules.Limit(request.DailyPayoutLimit), now, request.ExpiresAt, null, null);
            await keys.Add(row, hash);
            var view = KeyView.Of(row);
            await audit.Write(request.Caller.Actor, "key.create", view.Id, null, view);
            return Result.Created(view with { Key = text }, CreatedResourceKind.Key, id);
        },
        cancellationToken);
}

/// <summary>Rules that the commands on keys share.</summary>
internal static class KeyRules
{
    /// <summary>A key whose text is 32 random bytes, and the hash that is stored of it.</summary>
    public static (string Text, byte[] Hash) Draw()
    {
        var text = "sk_" + Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)).TrimEnd('=').Replace('+', '-').Replace('/', '_');
        return (text, SHA256.HashData(Encoding.UTF8.GetBytes(text)));
    }

    public static Money? Limit(decimal? shillings) => shillings is { } value && Money.TryFromDecimal(value, out var money) ? money : null;

    /// <summary>
    /// A key and the caller's own, locked in the order of their ids, so that two that rotate each other do not wait for each other.
    /// </summary>
    public static async Task<(ApiKeyRow? Row, ApiKeyRow? Own)> Load(IApiKeys keys, KeyId id, Caller caller)
    {
        var locked = new Dictionary<KeyId, ApiKeyRow?>();
        foreach (var each in new[] { id, caller.KeyId ?? id }.Distinct().Order())
        {
            locked[each] = await keys.LoadForChange(each);
        }

        return (locked[id], caller.KeyId is { } own ? locked[own] : null);
    }

    /// <summary>The refusal of a caller whose key has ended: a process may not have heard of it yet, the locked row has.</summary>
    public static Refusal? HasEnded(ApiKeyRow? own, DateTimeOffset now) =>
        own is { RevokedAt: not null } || own?.ExpiresAt <= now ? new("unauthorized", "Your key has ended.") : null;

    /// <summary>
    /// Nobody gives away what he has not: neither a scope, nor payouts without the ceiling he is under himself, nor anything with a key that has
    /// ended.
    /// </summary>
    /// <param name="own">The caller's key, locked; null for callers without one.</param>
    public static Refusal? MayNotGive(Caller caller, ApiKeyRow? own, IReadOnlyList<string> scopes, DateTimeOffset now)
    {
        if (HasEnded(own, now) is { } ended)
        {
            return ended;
        }

        var missing = scopes.Except(caller.Scopes).ToList();
        if (missing.Count > 0)
        {
            return new("forbidden", $"Your key lacks {string.Join(", ", missing)} and cannot give it away.");
        }

        return scopes.Contains(KeyScopes.Payouts) && own is { PayoutLimit: not null } or { DailyPayoutLimit: not null }
            ? new("forbidden", "Your key has a ceiling on payouts and cannot give payouts away.")
            : null;
    }

    /// <summary>Whether a key with that end would be there after the caller's own is gone: he could make himself another for ever.</summary>
    public static bool Outlives(DateTimeOffset? end, ApiKeyRow? own) => own?.ExpiresAt is { } ownEnd && (end is null || end > ownEnd);
}
