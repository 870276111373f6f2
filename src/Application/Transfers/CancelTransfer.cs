using MediatR;
using Payments.Application.Access;
using Payments.Application.Common;
using Payments.Application.Idempotency;
using Payments.Application.Payouts;
using Payments.Application.Refunds;
using Payments.Application.Restores;
using Payments.Domain.Common;
using Payments.Domain.Payouts;
using Payments.Domain.Refunds;
using Payments.Domain.Transfers;

namespace Payments.Application.Transfers;

/// <summary>A caller takes back a payout that was not sent yet.</summary>
public sealed record CancelPayout(Caller Caller, PayoutId Id) : IRequest<Result<PayoutView>>;

/// <summary>A caller takes back a refund that was not sent yet: what it had reserved is free again.</summary>
public sealed record CancelRefund(Caller Caller, RefundId Id) : IRequest<Result<RefundView>>;

/// <summary>
/// Under the row's lock, where a send job meets it: whoever comes first decides. Twice, or two at once: the same answer. Dies before the
/// commit: it is queued as before.
/// </summary>
public sealed class CancelTransferHandler(ITransfers transfers, IRestores restores, IAudit audit, ITransactions transactions)
    : IRequestHandler<CancelPayout, Result<PayoutView>>, IRequestHandler<CancelRefund, Result<RefundView>>
{
    public Task<Result<PayoutView>> Handle(CancelPayout request, CancellationToken cancellationToken) =>
        transactions.Run(request.Caller, now => Cancel(request.Caller, request.Id, CreatedResourceKind.Payout, (Payout payout) => PayoutView.Of(payout), now), cancellationToken);

    public Task<Result<RefundView>> Handle(CancelRefund request, CancellationToken cancellationToken) =>
        transactions.Run(request.Caller, now => Cancel(request.Caller, request.Id, CreatedResourceKind.Refund, (Refund refund) => RefundView.Of(refund, toShop: true), now), cancellationToken);

    private async Task<Result<TView>> Cancel<T, TView>(Caller caller, TransferId id, string kind, Func<T, TView> show, DateTimeOffset now)
        where T : Transfer
        where TView : class
    {
        var loaded = await transfers.LoadForChange([id]);
        if (loaded is not [T transfer] || !(caller.SeesAll || transfer.Client == caller.Client))
        {
            return Refusal.NotFound(kind);
        }

        // What books that were restored call queued may have been sent before: what was in the backup, and what is asked for once more before
        // somebody has compared them with the statement. Who has can settle its case.
        var mayBeSent = !transfer.IsCancelled && await restores.Last(CancellationToken.None) is { } restore
            && (restore.ReleasedAt is null || transfer.CreatedAt < restore.ReleasedAt);
        if (mayBeSent || !transfer.Cancel(now))
        {
            return new Refusal("already_sent", $"This {transfer.TypeName} is on its way, has ended, or may have been sent before a restore: it cannot be taken back.");
        }

        if (caller.SeesAll && transfer.OriginalStatus != transfer.Status)
        {
            await audit.Write(
                caller.Actor, $"{transfer.TypeName}.cancel", transfer.PublicId, new { status = EnumNames.Name(transfer.OriginalStatus) },
                new { status = TransferStates.Name(transfer) });
        }

        await transfers.Save(loaded);
        return Result.Created(show(transfer), kind, transfer.TransferId);
    }
}
