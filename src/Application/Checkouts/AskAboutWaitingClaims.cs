using MediatR;

namespace Payments.Application.Checkouts;

/// <summary>Asks about the claims nobody asked about yet: their process died, or Safaricom could not be asked then. Answers how many were asked about.</summary>
public sealed record AskAboutWaitingClaims : IRequest<int>;

/// <summary>One after the other, each in its own commits; dies anywhere, and the next round goes on.</summary>
public sealed class AskAboutWaitingClaimsHandler(IReceiptClaims claims, IMediator mediator) : IRequestHandler<AskAboutWaitingClaims, int>
{
    /// <summary>A round comes every five seconds, and the budget has as much for claims in that time.</summary>
    private const int Most = 10;

    public async Task<int> Handle(AskAboutWaitingClaims request, CancellationToken cancellationToken)
    {
        var asked = 0;
        foreach (var (checkout, code) in await claims.Unasked(AskAboutClaimHandler.Pause, Most, cancellationToken))
        {
            asked += await mediator.Send(new AskAboutClaim(checkout, code), cancellationToken) ? 1 : 0;
        }

        return asked;
    }
}
