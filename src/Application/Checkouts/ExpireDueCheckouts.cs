using MediatR;
using Payments.Application.Common;
using Payments.Domain.Common;

namespace Payments.Application.Checkouts;

/// <summary>Expires checkouts whose time is over and declares surplus that waited long enough for its number. Answers how many changed.</summary>
public sealed record ExpireDueCheckouts : IRequest<int>;

/// <summary>PostgreSQL's clock finds them and decides again under their locks.</summary>
public sealed class ExpireDueCheckoutsHandler(ICheckouts checkouts, ITransactions transactions) : IRequestHandler<ExpireDueCheckouts, int>
{
    /// <summary>One round's most: a commit that stays short.</summary>
    private const int BatchSize = 500;

    public async Task<int> Handle(ExpireDueCheckouts request, CancellationToken cancellationToken)
    {
        var ids = await checkouts.FindDue(BatchSize, cancellationToken);
        return ids.Count == 0 ? 0 : await transactions.Run(now => End(ids, now), cancellationToken);
    }

    private async Task<int> End(IReadOnlyList<CheckoutId> ids, DateTimeOffset now)
    {
        var loaded = await checkouts.LoadForChange(new(Ids: ids));
        foreach (var checkout in loaded.Checkouts)
        {
            checkout.Expire(now);
            foreach (var receipt in checkout.Receipts.Where(r => r.SurplusDueAt <= now).ToList())
            {
                checkout.DeclareSurplus(receipt, now);
            }
        }

        await checkouts.Save(loaded.Checkouts);
        return loaded.Checkouts.Count;
    }
}
