using Npgsql;
using Payments.Infrastructure.Database;
using Payments.Infrastructure.Health;

namespace Payments.Infrastructure.Inbox.Spool;

/// <summary>What this process can promise a callback.</summary>
public enum IntakeState
{
    /// <summary>The database takes it.</summary>
    Ready,

    /// <summary>The database is away; the spool takes it.</summary>
    Degraded,

    /// <summary>Nothing takes it: 503.</summary>
    Unavailable,
}

/// <summary>Whether a callback can be stored durably now, and where.</summary>
public sealed class IntakeHealth
{
    /// <summary>A balancer asks every few seconds and wants an answer, not a long wait.</summary>
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(1);

    private readonly Connections database;
    private readonly DatabaseState state;
    private readonly DatabaseCircuit circuit;
    private readonly CallbackSpool? spool;
    private readonly CoalescedRead<bool> answers;

    public IntakeHealth(Connections database, DatabaseState state, DatabaseCircuit circuit, TimeProvider clock, CallbackSpool? spool = null)
    {
        (this.database, this.state, this.circuit, this.spool) = (database, state, circuit, spool);
        answers = new(Answers, clock);
    }

    /// <summary>Looks at the database and the disk, once for all who ask at a time; never throws, takes about a second at most.</summary>
    public async Task<IntakeState> Check(CancellationToken cancellation) =>
        state.IsReady && !circuit.IsOpen && await answers.See(cancellation) ? IntakeState.Ready
        : spool is { HasRoom: true } ? IntakeState.Degraded
        : IntakeState.Unavailable;

    private async Task<bool> Answers()
    {
        using var patience = new CancellationTokenSource(Timeout);
        try
        {
            await using var command = database.CreateCommand("SELECT 1");
            await command.ExecuteScalarAsync(patience.Token);
            return true;
        }
        catch (Exception failure) when (failure is NpgsqlException or OperationCanceledException or TimeoutException)
        {
            return false;
        }
    }
}
