using Npgsql;

namespace Payments.Infrastructure.Events;

/// <summary>
/// A kind of thing that events tell of. What an event says was written with it; where that is not kept (erased with its thing, or written by a
/// version that wrote another form) the thing is shown as it stands now.
/// </summary>
internal interface IEventSubject
{
    /// <summary>What its types begin with, such as <c>checkout.</c>.</summary>
    string TypePrefix { get; }

    /// <summary>What the API shows of these now, by id; one that is not there is left out.</summary>
    Task<IReadOnlyDictionary<Guid, object>> Show(NpgsqlConnection connection, IReadOnlyCollection<Guid> ids);
}
