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

/// <summary>An operator gives back surplus, or money that belongs to no order.</summary>
/// <param name="Amount">Shillings; null: all that is left of the surplus, or of the receipt.</param>
public sealed record RefundReceipt(Caller Caller, ReceiptId ReceiptId, decimal? Amount, string? Reason) : IRequest<Result<RefundView>>;

/// <summary>What it must look like; a reason is not asked for, since surplus is one.</summary>
public sealed class RefundReceiptValidator : AbstractValidator<RefundReceipt>
{
    public RefundReceiptValidator()
    {
        RuleFor(c => c.Amount).RefundAmount();
        RuleFor(c => c.Reason).RefundReason().When(c => c.Reason is not null);
    }
}

/// <summary>Reserves and enqueues in one commit, under the lock of the receipt's checkout, or of the receipt where it has none.</summary>
public sealed class RefundReceiptHandler(ICheckouts checkouts, IRefunds refunds, IPayoutCeilings ceilings, IAudit audit, ITransactions transactions, RequestNames names)
    : IRequestHandler<RefundReceipt, Result<RefundView>>
{
    public Task<Result<RefundView>> Handle(RefundReceipt request, CancellationToken cancellationToken) =>
        transactions.Run(request.Caller, now => Queue(request, now), cancellationToken);

    private async Task<Result<RefundView>> Queue(RefundReceipt request, DateTimeOffset now)
    {
        if (await refunds.LoadReceipt(request.ReceiptId) is not { } loaded)
        {
            return Refusal.NotFound("receipt");
        }

        var receipt = loaded.Receipt;
        var (plan, refusal) = RefundPolicy.OfSurplus(
            receipt, receipt.Refunds, loaded.Checkout?.PhoneOf(receipt), RefundRequests.Read(request.Amount));
        if (plan is null)
        {
            return RefundRequests.Refuse(refusal!.Value);
        }

        if (await ceilings.Reserve(request.Caller, plan.Amount, now) is { } over)
        {
            return over;
        }

        var reason = request.Reason?.Trim() ?? (loaded.Checkout is null ? "Payment without an order" : "Paid too much");
        var refund = Refund.Queue(
            RefundRequests.Name(names, plan, request.Caller), loaded.Checkout?.Client ?? request.Caller.Client, plan, loaded.Checkout?.Reference?.Value, reason, ofSurplus: true, now);
        var left = receipt.Left;
        if (loaded.Checkout is { } checkout)
        {
            checkout.Reserve(refund, now);
            await checkouts.Save([checkout]);
        }
        else
        {
            receipt.Reserve(refund);
            await checkouts.Save([], [receipt]);
        }

        await refunds.Add(refund);
        await RefundRequests.Note(audit, request.Caller, "receipt.refund", refund, receipt, left);
        return Result.Created(RefundView.Of(refund, toShop: true), CreatedResourceKind.Refund, refund.Id);
    }
}
