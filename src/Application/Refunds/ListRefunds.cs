using FluentValidation;
using MediatR;
using Payments.Application.Checkouts;
using Payments.Application.Common;
using Payments.Application.Transfers;
using Payments.Domain.Checkouts;
using Payments.Domain.Common;

namespace Payments.Application.Refunds;

/// <summary>Reads refunds, newest created first; times are createdAt, half-open.</summary>
public sealed record ListRefunds(
    Caller Caller, string? OrderReference, string? Status, DateTimeOffset? From, DateTimeOffset? To, string? Cursor, int? Limit) : IRequest<Page<RefundView>>;

/// <summary>What a filter may be.</summary>
public sealed class ListRefundsValidator : AbstractValidator<ListRefunds>
{
    public ListRefundsValidator()
    {
        RuleFor(q => q.Status).TransferState();
        RuleFor(q => q.OrderReference).Printable(20);
        RuleFor(q => q.Limit).PageLimit();
        RuleFor(q => q.Cursor).PageCursor();
    }
}

/// <summary>Reads a page.</summary>
public sealed class ListRefundsHandler(IRefunds refunds) : IRequestHandler<ListRefunds, Page<RefundView>>
{
    public async Task<Page<RefundView>> Handle(ListRefunds request, CancellationToken cancellationToken)
    {
        var limit = request.Limit ?? Paging.DefaultLimit;
        var reference = request.OrderReference is { } text ? OrderReference.KeyOf(text) : null;
        var found = await refunds.List(
            TransferStates.Filter(request.Caller, reference, request.Status, request.From, request.To, request.Cursor, limit), cancellationToken);
        return Paging.Page(found, limit, r => new(r.CreatedAt, r.Id.Value), r => RefundView.Of(r, toShop: true));
    }
}

/// <summary>Reads one refund.</summary>
public sealed record GetRefund(Caller Caller, RefundId Id) : IRequest<Result<RefundView>>;

/// <summary>Shows it to its shop or to an operator.</summary>
public sealed class GetRefundHandler(IRefunds refunds) : IRequestHandler<GetRefund, Result<RefundView>>
{
    public async Task<Result<RefundView>> Handle(GetRefund request, CancellationToken cancellationToken) =>
        await refunds.Find(request.Id, cancellationToken) is { } refund && (request.Caller.SeesAll || refund.Client == request.Caller.Client)
            ? RefundView.Of(refund, toShop: true)
            : Refusal.NotFound("refund");
}
