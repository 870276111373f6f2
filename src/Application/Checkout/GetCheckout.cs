using MediatR;

namespace Payments.Application;

/// <summary>Reads one checkout.</summary>
public sealed record GetCheckout(Caller Caller, Guid CheckoutId) : IRequest<Answer<CheckoutView>>;

/// <summary>Shows it to its shop, to an operator, or masked to the holder of its clientSecret.</summary>
public sealed class GetCheckoutHandler(ICheckouts checkouts) : IRequestHandler<GetCheckout, Answer<CheckoutView>>
{
    /// <inheritdoc/>
    public async Task<Answer<CheckoutView>> Handle(GetCheckout request, CancellationToken cancellationToken)
    {
        var checkout = await checkouts.Find(request.CheckoutId, cancellationToken);
        return checkout is null || !request.Caller.MaySee(checkout.Client, checkout.Id)
            ? Refusal.NotFound("checkout")
            : CheckoutView.Of(checkout, request.Caller.IsShop);
    }
}
