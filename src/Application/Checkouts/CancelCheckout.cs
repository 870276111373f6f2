using MediatR;
using Payments.Application.Common;
using Payments.Application.Idempotency;
using Payments.Domain.Common;

namespace Payments.Application.Checkouts;

/// <summary>The shop gives a checkout up.</summary>
public sealed record CancelCheckout(Caller Caller, CheckoutId CheckoutId) : IRequest<Result<CheckoutView>>;

/// <summary>Cancels under the checkout's lock; cancelling again is the same answer.</summary>
public sealed class CancelCheckoutHandler(ICheckouts checkouts, ITransactions transactions)
    : IRequestHandler<CancelCheckout, Result<CheckoutView>>
{
    public Task<Result<CheckoutView>> Handle(CancelCheckout request, CancellationToken cancellationToken) => transactions.Run<Result<CheckoutView>>(
        request.Caller,
        async now =>
        {
            var loaded = await checkouts.LoadForChange(new(Ids: [request.CheckoutId]));
            if (loaded.Checkouts is not [var checkout] || !request.Caller.MaySee(checkout.Client, checkout.Id))
            {
                return Refusal.NotFound("checkout");
            }

            if (checkout.Cancel(now) is { } refusal)
            {
                return CheckoutRefusals.Of(refusal);
            }

            await checkouts.Save([checkout]);
            return Result.Created(CheckoutView.Of(checkout, toShop: true), CreatedResourceKind.Checkout, checkout.Id);
        },
        cancellationToken);
}
