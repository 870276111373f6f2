using Payments.Application.Common;
using Payments.Application.Idempotency;

namespace Payments.Application.Refunds;

/// <summary>The answer to ordering a refund, as the refund stands now.</summary>
public sealed class RebuildRefund(IRefunds refunds) : IResponseReplayer
{
    public string Kind => CreatedResourceKind.Refund;

    public async Task<object> Rebuild(Caller caller, CreatedResource created, CancellationToken cancellation) =>
        RefundView.Of((await refunds.Find(new(created.Id), cancellation))!, toShop: true);
}
