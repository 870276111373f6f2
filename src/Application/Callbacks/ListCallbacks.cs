using FluentValidation;
using MediatR;
using Payments.Application.Common;
using Payments.Application.Privacy;
using Payments.Domain.Common;

namespace Payments.Application.Callbacks;

/// <summary>Reads stored callbacks, newest first; times are receivedAt, half-open.</summary>
public sealed record ListCallbacks(
    string? Kind, string? Verdict, DateTimeOffset? From, DateTimeOffset? To, string? Q, string? Cursor, int? Limit) : IRequest<CallbackPage>;

/// <summary>One page of stored callbacks.</summary>
/// <param name="NextCursor">Give it back to read on; null at the end.</param>
/// <param name="BodiesSince">
/// With <c>q</c>: bodies of callbacks dealt with before this may have been erased, so a search finds nothing there. Null without <c>q</c>.
/// </param>
public sealed record CallbackPage(IReadOnlyList<CallbackView> Items, string? NextCursor, DateTimeOffset? BodiesSince);

/// <summary>What a filter may be.</summary>
public sealed class ListCallbacksValidator : AbstractValidator<ListCallbacks>
{
    public ListCallbacksValidator()
    {
        RuleFor(q => q.Kind)
            .Must(kind => kind is null || EnumNames.TryRead<CallbackKind>(kind, out _))
            .WithMessage($"Give one of {string.Join(", ", Enum.GetValues<CallbackKind>().Select(EnumNames.Name))}.");
        RuleFor(q => q.Verdict)
            .Must(verdict => verdict is null || EnumNames.TryRead<Verdict>(verdict, out _))
            .WithMessage($"Give one of {string.Join(", ", Enum.GetValues<Verdict>().Select(EnumNames.Name))}.");
        RuleFor(q => q.Q).Printable(100);
        RuleFor(q => q.Limit).PageLimit();
        RuleFor(q => q.Cursor).PageCursor();
    }
}

/// <summary>Reads a page.</summary>
public sealed class ListCallbacksHandler(ICallbacks callbacks, RetentionOptions retention, TimeProvider clock) : IRequestHandler<ListCallbacks, CallbackPage>
{
    public async Task<CallbackPage> Handle(ListCallbacks request, CancellationToken cancellationToken)
    {
        var limit = request.Limit ?? Paging.DefaultLimit;
        CallbackKind? kind = EnumNames.TryRead<CallbackKind>(request.Kind, out var k) ? k : null;
        Verdict? verdict = EnumNames.TryRead<Verdict>(request.Verdict, out var v) ? v : null;
        var rows = await callbacks.List(
            new(kind, verdict, request.From, request.To, request.Q, Paging.Read(request.Cursor), limit + 1), cancellationToken);
        var page = Paging.Page(rows, limit, c => new(c.ReceivedAt, CallbackId.Parse(c.Id).Value), c => c);
        return new(page.Items, page.NextCursor, request.Q is null ? null : clock.GetUtcNow() - TimeSpan.FromDays(retention.CallbackBodiesDays));
    }
}

/// <summary>Reads one stored callback with its raw body.</summary>
public sealed record GetCallback(CallbackId Id) : IRequest<Result<CallbackView>>;

/// <summary>Reads it.</summary>
public sealed class GetCallbackHandler(ICallbacks callbacks) : IRequestHandler<GetCallback, Result<CallbackView>>
{
    public async Task<Result<CallbackView>> Handle(GetCallback request, CancellationToken cancellationToken) =>
        await callbacks.Find(request.Id, cancellationToken) is { } found ? found : Refusal.NotFound("callback");
}
