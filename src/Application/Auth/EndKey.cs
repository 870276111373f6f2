using FluentValidation;
using MediatR;

namespace Payments.Application;

/// <summary>Lists keys, newest first, ended ones included.</summary>
public sealed record ListKeys(string? Client) : IRequest<IReadOnlyList<KeyView>>;

/// <summary>Reads them.</summary>
public sealed class ListKeysHandler(IApiKeys keys) : IRequestHandler<ListKeys, IReadOnlyList<KeyView>>
{
    /// <inheritdoc/>
    public async Task<IReadOnlyList<KeyView>> Handle(ListKeys request, CancellationToken cancellationToken) =>
        [.. (await keys.List(request.Client, cancellationToken)).Select(KeyView.Of)];
}

/// <summary>Ends a key within seconds; ending it again is the same answer.</summary>
public sealed record RevokeKey(Caller Caller, Guid Id) : IRequest<Answer<KeyView>>;

/// <summary>Ends it and says so in the audit log.</summary>
public sealed class RevokeKeyHandler(IApiKeys keys, IAudit audit, ITransactions transactions) : IRequestHandler<RevokeKey, Answer<KeyView>>
{
    /// <inheritdoc/>
    public Task<Answer<KeyView>> Handle(RevokeKey request, CancellationToken cancellationToken) => transactions.Run<Answer<KeyView>>(
        async now =>
        {
            if (await keys.LoadForChange(request.Id) is not { } row)
            {
                return Refusal.NotFound("key");
            }

            if (row.RevokedAt is not null)
            {
                return KeyView.Of(row);
            }

            var ended = row with { RevokedAt = now };
            await keys.End(row.Id, row.ExpiresAt, now);
            var view = KeyView.Of(ended);
            await audit.Write(request.Caller.Actor, "key.revoke", view.Id, KeyView.Of(row), view);
            KeyedRequest.Made(IntentKind.Key, row.Id);
            return view;
        },
        cancellationToken);
}

/// <summary>Makes the key's successor; the old one goes on for <paramref name="Overlap"/>, so that a shop can change over without a gap.</summary>
public sealed record RotateKey(Caller Caller, Guid Id, TimeSpan Overlap) : IRequest<Answer<KeyView>>;

/// <summary>How long two keys may overlap.</summary>
public sealed class RotateKeyValidator : AbstractValidator<RotateKey>
{
    public RotateKeyValidator() => RuleFor(k => k.Overlap)
        .Must(overlap => overlap >= TimeSpan.Zero && overlap <= TimeSpan.FromDays(30))
        .WithMessage("Give 0 to 43200 minutes.")
        .OverridePropertyName("overlapMinutes");
}

/// <summary>The successor has the same client, scopes, ceilings and family.</summary>
public sealed class RotateKeyHandler(IApiKeys keys, IAudit audit, ITransactions transactions) : IRequestHandler<RotateKey, Answer<KeyView>>
{
    /// <inheritdoc/>
    public Task<Answer<KeyView>> Handle(RotateKey request, CancellationToken cancellationToken) => transactions.Run<Answer<KeyView>>(
        async now =>
        {
            if (await keys.LoadForChange(request.Id) is not { } row)
            {
                return Refusal.NotFound("key");
            }

            // Its own successor has its own ceilings: a key may always rotate itself.
            if (request.Caller.KeyId != row.Id && await KeyRules.MayNotGive(request.Caller, row.Scopes, keys) is { } refusal)
            {
                return refusal;
            }

            if (row.RevokedAt is not null || row.ExpiresAt <= now)
            {
                return new Refusal("key_expired", "This key has ended; make a new one.");
            }

            var (text, hash) = KeyRules.Draw();
            var lasting = row.ExpiresAt is { } end ? now + (end - row.CreatedAt) : (DateTimeOffset?)null;
            var successor = row with
            {
                Id = NewId.Next(),
                Ending = text[^4..],
                CreatedAt = now,
                ExpiresAt = lasting,
                LastUsedAt = null,
            };
            await keys.Add(successor, hash);
            var until = now + request.Overlap;
            await keys.End(row.Id, row.ExpiresAt < until ? row.ExpiresAt : until, request.Overlap == TimeSpan.Zero ? now : null);
            var view = KeyView.Of(successor);
            await audit.Write(request.Caller.Actor, "key.rotate", PublicId.Write(PublicId.Key, row.Id), KeyView.Of(row), view);
            KeyedRequest.Made(IntentKind.Key, successor.Id);
            return view with { Key = text };
        },
        cancellationToken);
}
