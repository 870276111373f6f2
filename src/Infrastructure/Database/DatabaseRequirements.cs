using Npgsql;
using Payments.Infrastructure.Hosting;

namespace Payments.Infrastructure.Database;

/// <summary>
/// Everything this service relies on in its database, checked in one place: by each process at start, and by whoever wants to know. Changes
/// nothing. In the order of what is built on what: the first that refuses ends the list.
/// </summary>
public sealed class DatabaseRequirements(Connections database, DatabaseSettings settings, Roles roles)
{
    /// <summary>Checks all. Throws what Npgsql throws while the database cannot be reached.</summary>
    public async Task<IReadOnlyList<Requirement>> Check(CancellationToken cancellation)
    {
        var found = new List<Requirement>(settings.Corrections.Select(said => new Requirement("database.connection_string", RequirementState.Corrected, said)));
        Func<Task<IEnumerable<Requirement>>>[] checks =
        [
            () => On(ServerRequirements.Check),
            async () => [await SessionSharing.Check(database.Pool, cancellation)],
            async () => [await Enlistment.Check(database.Pool, cancellation)],
            () => On(SessionRequirements.Check),
            () => On(SchemaRequirements.Check),
            () => On((connection, stop) => ConnectionRequirements.Check(connection, settings, roles, stop)),
            async () => [await ConnectionRequirements.Open(database, roles, cancellation)],
        ];
        foreach (var check in checks)
        {
            found.AddRange(await check());
            if (found.Exists(one => one.State == RequirementState.Refused))
            {
                break;
            }
        }

        return found;

        async Task<IEnumerable<Requirement>> On(Func<NpgsqlConnection, CancellationToken, Task<IReadOnlyList<Requirement>>> check)
        {
            await using var connection = await database.OpenConnectionAsync(cancellation);
            return await check(connection, cancellation);
        }
    }
}
