using Payments.Application.Common;
using Payments.Application.Idempotency;

namespace Payments.Application.Checkouts;

/// <summary>The answer to the request that made a checkout.</summary>
public sealed class RebuildNewCheckout(ICheckouts checkouts, IClientSecrets secrets) : IResponseReplayer
{
    public string Kind => CreatedResourceKind.NewCheckout;

    public async Task<object> Rebuild(Caller caller, Guid id, CancellationToken cancellation) =>
        CheckoutView.Of((await checkouts.Find(new(id), cancellation))!, toShop: true) with { ClientSecret = secrets.For(new(id)) };
}

/// <summary>The answer to a request that changed a checkout.</summary>
public sealed class RebuildCheckout(ICheckouts checkouts) : IResponseReplayer
{
    public string Kind => CreatedResourceKind.Checkout;

    public async Task<object> Rebuild(Caller caller, Guid id, CancellationToken cancellation) =>
        CheckoutView.Of((await checkouts.Find(new(id), cancellation))!, caller.IsShop);
}
