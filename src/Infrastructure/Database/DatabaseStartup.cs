using Hangfire.PostgreSql;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Payments.Infrastructure.Database;

/// <summary>
/// Checks the database, migrates and stamps it, in a supervised retry loop: a process started while the database is away listens all the
/// same. What waiting does not mend ends the process with a sentence.
/// </summary>
internal sealed partial class DatabaseStartup(
    Connections database, DatabaseRequirements requirements, PostgreSqlStorageOptions jobs, DatabaseState state, DeploymentStamp stamp,
    IHostApplicationLifetime lifetime, ILogger<DatabaseStartup> log)
    : BackgroundService
{
    private readonly HashSet<string> said = new(StringComparer.Ordinal);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                if (await TryPrepare(stoppingToken) is { } waitsFor)
                {
                    Wait(waitsFor);
                }
                else if (await stamp.Mismatch(database) is { } mismatch)
                {
                    LogMismatch(mismatch);
                    End();
                    return;
                }
                else
                {
                    state.SetReady();
                    return;
                }
            }
            catch (DatabaseRefusedException refused)
            {
                state.Problem = refused.Message;
                LogRefused(refused.Message);
                End();
                return;
            }
            catch (Exception failure) when (failure is not OperationCanceledException)
            {
                Wait(failure.Message);
            }

            await Task.Delay(TimeSpan.FromSeconds(1), stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Null when the database has all that is relied on and this version's tables; else what has to come first.</summary>
    private async Task<string?> TryPrepare(CancellationToken cancellation)
    {
        var found = await requirements.Check(cancellation);
        foreach (var one in found.Where(one => one.State is RequirementState.Corrected or RequirementState.Noticed && said.Add(one.Sentence)))
        {
            LogCorrected(one.Sentence);
        }

        if (found.FirstOrDefault(one => one.State == RequirementState.Refused) is { } refused)
        {
            throw new DatabaseRefusedException(refused.Sentence);
        }

        if (found.FirstOrDefault(one => one.State == RequirementState.Waiting) is { } waiting)
        {
            // Settings of a database or role reach new sessions only.
            database.Clear();
            return waiting.Sentence;
        }

        jobs.SchemaName = await Migrator.Migrate(database.Pool, cancellation);
        await database.Warm(cancellation);
        return null;
    }

    private void Wait(string why)
    {
        state.Problem = why;
        LogWaiting(why);
    }

    private void End()
    {
        Environment.ExitCode = 1;
        lifetime.StopApplication();
    }

    [LoggerMessage(EventName = "database_waiting", Level = LogLevel.Warning, Message = "The database is not ready: {Why}; trying again")]
    private partial void LogWaiting(string why);

    [LoggerMessage(EventName = "database_corrected", Level = LogLevel.Warning, Message = "{Sentence}")]
    private partial void LogCorrected(string sentence);

    [LoggerMessage(EventName = "database_refused", Level = LogLevel.Critical, Message = "{Sentence}")]
    private partial void LogRefused(string sentence);

    [LoggerMessage(EventName = "database_mismatch", Level = LogLevel.Critical, Message = "{Mismatch}")]
    private partial void LogMismatch(string mismatch);
}
