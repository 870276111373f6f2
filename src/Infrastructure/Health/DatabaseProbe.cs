using System.Diagnostics;
using System.Globalization;
using Npgsql;
using Payments.Infrastructure.Database;

namespace Payments.Infrastructure.Health;

/// <summary>What the database answered.</summary>
/// <param name="Detail">One sentence: its version and how long it took, or why there is no answer.</param>
/// <param name="Migration">The newest that has run; null when none has, or without an answer.</param>
internal sealed record DatabaseAnswer(bool Answers, string Detail, string? Migration);

/// <summary>Asks PostgreSQL whether it is there: once for all who ask at a time. Never throws, takes a second at most.</summary>
internal sealed class DatabaseProbe
{
    /// <summary>A balancer's patience: what takes longer is as good as away.</summary>
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(1);

    private readonly Connections database;
    private readonly CoalescedRead<DatabaseAnswer> answers;

    public DatabaseProbe(Connections database, TimeProvider clock)
    {
        this.database = database;
        answers = new(Ask, clock);
    }

    /// <summary>A report begins: what was answered before it is over.</summary>
    public void Renew() => answers.Renew();

    /// <summary>What it answers now, or did a quarter of a second ago.</summary>
    public Task<DatabaseAnswer> Read(CancellationToken cancellation) => answers.See(cancellation);

    private async Task<DatabaseAnswer> Ask()
    {
        var started = Stopwatch.GetTimestamp();
        try
        {
            var (version, migration) = await Query().WaitAsync(Timeout);
            var took = Stopwatch.GetElapsedTime(started);
            return new(true, string.Create(CultureInfo.InvariantCulture, $"PostgreSQL {version} answers in {took.TotalMilliseconds:0} ms."), migration);
        }
        catch (Exception failure) when (failure is NpgsqlException or TimeoutException or OperationCanceledException)
        {
            return new(false, $"It does not answer within {Timeout.TotalSeconds:0} s: {failure.Message}", null);
        }
    }

    private async Task<(Version Version, string? Migration)> Query()
    {
        await using var connection = await database.OpenConnectionAsync();
        await using var command = new NpgsqlCommand(
            $"SELECT CASE WHEN to_regclass('{DataSources.Schema}.migrations') IS NOT NULL THEN true END", connection);
        if (await command.ExecuteScalarAsync() is not true)
        {
            return (connection.PostgreSqlVersion, null);
        }

        await using var newest = new NpgsqlCommand($"SELECT max(scriptname) FROM {DataSources.Schema}.migrations", connection);
        var name = await newest.ExecuteScalarAsync() as string;
        return (connection.PostgreSqlVersion, name?.Split('.') is [.., var script, "sql"] ? script : name);
    }
}
