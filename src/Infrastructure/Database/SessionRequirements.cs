using System.Transactions;
using Npgsql;

namespace Payments.Infrastructure.Database;

/// <summary>The session: what was set holds, and what it overrides is said.</summary>
internal static class SessionRequirements
{
    public static async Task<IReadOnlyList<Requirement>> Check(NpgsqlConnection connection, CancellationToken cancellation)
    {
        var lost = await SessionSettings.NotInForce(connection, cancellation);
        if (lost.Count > 0)
        {
            return
            [
                new("database.session", RequirementState.Refused,
                    $"What each session sets for itself does not hold ({string.Join(", ", lost)}): something between this service and PostgreSQL takes it back. "
                    + "Connect to PostgreSQL itself, or through a pooler in session mode."),
            ];
        }

        var found = new List<Requirement> { new("database.session", RequirementState.Met, "Time-outs, search path and time zone are in force.") };
        if (await SessionSettings.Overridden(connection, cancellation) is { Count: > 0 } overridden)
        {
            found.Add(new("database.settings", RequirementState.Corrected,
                $"The database or role sets {string.Join(", ", overridden)}: not used in this service's own sessions, which have limits of their own."));
        }

        return found;
    }
}

/// <summary>
/// A pooler in transaction mode gives a server's session to whoever begins a transaction: locks, LISTEN and settings would be somebody
/// else's. Found out by two connections at once, one idle and one in a transaction: they must not be the same session, nor change.
/// </summary>
internal static class SessionSharing
{
    private const string Name = "database.pooler";

    public static async Task<Requirement> Check(NpgsqlDataSource database, CancellationToken cancellation)
    {
        await using var idle = await database.OpenConnectionAsync(cancellation);
        var first = await Session(idle, null, cancellation);
        await using var busy = await database.OpenConnectionAsync(cancellation);
        try
        {
            await using var transaction = await busy.BeginTransactionAsync(cancellation);
            if (first == await Session(busy, transaction, cancellation) || first != await Session(idle, null, cancellation))
            {
                return Shared();
            }
        }
        catch (PostgresException refused) when (refused.SqlState == PostgresErrorCodes.ProtocolViolation)
        {
            // How PgBouncer in statement mode answers BEGIN.
            return Shared();
        }

        // A pooler hands out process numbers of its own.
        return first == idle.ProcessID
            ? new(Name, RequirementState.Met, "Connections are PostgreSQL's own.")
            : new(Name, RequirementState.Met, "A pooler is in between, in session mode: its pool has to hold all connections of all processes at once.");
    }

    private static Requirement Shared() => new(Name, RequirementState.Refused,
        "A pooler in transaction or statement mode is in between, and this service needs sessions of its own (advisory locks, LISTEN, SET): "
        + "use its session mode (PgBouncer: pool_mode = session), or connect to PostgreSQL itself.");

    private static async Task<int> Session(NpgsqlConnection connection, NpgsqlTransaction? transaction, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("SELECT pg_backend_pid()", connection, transaction);
        return (int)(await command.ExecuteScalarAsync(cancellation))!;
    }
}

/// <summary>What is done in one TransactionScope, on connections opened one after the other, is one transaction: all money relies on it.</summary>
internal static class Enlistment
{
    private const string Name = "database.enlistment";

    public static async Task<Requirement> Check(NpgsqlDataSource database, CancellationToken cancellation)
    {
        using var scope = new TransactionScope(
            TransactionScopeOption.RequiresNew, new TransactionOptions { IsolationLevel = IsolationLevel.ReadCommitted }, TransactionScopeAsyncFlowOption.Enabled);
        return await Began() == await Began()
            ? new(Name, RequirementState.Met, "What belongs together is one transaction.")
            : new(Name, RequirementState.Refused,
                "Connections do not take part in the transaction they are opened in, so that payments and their jobs would not be stored together: "
                + "leave Enlist and Multiplexing out of ConnectionStrings__Payments.");

        // The time a transaction began, to the microsecond, with its session.
        async Task<(DateTime, int)> Began()
        {
            await using var connection = await database.OpenConnectionAsync(cancellation);
            await using var command = new NpgsqlCommand("SELECT now(), pg_backend_pid()", connection);
            await using var reader = await command.ExecuteReaderAsync(cancellation);
            await reader.ReadAsync(cancellation);
            return (reader.GetDateTime(0), reader.GetInt32(1));
        }
    }
}
