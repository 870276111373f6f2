using System.Diagnostics;
using Dapper;
using Npgsql;
using Payments.Application.Diagnostics;
using Payments.Infrastructure.Database;

namespace Payments.Infrastructure.Diagnostics;

/// <summary>Looks at the database without changing it.</summary>
internal sealed class DatabaseInspector(Connections database) : IDatabaseInspector
{
    /// <summary>Longer than a database on another continent takes.</summary>
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);

    public async Task<DatabaseInspection> Inspect(CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(Timeout);
        try
        {
            await using var connection = await database.OpenConnectionAsync(limit.Token);
            var ahead = await ClockAhead(connection, limit.Token);
            var has = await connection.QuerySingleAsync<Tables>(
                """
                SELECT to_regclass('payments.migrations') IS NOT NULL AS migrations, to_regclass('payments.deployment') IS NOT NULL AS deployment
                """);
            var ran = has.Migrations ? (await connection.QueryAsync<string>("SELECT scriptname FROM payments.migrations")).ToHashSet(StringComparer.Ordinal) : [];
            var stamp = has.Deployment
                ? (await connection.QueryAsync<DeploymentStamp>("SELECT environment, shortcode FROM payments.deployment")).SingleOrDefault() : null;
            var ours = Migrator.Scripts();
            return new(null, connection.PostgreSqlVersion, [.. ours.Where(name => !ran.Contains(name)).Select(Short)], [.. ran.Except(ours).Order().Select(Short)],
                stamp?.Environment, stamp?.Shortcode, ahead);
        }
        catch (Exception failure) when (failure is NpgsqlException or TimeoutException or System.Net.Sockets.SocketException
            || (failure is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            var why = failure is OperationCanceledException ? $"It does not answer within {Timeout.TotalSeconds:0} s" : failure.Message.TrimEnd('.');
            return new(why + ".", null, [], [], null, null, default);
        }
    }

    /// <summary>Compared with the middle of the question's way there and back; the best of three, for the first one also wakes things up.</summary>
    private static async Task<TimeSpan> ClockAhead(NpgsqlConnection connection, CancellationToken cancellation)
    {
        var (best, ahead) = (TimeSpan.MaxValue, TimeSpan.Zero);
        for (var i = 0; i < 3; i++)
        {
            var (asked, started) = (DateTimeOffset.UtcNow, Stopwatch.GetTimestamp());
            var theirs = await connection.QuerySingleAsync<DateTimeOffset>(new CommandDefinition("SELECT clock_timestamp()", cancellationToken: cancellation));
            var took = Stopwatch.GetElapsedTime(started);
            if (took < best)
            {
                (best, ahead) = (took, theirs - (asked + (took / 2)));
            }
        }

        return ahead;
    }

    /// <summary><c>0006_setup</c> out of the resource's long name.</summary>
    private static string Short(string name) => name.Split('.') is { Length: >= 2 } parts ? parts[^2] : name;

    private sealed record Tables(bool Migrations, bool Deployment);
}
