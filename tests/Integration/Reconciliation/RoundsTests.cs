using Npgsql;
using Xunit;

namespace Payments.Tests.Integration;

/// <summary>
/// Questions come in rounds that Hangfire starts. A process, or PostgreSQL, that dies at the wrong moment leaves Hangfire's lock behind, and no
/// round starts until it is taken for dead.
/// </summary>
public sealed class RoundsTests(TestDatabase databases)
{
    [Fact]
    public async Task A_lock_the_dead_left_behind_keeps_rounds_away_for_seconds()
    {
        await using var host = await PaymentsHost.Start(databases);
        await PaymentsHost.Eventually(async () => await LastRound(host) > 0, "a round has begun");

        await LeaveLock(host, "now() - interval '5 seconds'");

        var last = await LastRound(host);
        await PaymentsHost.Eventually(async () => await LastRound(host) > last, "rounds begin again", seconds: 20);
    }

    [Fact]
    public async Task Rounds_that_do_not_come_are_made_up_for()
    {
        await using var host = await PaymentsHost.Start(databases, "Reconciliation:PendingSchedule=00:00:01 00:00:01 00:00:01");
        await PaymentsHost.Eventually(async () => await LastRound(host) > 0, "a round has begun");

        // As a process leaves it whose clock was an hour ahead.
        await LeaveLock(host, "now() + interval '1 hour'");
        var last = await LastRound(host);

        var checkout = await host.Checkout("254700000404");
        await host.Until(checkout, "paid", seconds: 60);
        Assert.Equal(last, await LastRound(host));
    }

    private static Task<long> LastRound(PaymentsHost host) => host.Sql<long>(
        "SELECT coalesce(max(value::bigint), 0) FROM payments_hangfire.hash WHERE key = 'recurring-job:reconcile' AND field = 'LastExecution'");

    /// <summary>Locks what starts rounds, as often as a live holder's release takes it away again.</summary>
    private static async Task LeaveLock(PaymentsHost host, string acquired)
    {
        await using var connection = new NpgsqlConnection(host.ConnectionString);
        await connection.OpenAsync();
        await PaymentsHost.Eventually(
            async () =>
            {
                await using var command = new NpgsqlCommand(
                    $"""
                    INSERT INTO payments_hangfire.lock (resource, updatecount, acquired) VALUES ('payments_hangfire:recurring-jobs:lock', 0, {acquired})
                    ON CONFLICT (resource) DO UPDATE SET acquired = excluded.acquired
                    """,
                    connection);
                await command.ExecuteNonQueryAsync();
                await Task.Delay(1500);
                await using var stays = new NpgsqlCommand("SELECT EXISTS (SELECT FROM payments_hangfire.lock WHERE resource = 'payments_hangfire:recurring-jobs:lock')", connection);
                return (bool)(await stays.ExecuteScalarAsync())!;
            },
            "the lock stays");
    }
}
