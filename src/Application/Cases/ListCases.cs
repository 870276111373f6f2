using FluentValidation;
using MediatR;

namespace Payments.Application;

/// <summary>Reads cases, newest first.</summary>
/// <param name="Status"><c>open</c> or <c>settled</c>; null: both.</param>
public sealed record ListCases(string? Status, string? Kind, string? Cursor, int? Limit) : IRequest<Page<CaseView>>;

/// <summary>What a filter may be.</summary>
public sealed class ListCasesValidator : AbstractValidator<ListCases>
{
    public ListCasesValidator()
    {
        RuleFor(q => q.Status).Must(status => status is null or "open" or "settled").WithMessage("Give one of open, settled.");
        RuleFor(q => q.Kind).Printable(50);
        RuleFor(q => q.Limit).PageLimit();
        RuleFor(q => q.Cursor).PageCursor();
    }
}

/// <summary>Reads a page.</summary>
public sealed class ListCasesHandler(ICases cases) : IRequestHandler<ListCases, Page<CaseView>>
{
    /// <inheritdoc/>
    public async Task<Page<CaseView>> Handle(ListCases request, CancellationToken cancellationToken)
    {
        var limit = request.Limit ?? Paging.DefaultLimit;
        var found = await cases.List(request.Status, request.Kind, Paging.Read(request.Cursor), limit + 1, cancellationToken);
        return Paging.Page(found, limit, c => new(c.CreatedAt, c.Id), CaseView.Of);
    }
}
