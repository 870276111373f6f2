using Payments.Application.Common;
using Payments.Application.Idempotency;

namespace Payments.Application.Payouts;

/// <summary>The answer to ordering a payout, as the payout stands now.</summary>
public sealed class RebuildPayout(IPayouts payouts) : IResponseReplayer
{
    public string Kind => CreatedResourceKind.Payout;

    public async Task<object> Rebuild(Caller caller, CreatedResource created, CancellationToken cancellation) => PayoutView.Of((await payouts.Find(new(created.Id), cancellation))!);
}
