using FluentValidation;
using MediatR;
using Payments.Application.Common;
using Payments.Domain.Checkouts;

namespace Payments.Application.Checkouts;

/// <summary>Reads checkouts, newest created first; times are createdAt, half-open.</summary>
public sealed record ListCheckouts(
    Caller Caller, string? OrderReference, string? ExternalId, string? Account, string? Status, DateTimeOffset? From, DateTimeOffset? To, string? Cursor, int? Limit)
    : IRequest<Page<CheckoutView>>;

/// <summary>One page of a list.</summary>
/// <param name="NextCursor">Give it back to read on; null at the end.</param>
public sealed record Page<T>(IReadOnlyList<T> Items, string? NextCursor);

/// <summary>What a filter may be.</summary>
public sealed class ListCheckoutsValidator : AbstractValidator<ListCheckouts>
{
    public ListCheckoutsValidator()
    {
        RuleFor(q => q.ExternalId).ExternalId();
        RuleFor(q => q.Status)
            .Must(status => status is null || EnumNames.TryRead<CheckoutStatus>(status, out _))
            .WithMessage("Give one of open, pending, paid, failed, expired, cancelled.");
        RuleFor(q => q.Limit).PageLimit();
        RuleFor(q => q.Cursor).PageCursor();
    }
}

/// <summary>Reads a page.</summary>
public sealed class ListCheckoutsHandler(ICheckouts checkouts) : IRequestHandler<ListCheckouts, Page<CheckoutView>>
{
    public async Task<Page<CheckoutView>> Handle(ListCheckouts request, CancellationToken cancellationToken)
    {
        var limit = request.Limit ?? Paging.DefaultLimit;
        CheckoutStatus? status = EnumNames.TryRead<CheckoutStatus>(request.Status, out var s) ? s : null;
        static string? Key(string? text) => text is null ? null : OrderReference.KeyOf(text);
        var found = await checkouts.List(
            new(request.Caller.SeesAll ? null : request.Caller.Client, Key(request.OrderReference), Key(request.Account), request.ExternalId, status, request.From, request.To, Paging.Read(request.Cursor), limit + 1),
            cancellationToken);
        return Paging.Page(found, limit, c => new(c.CreatedAt, c.Id.Value), c => CheckoutView.Of(c, toShop: true));
    }
}
