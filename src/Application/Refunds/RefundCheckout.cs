using FluentValidation;
using MediatR;
using Payments.Application.Access;
using Payments.Application.Checkouts;
using Payments.Application.Common;
using Payments.Application.Idempotency;
using Payments.Application.Transfers;
using Payments.Domain.Common;
using Payments.Domain.Refunds;

namespace Payments.Application.Refunds;

/// <summary>A shop gives money of one checkout back.</summary>
/// <param name="Amount">Shillings; null: all that is left of the receipt.</param>
/// <param name="Receipt">Which payment; null is fine where only one can be meant.</param>
public sealed record RefundCheckout(Caller Caller, CheckoutId CheckoutId, decimal? Amount, string? Receipt, string? Reason) : IRequest<Result<RefundView>>;

/// <summary>What a refund must look like.</summary>
public sealed class RefundCheckoutValidator : AbstractValidator<RefundCheckout>
{
    public RefundCheckoutValidator()
    {
        RuleFor(c => c.Amount).RefundAmount();
        RuleFor(c => c.Reason).RefundReason();
        RuleFor(c => c.Receipt).Printable(20);
    }
}

/// <summary>
/// Reserves and enqueues in one commit, under the checkout's lock: two at once meet there, and the second sees the first. Dies before
/// the commit: nothing is reserved. What is reserved no longer counts towards an order that is not paid, in the same commit; a refund never
/// undoes <c>paid</c>.
/// </summary>
public sealed class RefundCheckoutHandler(ICheckouts checkouts, IRefunds refunds, IPayoutCeilings ceilings, IAudit audit, ITransactions transactions, RequestNames names)
    : IRequestHandler<RefundCheckout, Result<RefundView>>
{
    public Task<Result<RefundView>> Handle(RefundCheckout request, CancellationToken cancellationToken) =>
        transactions.Run(request.Caller, now => Queue(request, now), cancellationToken);

    private async Task<Result<RefundView>> Queue(RefundCheckout request, DateTimeOffset now)
    {
        var loaded = await checkouts.LoadForChange(new(Ids: [request.CheckoutId]));
        if (loaded.Checkouts is not [var checkout] || !request.Caller.MaySee(checkout.Client, checkout.Id))
        {
            return Refusal.NotFound("checkout");
        }

        var (plan, refusal) = RefundPolicy.OfCheckout(checkout, request.Receipt is { } typed ? ReceiptNumber.Typed(typed) : null, RefundRequests.Read(request.Amount));
        if (plan is null)
        {
            return RefundRequests.Refuse(refusal!.Value);
        }

        // A refund leaves the account like a payout, and is counted with them.
        if (await ceilings.Reserve(request.Caller, plan.Amount, now) is { } over)
        {
            return over;
        }

        var refund = Refund.Queue(RefundRequests.Name(names, plan, request.Caller), checkout.Client, plan, checkout.Reference?.Value, request.Reason!.Trim(), ofSurplus: false, now);
        var left = plan.Receipt.Left;
        checkout.Reserve(refund, now);
        await checkouts.Save([checkout]);
        await refunds.Add(refund);
        if (request.Caller.SeesAll)
        {
            // A shop's own refunds are its business; an operator's are accounted for.
            await RefundRequests.Note(audit, request.Caller, "checkout.refund", refund, plan.Receipt, left);
        }

        return Result.Created(RefundView.Of(refund, toShop: true), CreatedResourceKind.Refund, refund.Id);
    }
}
