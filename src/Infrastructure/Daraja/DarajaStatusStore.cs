using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Payments.Infrastructure.Database;

namespace Payments.Infrastructure.Daraja;

/// <summary>
/// Where processes tell each other, and operators, how they find Safaricom's APIs: a breaker that opens in one pauses everybody's questions,
/// and whoever is answered again says so. Told in the background and in order; a database that is away loses the news, not the call.
/// </summary>
public sealed class DarajaStatusStore(Connections database, ILogger<DarajaStatusStore> log)
{
    /// <summary>The state of an API that works.</summary>
    public const string Closed = "closed";

    private static readonly string Process = $"{Environment.MachineName}:{Environment.ProcessId}";

    /// <summary>APIs that are on the board as failing, as far as this process knows: only their successes are worth telling.</summary>
    private readonly ConcurrentDictionary<DarajaOperation, bool> failing = new();
    private readonly Lock gate = new();
    private Task telling = Task.CompletedTask;

    /// <summary>An API's name as it is stored and shown.</summary>
    public static string NameOf(DarajaOperation api) => JsonNamingPolicy.SnakeCaseLower.ConvertName(api.Name);

    /// <summary>APIs the database has as failing, read by whoever was about to ask: this process closes them once they answer it.</summary>
    internal void Remember(IReadOnlyCollection<string> open)
    {
        foreach (var api in DarajaOperations.All.Where(api => open.Contains(NameOf(api))))
        {
            failing[api] = true;
        }
    }

    /// <summary>This process leaves an API alone for a while.</summary>
    public void MarkUnavailable(DarajaOperation api, TimeSpan pause, string why)
    {
        failing[api] = true;
        Enqueue(
            api,
            """
            INSERT INTO daraja_apis (api, state, paused_until, why, found_by) VALUES ($1, 'open', now() + $3, $4, $2)
            ON CONFLICT (api) DO UPDATE SET state = 'open', paused_until = greatest(daraja_apis.paused_until, excluded.paused_until), why = excluded.why,
                found_by = excluded.found_by, changed_at = CASE WHEN daraja_apis.state = 'open' THEN daraja_apis.changed_at ELSE now() END
            """,
            pause, why.Length > 300 ? why[..300] : why);
    }

    /// <summary>An API has answered as it should.</summary>
    public void MarkAvailable(DarajaOperation api)
    {
        if (failing.TryRemove(api, out _))
        {
            Enqueue(api, "UPDATE daraja_apis SET state = 'closed', paused_until = NULL, why = NULL, found_by = $2, changed_at = now() WHERE api = $1 AND state = 'open'");
        }
    }

    private void Enqueue(DarajaOperation api, string sql, params object[] more)
    {
        lock (gate)
        {
            telling = telling.ContinueWith(_ => Write(api, sql, more), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default).Unwrap();
        }
    }

    private async Task Write(DarajaOperation api, string sql, object[] more)
    {
        try
        {
            await using var command = database.CreateCommand(sql);
            foreach (var value in (object[])[NameOf(api), Process, .. more])
            {
                command.Parameters.Add(new() { Value = value });
            }

            await command.ExecuteNonQueryAsync();
        }
        catch (Exception away)
        {
            // Told again at the next change; until then each process relies on what it finds itself.
            log.LogWarning(DarajaEvents.BoardNotWritten, "What was found of Daraja's {Api} could not be told to the other processes: {Why}", api.Name, away.Message);
        }
    }
}
