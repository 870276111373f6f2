using FluentValidation;
using MediatR;
using Payments.Application.Checkouts;
using Payments.Application.Common;
using Payments.Domain.Common;

namespace Payments.Application.Cases;

/// <summary>Reads cases with their whole history, newest first.</summary>
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
    public async Task<Page<CaseView>> Handle(ListCases request, CancellationToken cancellationToken)
    {
        var limit = request.Limit ?? Paging.DefaultLimit;
        var found = await cases.List(request.Status, request.Kind, Paging.Read(request.Cursor), limit + 1, cancellationToken);
        var history = await cases.History([.. found.Select(c => c.SubjectId)], cancellationToken);
        return Paging.Page(found, limit, c => new(c.CreatedAt, c.Id.Value), c => CaseView.Of(c) with { History = [.. history[c.SubjectId]] });
    }
}

/// <summary>Reads one case with its whole history.</summary>
public sealed record GetCase(CaseId Id) : IRequest<Result<CaseView>>;

/// <summary>Reads it.</summary>
public sealed class GetCaseHandler(ICases cases) : IRequestHandler<GetCase, Result<CaseView>>
{
    public async Task<Result<CaseView>> Handle(GetCase request, CancellationToken cancellationToken)
    {
        if (await cases.Find(request.Id) is not { } found)
        {
            return Refusal.NotFound("case");
        }

        var history = await cases.History([found.SubjectId], cancellationToken);
        return CaseView.Of(found) with { History = [.. history[found.SubjectId]] };
    }
}
