using Npgsql;
using Payments.Application.Checkouts;
using Payments.Domain.Common;
using Payments.Infrastructure.Events;

namespace Payments.Infrastructure.Checkouts;

/// <summary>Checkouts, as events tell of them.</summary>
internal sealed class CheckoutEventSubject : IEventSubject
{
    public string TypePrefix => "checkout.";

    public async Task<IReadOnlyDictionary<Guid, object>> Show(NpgsqlConnection connection, IReadOnlyCollection<Guid> ids) =>
        (await CheckoutRepository.Read(connection, [.. ids.Select(id => new CheckoutId(id))]))
        .ToDictionary(checkout => checkout.Id.Value, object (checkout) => CheckoutView.Of(checkout, toShop: true));
}
