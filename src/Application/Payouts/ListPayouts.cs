using FluentValidation;
using MediatR;
using Payments.Application.Checkouts;
using Payments.Application.Common;
using Payments.Application.Transfers;
using Payments.Domain.Common;

namespace Payments.Application.Payouts;

/// <summary>Reads payouts, newest created first; times are createdAt, half-open.</summary>
public sealed record ListPayouts(
    Caller Caller, string? Reference, string? Status, DateTimeOffset? From, DateTimeOffset? To, string? Cursor, int? Limit) : IRequest<Page<PayoutView>>;

/// <summary>What a filter may be.</summary>
public sealed class ListPayoutsValidator : AbstractValidator<ListPayouts>
{
    public ListPayoutsValidator()
    {
        RuleFor(q => q.Status).TransferState();
        RuleFor(q => q.Reference).Printable(100);
        RuleFor(q => q.Limit).PageLimit();
        RuleFor(q => q.Cursor).PageCursor();
    }
}

/// <summary>Reads a page.</summary>
public sealed class ListPayoutsHandler(IPayouts payouts) : IRequestHandler<ListPayouts, Page<PayoutView>>
{
    public async Task<Page<PayoutView>> Handle(ListPayouts request, CancellationToken cancellationToken)
    {
        var limit = request.Limit ?? Paging.DefaultLimit;
        var found = await payouts.List(
            TransferStates.Filter(request.Caller, request.Reference, request.Status, request.From, request.To, request.Cursor, limit), cancellationToken);
        return Paging.Page(found, limit, p => new(p.CreatedAt, p.Id.Value), PayoutView.Of);
    }
}

/// <summary>Reads one payout.</summary>
public sealed record GetPayout(Caller Caller, PayoutId Id) : IRequest<Result<PayoutView>>;

/// <summary>Shows it to its shop or to an operator.</summary>
public sealed class GetPayoutHandler(IPayouts payouts) : IRequestHandler<GetPayout, Result<PayoutView>>
{
    public async Task<Result<PayoutView>> Handle(GetPayout request, CancellationToken cancellationToken) =>
        await payouts.Find(request.Id, cancellationToken) is { } payout && (request.Caller.SeesAll || payout.Client == request.Caller.Client)
            ? PayoutView.Of(payout)
            : Refusal.NotFound("payout");
}
