using Npgsql;
using Payments.Application.Cases;
using Payments.Domain.Common;
using Payments.Infrastructure.Events;

namespace Payments.Infrastructure.Cases;

/// <summary>Cases, as events tell of them.</summary>
internal sealed class CaseEventSubject : IEventSubject
{
    public string TypePrefix => "case.";

    public async Task<IReadOnlyDictionary<Guid, object>> Show(NpgsqlConnection connection, IReadOnlyCollection<Guid> ids) =>
        (await CaseRepository.Read(connection, [.. ids.Select(id => new CaseId(id))])).ToDictionary(stored => stored.Id.Value, object (stored) => CaseView.Of(stored));
}
