using MediatR;

namespace Payments.Application.Restores;

/// <summary>How the last restore stands.</summary>
public sealed record GetRestore : IRequest<RestoreView>;

/// <summary>The last restore, null when there was none, and what waits for its end.</summary>
public sealed record RestoreView(Restore? Restore, int Held);

/// <summary>Reads it.</summary>
public sealed class GetRestoreHandler(IRestores restores) : IRequestHandler<GetRestore, RestoreView>
{
    public async Task<RestoreView> Handle(GetRestore request, CancellationToken cancellationToken) =>
        new(await restores.Last(cancellationToken), await restores.CountHeld(cancellationToken));
}
