using MediatR;
using Payments.Application.Common;
using Payments.Application.Reconciliation;
using Payments.Domain.Common;

namespace Payments.Application.Checkouts;

/// <summary>Reads one checkout.</summary>
public sealed record GetCheckout(Caller Caller, CheckoutId CheckoutId) : IRequest<Result<CheckoutView>>;

/// <summary>
/// Shows it to its shop, to an operator, or masked to the holder of its clientSecret. A question that is overdue is asked at once, beside
/// the answer: a waiting shopper need not wait for the next round as well. However often it is read, the lease of a taken question lets
/// one through, the shared budget holds for it as for every other, and <see cref="ReadTriggeredQueryThrottle"/> keeps polling pages from trying more
/// often than that can matter.
/// </summary>
public sealed class GetCheckoutHandler(ICheckouts checkouts, ITransactions transactions, IBackgroundCommands detached, ReadTriggeredQueryThrottle readers, TimeProvider clock)
    : IRequestHandler<GetCheckout, Result<CheckoutView>>
{
    public async Task<Result<CheckoutView>> Handle(GetCheckout request, CancellationToken cancellationToken)
    {
        var checkout = await checkouts.Find(request.CheckoutId, cancellationToken);
        if (checkout is null || !request.Caller.MaySee(checkout.Client, checkout.Id))
        {
            return Refusal.NotFound("checkout");
        }

        // Only what has ended can be dead: a page that waits for its payment costs no transaction.
        if (!request.Caller.IsShop && checkout.EndedAt is { } ended
            && request.Caller.DeadSecret(ended, await transactions.Run(Task.FromResult, cancellationToken)) is { } refusal)
        {
            return refusal;
        }

        // This process's clock only guesses; PostgreSQL's decides whether the question is due.
        if (checkout.Attempts.Exists(a => a.NextQueryAt <= clock.GetUtcNow()) && readers.MayTry(checkout.Id))
        {
            _ = detached.Send(new QueryOverdueAttempts(checkout.Id));
        }

        return CheckoutView.Of(checkout, request.Caller.IsShop);
    }
}
