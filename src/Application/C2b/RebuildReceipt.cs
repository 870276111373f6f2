using Payments.Application.Common;
using Payments.Application.Idempotency;

namespace Payments.Application.C2b;

/// <summary>The answer to the request that matched a receipt.</summary>
public sealed class RebuildReceipt(IC2bPayments paybill) : IResponseReplayer
{
    public string Kind => C2bResource.Receipt;

    public async Task<object> Rebuild(Caller caller, CreatedResource created, CancellationToken cancellation) => (await paybill.Receipt(new(created.Id), cancellation))!;
}
