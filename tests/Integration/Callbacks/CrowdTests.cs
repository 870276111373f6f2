using System.Diagnostics;
using System.Net;
using Npgsql;
using Xunit;

namespace Payments.Tests.Integration;

/// <summary>Callers of the API have connections of their own: when they use them up, a callback is stored, applied and told of all the same.</summary>
public sealed class CrowdTests(TestDatabase databases)
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Callers_who_use_up_their_connections_keep_no_callback_waiting(bool isShop)
    {
        using var folder = new SpoolFolder();
        await using var host = await PaymentsHost.Start(
            databases, $"Spool:Path={folder.Path}", "Limits:RequestsPerKey=1000");
        var ringing = await host.Ringing();
        var own = await host.Checkout(phone: null);
        using var secret = host.WithKey((string)own["clientSecret"]!);

        // Every request with an Idempotency-Key now stands still with a connection in its hands.
        await using var holder = new NpgsqlConnection(host.ConnectionString + ";Search Path=payments;Pooling=false");
        await holder.OpenAsync(TestContext.Current.CancellationToken);
        await using var holding = await holder.BeginTransactionAsync(TestContext.Current.CancellationToken);
        await using (var command = new NpgsqlCommand("LOCK TABLE idempotency_keys IN ACCESS EXCLUSIVE MODE", holder, holding))
        {
            await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        }

        var crowd = Enumerable.Range(0, 80).Select(_ => isShop
            ? host.Shop.Keyed("/api/checkouts", new { orderReference = PaymentsHost.NewReference(), amount = 10 })
            : secret.Keyed($"/api/checkouts/{own["id"]}/pay", new { phone = PaymentsHost.Customer })).ToList();
        await PaymentsHost.Eventually(
            async () => await host.Sql<long>("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'") >= 3, "they stand still");

        for (var i = 0; i < 5; i++)
        {
            var clock = Stopwatch.StartNew();
            Assert.Equal(HttpStatusCode.OK, (await host.Call("/callbacks/stk/callback", $"hint {i}")).StatusCode);
            Assert.True(clock.Elapsed < TimeSpan.FromSeconds(1.5), $"A callback waited {clock.Elapsed.TotalSeconds:0.0} s.");
        }

        var (path, body) = host.SuccessCallback(ringing, PaymentsHost.NewReceipt());
        Assert.Equal(HttpStatusCode.OK, (await host.Call(path, body)).StatusCode);
        await PaymentsHost.Eventually(
            async () => await host.Sql<bool>($"SELECT status = 'paid' FROM checkouts WHERE id = '{PayoutCalls.IdOf(ringing)}'"), "it is applied", 4);
        Assert.Equal("ready", await host.Readiness());
        Assert.Equal(HttpStatusCode.OK, (await host.Ops.GetAsync("/api/ops/callbacks", TestContext.Current.CancellationToken)).StatusCode);
        Assert.Empty(Directory.GetFiles(folder.Path, "*.spool"));

        await holding.RollbackAsync(TestContext.Current.CancellationToken);
        await Task.WhenAll(crowd);
    }
}
