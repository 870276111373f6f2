using MediatR;
using Payments.Application.Access;
using Payments.Application.Common;

namespace Payments.Application.Restores;

/// <summary>Somebody has compared the restored books with M-PESA's statement: what waited for that goes out. Answers how many; null when nothing was restored.</summary>
public sealed record EndRestore(Caller Caller) : IRequest<HeldTransfers?>;

/// <summary>Payouts and refunds that waited.</summary>
public sealed record HeldTransfers(int Count);

/// <summary>One commit; what waits is sent by the next sweeps, a bounded number at a time.</summary>
public sealed class EndRestoreHandler(IRestores restores, IAudit audit, ITransactions transactions) : IRequestHandler<EndRestore, HeldTransfers?>
{
    public Task<HeldTransfers?> Handle(EndRestore request, CancellationToken cancellationToken) => transactions.Run(
        request.Caller,
        async now =>
        {
            var held = await restores.CountHeld(cancellationToken);
            if (!await restores.End(now))
            {
                return null;
            }

            await audit.Write(request.Caller.Actor, "restore.release", "database", null, new { held });
            return new HeldTransfers(held);
        },
        cancellationToken);
}
