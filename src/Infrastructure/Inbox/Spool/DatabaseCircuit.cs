using Microsoft.Extensions.Logging;
using Payments.Infrastructure.Database;

namespace Payments.Infrastructure.Inbox.Spool;

/// <summary>
/// Whether the inbox's database is worth waiting for: after a commit that failed or was too slow nobody else waits for it, until a
/// probe in the background (<see cref="SpoolDrain"/>) has written to it again.
/// </summary>
public sealed partial class DatabaseCircuit(DatabaseState state, Connections database, ILogger<DatabaseCircuit> log)
{
    private readonly Lock gate = new();
    private bool isOpen;
    private bool isConfirmed;

    /// <summary>True while callbacks do not try the database; also before it has been migrated.</summary>
    public bool IsOpen => isOpen || !state.IsReady;

    /// <summary>True once a probe has failed too: one slow commit is no reason to turn the shops away.</summary>
    public bool IsAway => isConfirmed || !state.IsReady;

    /// <summary>A commit failed or did not end in time.</summary>
    public void Open(Exception why)
    {
        lock (gate)
        {
            if (isOpen)
            {
                return;
            }

            isOpen = true;
        }

        LogOpened(why.Message);

        // The other pooled connections are most likely as dead; each would cost the return of the database another failure.
        database.Clear();
    }

    /// <summary>The probe failed too.</summary>
    public void Confirm()
    {
        lock (gate)
        {
            isConfirmed = isOpen;
        }

        database.Clear();
    }

    /// <summary>The probe wrote.</summary>
    public void Close()
    {
        lock (gate)
        {
            if (!isOpen)
            {
                return;
            }

            isOpen = isConfirmed = false;
        }

        LogClosed();
    }

    [LoggerMessage(EventName = "database_away", Level = LogLevel.Error,
        Message = "The database does not store callbacks ({Why}); they are not made to wait for it")]
    private partial void LogOpened(string why);

    [LoggerMessage(EventName = "database_back", Level = LogLevel.Warning, Message = "The database stores callbacks again")]
    private partial void LogClosed();
}
