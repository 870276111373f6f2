using FluentValidation;
using MediatR;
using Payments.Application.Common;
using Payments.Application.Idempotency;
using Payments.Domain.Common;

namespace Payments.Application.Access;

/// <summary>Makes the key's successor; the old one goes on for <paramref name="Overlap"/>, so that a shop can change over without a gap.</summary>
public sealed record RotateKey(Caller Caller, KeyId Id, TimeSpan Overlap) : IRequest<Result<KeyView>>;

/// <summary>How long two keys may overlap.</summary>
public sealed class RotateKeyValidator : AbstractValidator<RotateKey>
{
    public RotateKeyValidator() => RuleFor(k => k.Overlap)
        .Must(overlap => overlap >= TimeSpan.Zero && overlap <= TimeSpan.FromDays(30))
        .WithMessage("Give 0 to 43200 minutes.")
        .OverridePropertyName("overlapMinutes");
}

/// <summary>The successor has the same client, scopes, ceilings and family, and outlives neither the caller's key nor, rotated by itself, its own.</summary>
public sealed class RotateKeyHandler(IApiKeys keys, IAudit audit, ITransactions transactions) : IRequestHandler<RotateKey, Result<KeyView>>
{
    public Task<Result<KeyView>> Handle(RotateKey request, CancellationToken cancellationToken) => transactions.Run<Result<KeyView>>(
        request.Caller,
        async now =>
        {
            var (row, own) = await KeyRules.Load(keys, request.Id, request.Caller);
            if (row is null)
            {
                return Refusal.NotFound("key");
            }

            if (row.RevokedAt is not null || row.ExpiresAt <= now)
            {
                return new Refusal("key_expired", "This key has ended; make a new one.");
            }

            // As long as it was made for, counted from now; a key that rotates itself ends when it would have ended anyway.
            var isItself = request.Caller.KeyId == row.Id;
            var lasting = isItself || row.ExpiresAt is not { } end ? row.ExpiresAt : now + (end - row.CreatedAt);

            // Its own successor has its own scopes and ceilings: a key may always rotate itself.
            if (!isItself && KeyRules.MayNotGive(request.Caller, own, row.Scopes, now) is { } refusal)
            {
                return refusal;
            }

            if (KeyRules.Outlives(lasting, own))
            {
                return new Refusal("forbidden", $"Your key ends at {own!.ExpiresAt:u}, and what it makes cannot outlive it: rotate this key with one that lasts.");
            }

            var (text, hash) = KeyRules.Draw();
            var successor = row with
            {
                Id = NewId.Next<KeyId>(),
                Ending = text[^4..],
                CreatedAt = now,
                ExpiresAt = lasting,
                LastUsedAt = null,
            };
            await keys.Add(successor, hash);
            var until = now + request.Overlap;
            await keys.End(row.Id, row.ExpiresAt < until ? row.ExpiresAt : until, request.Overlap == TimeSpan.Zero ? now : null);
            var view = KeyView.Of(successor);
            await audit.Write(request.Caller.Actor, "key.rotate", row.Id.ToString(), KeyView.Of(row), view);
            return Result.Created(view with { Key = text }, CreatedResourceKind.Key, successor.Id);
        },
        cancellationToken);
}
