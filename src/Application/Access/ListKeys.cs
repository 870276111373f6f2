using FluentValidation;
using MediatR;
using Payments.Application.Common;

namespace Payments.Application.Access;

/// <summary>Lists keys, newest first, ended ones included.</summary>
public sealed record ListKeys(string? Client) : IRequest<IReadOnlyList<KeyView>>;

/// <summary>What a filter may be.</summary>
public sealed class ListKeysValidator : AbstractValidator<ListKeys>
{
    public ListKeysValidator() => RuleFor(q => q.Client).Printable(100);
}

/// <summary>Reads them.</summary>
public sealed class ListKeysHandler(IApiKeys keys) : IRequestHandler<ListKeys, IReadOnlyList<KeyView>>
{
    public async Task<IReadOnlyList<KeyView>> Handle(ListKeys request, CancellationToken cancellationToken) =>
        [.. (await keys.List(request.Client, cancellationToken)).Select(KeyView.Of)];
}
