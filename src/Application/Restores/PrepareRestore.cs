using MediatR;
using Payments.Application.Access;
using Payments.Application.Common;

namespace Payments.Application.Restores;

/// <summary>The books were restored to an earlier moment: done once, before anything starts on them.</summary>
/// <param name="NamesTransfers">False where payments to phones go out without a name of ours (B2C v1): then they may have been sent like all others.</param>
public sealed record PrepareRestore(Caller Caller, bool NamesTransfers = true) : IRequest<PreparedRestore>;

/// <summary>What was done.</summary>
/// <param name="Doubted">Payouts and refunds that were queued and may have been sent since the backup.</param>
public sealed record PreparedRestore(Restore Restore, int Doubted);

/// <summary>
/// Moves the feed on, doubts what may have been sent since and cannot be told apart by Safaricom, and from then on holds what has no name of
/// its own. One commit: dies before it, nothing is done. Run twice it does the same again, which does no harm: the feed has another gap, and
/// what was ordered in between is in doubt before it is sent.
/// </summary>
public sealed class PrepareRestoreHandler(IRestores restores, IAudit audit, ITransactions transactions) : IRequestHandler<PrepareRestore, PreparedRestore>
{
    public Task<PreparedRestore> Handle(PrepareRestore request, CancellationToken cancellationToken) => transactions.Run(
        request.Caller,
        async now =>
        {
            var done = new PreparedRestore(await restores.Begin(now), await restores.DoubtUnnamed(request.NamesTransfers));
            await audit.Write(request.Caller.Actor, "restore.prepare", "database", null, new { doubted = done.Doubted, feedPlace = done.Restore.FeedPlace });
            return done;
        },
        cancellationToken);
}
