using MediatR;
using Payments.Application.Common;
using Payments.Application.Idempotency;
using Payments.Domain.Common;

namespace Payments.Application.Access;

/// <summary>Ends a key within seconds; ending it again is the same answer.</summary>
public sealed record RevokeKey(Caller Caller, KeyId Id) : IRequest<Result<KeyView>>;

/// <summary>Ends it and says so in the audit log.</summary>
public sealed class RevokeKeyHandler(IApiKeys keys, IAudit audit, ITransactions transactions) : IRequestHandler<RevokeKey, Result<KeyView>>
{
    public Task<Result<KeyView>> Handle(RevokeKey request, CancellationToken cancellationToken) => transactions.Run<Result<KeyView>>(
        request.Caller,
        async now =>
        {
            var (row, own) = await KeyRules.Load(keys, request.Id, request.Caller);
            if (KeyRules.HasEnded(own, now) is { } refusal)
            {
                return refusal;
            }

            if (row is null)
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
            return Result.Created(view, CreatedResourceKind.Key, row.Id);
        },
        cancellationToken);
}
