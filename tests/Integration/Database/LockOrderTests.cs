using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Payments.Application.Callbacks;
using Payments.Application.Checkouts;
using Payments.Application.Common;
using Payments.Application.Refunds;
using Xunit;

namespace Payments.Tests.Integration;

/// <summary>
/// Whoever locks takes one order, so nobody waits in a circle. Each test builds the one interleaving in which a wrong order deadlocks:
/// PostgreSQL would find it after a second and end somebody's transaction.
/// </summary>
public sealed class LockOrderTests(LockOrderTests.NoWorkers running) : IClassFixture<LockOrderTests.NoWorkers>
{
    private readonly PaymentsHost host = running.Host;
    private static int made;
    private readonly Caller operators = new("ops", SeesAll: true, null);

    [Fact]
    public async Task A_receipt_that_is_matched_while_it_is_refunded_lets_a_refund_of_its_checkout_through()
    {
        var (checkout, receipt) = (await SeedCheckout("open"), await SeedReceipt("LOCKAAA001"));
        await host.Sql<int>($"UPDATE checkouts SET paid = 1000 WHERE id = '{checkout}' RETURNING 1");
        await using var matching = await Holder.Open(host);
        await matching.Run($"UPDATE receipts SET checkout_id = '{checkout}', applied = amount WHERE id = '{receipt}'");
        await using var changing = await Holder.Open(host);
        await changing.Run($"SELECT FROM checkouts WHERE id = '{checkout}' FOR NO KEY UPDATE");

        // One has read that the receipt stands nowhere and waits for it; the other is first in line for the checkout and will want the receipt.
        var ofReceipt = host.Send(new RefundReceipt(operators, new(receipt), null, "given back"));
        await Until_so_many_wait(1);
        var ofCheckout = host.Send(new RefundCheckout(operators, new(checkout), null, "LOCKAAA001", "given back"));
        await Until_so_many_wait(2);
        await matching.Commit();
        await Until_so_many_wait(2);
        await Nobody_deadlocks(changing.Commit, ofReceipt, ofCheckout);

        Assert.Equal(1, await host.Sql<long>($"SELECT count(*) FROM refunds WHERE receipt_id = '{receipt}'"));
    }

    [Fact]
    public async Task Two_batches_with_untrusted_confirmations_of_each_others_orders_pass()
    {
        var (first, second) = (await SeedPrompt("LOCKB1"), await SeedPrompt("LOCKB2"));
        await using var holder = await Holder.Open(host);
        await holder.Run("SELECT pg_advisory_xact_lock(7203114920)");

        // Each holds its own checkout and comes to the lock under which cases are opened.
        var one = await StartDrain(1, Success(first), Untrusted("LOCKB2"));
        var two = await StartDrain(2, Success(second), Untrusted("LOCKB1"));
        await Nobody_deadlocks(holder.Commit, one, two);

        Assert.Equal(2, await host.Sql<long>("SELECT count(*) FROM checkouts WHERE reference_key IN ('LOCKB1', 'LOCKB2') AND paid = 1000"));
        Assert.Equal(2, await host.Sql<long>("SELECT count(*) FROM cases k JOIN checkouts c ON c.id = k.checkout_id WHERE c.reference_key IN ('LOCKB1', 'LOCKB2')"));
    }

    [Fact]
    public async Task Two_batches_with_the_same_new_receipts_the_other_way_round_pass()
    {
        await using var holder = await Holder.Open(host);
        await holder.Run("INSERT INTO receipts (id, receipt, amount, method, settled_by, at) VALUES (gen_random_uuid(), 'LOCKC5', 1000, 'paybill', 'pull', now())");

        // Both meet the number that somebody else is about to write, with another of the batch's already written.
        var one = await StartDrain(1, Confirmation("LOCKC1"), Confirmation("LOCKC5"), Confirmation("LOCKC9"));
        var two = await StartDrain(2, Confirmation("LOCKC9"), Confirmation("LOCKC5"), Confirmation("LOCKC1"));
        await Nobody_deadlocks(holder.Rollback, one, two);

        Assert.Equal(3, await host.Sql<long>("SELECT count(*) FROM receipts WHERE receipt IN ('LOCKC1', 'LOCKC5', 'LOCKC9')"));
    }

#if DEBUG
    [Fact]
    public async Task A_transaction_that_takes_another_order_is_noticed_before_two_of_them_meet()
    {
        var (one, other) = (await SeedCheckout("open"), await SeedCheckout("open"));
        var (low, high) = one.CompareTo(other) < 0 ? (one, other) : (other, one);
        var receipt = await SeedReceipt("LOCKDDD001");
        var checkouts = host.Services.GetRequiredService<ICheckouts>();
        Task<int> Take(params CheckoutKeys[] steps) => host.Services.GetRequiredService<ITransactions>().Run(
            async _ =>
            {
                foreach (var keys in steps)
                {
                    await checkouts.LoadForChange(keys);
                }

                return steps.Length;
            },
            CancellationToken.None);

        Assert.Equal(3, await Take(new(Ids: [new(low)]), new(Ids: [new(low), new(high)]), new(ReceiptIds: [new(receipt)])));
        await Assert.ThrowsAsync<InvalidOperationException>(() => Take(new(Ids: [new(high)]), new(Ids: [new(low)])));
        await Assert.ThrowsAsync<InvalidOperationException>(() => Take(new(ReceiptIds: [new(receipt)]), new(Ids: [new(low)])));
    }
#endif

    /// <summary>PostgreSQL counts each circle it breaks, a moment after it did; whoever waited for that waited a second.</summary>
    private async Task Nobody_deadlocks(Func<Task> letGo, params Task[] waiting)
    {
        var before = await Deadlocks();
        await letGo();
        await Task.WhenAll(waiting).WaitAsync(TimeSpan.FromSeconds(20));
        await Task.Delay(TimeSpan.FromSeconds(1.5), TestContext.Current.CancellationToken);
        Assert.Equal(before, await Deadlocks());
    }

    private Task Until_so_many_wait(int count) => PaymentsHost.Eventually(
        async () => await host.Sql<long>("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'") == count,
        $"{count} wait");

    private Task<long> Deadlocks() => host.Sql<long>("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()");

    private async Task<Task<int>> StartDrain(int waiting, params IncomingCallback[] callbacks)
    {
        await host.Services.GetRequiredService<IInbox>().Store(callbacks[0], CancellationToken.None);
        await Task.WhenAll(callbacks.Skip(1).Select(callback => host.Services.GetRequiredService<IInbox>().Store(callback, CancellationToken.None)));
        var drain = host.Send(new DrainCallbacks());
        await Until_so_many_wait(waiting);
        return drain;
    }

    private Task<Guid> SeedCheckout(string status, string? reference = null) => host.Sql<Guid>(
        $"""
        INSERT INTO checkouts (id, client, order_reference, reference_key, amount, status, version, created_at, updated_at, expires_at)
        SELECT gen_random_uuid(), 'shop', r, r, 5000, '{status}', 2, now(), now(), now() + interval '1 day'
        FROM (SELECT '{reference ?? PaymentsHost.NewReference()}') AS t (r) RETURNING id
        """);

    private async Task<(Guid Id, string RequestId)> SeedPrompt(string reference) => (await host.Sql<Guid>(
        $"""
        INSERT INTO attempts (id, checkout_id, phone, amount, status, request_id, started_at, next_question_at)
        VALUES (gen_random_uuid(), '{await SeedCheckout("pending", reference)}', '254708374149', 1000, 'sent', 'ws_CO_{reference}', now(), now() + interval '1 day')
        RETURNING id
        """), "ws_CO_" + reference);

    private Task<Guid> SeedReceipt(string number) => host.Sql<Guid>(
        $"""
        INSERT INTO receipts (id, receipt, amount, method, settled_by, at)
        VALUES (gen_random_uuid(), '{number}', 1000, 'paybill', 'confirmation', now()) RETURNING id
        """);

    private static IncomingCallback Success((Guid Id, string RequestId) prompt) =>
        Callback(CallbackKind.Stk, prompt.Id, PaymentsHost.SuccessBody(prompt.RequestId, PaymentsHost.NewReceipt(), 10));

    private static IncomingCallback Untrusted(string account) => Callback(CallbackKind.C2bConfirm, null, PaybillHost.Body(PaymentsHost.NewReceipt(), account, 10));

    private IncomingCallback Confirmation(string number) => Callback(CallbackKind.C2bConfirm, running.Registration, PaybillHost.Body(number, "nobodys", 10));

    /// <summary>Ids in the order they are made in: those of one millisecond are not.</summary>
    private static IncomingCallback Callback(CallbackKind kind, Guid? subject, string body) =>
        new(new(Guid.CreateVersion7(DateTimeOffset.UnixEpoch.AddSeconds(Interlocked.Increment(ref made)))), kind, subject, Encoding.UTF8.GetBytes(body), "application/json", "127.0.0.1", null);

    /// <summary>Nothing but the tests is at work in its database.</summary>
    public sealed class NoWorkers(TestDatabase databases) : Running(databases)
    {
        public Guid Registration { get; private set; }

        protected override string[] Settings => ["Roles=api"];

        public override async ValueTask InitializeAsync()
        {
            await base.InitializeAsync();
            await Host.RegisterC2b();
            Registration = await Host.Sql<Guid>("SELECT id FROM c2b_registrations");
        }
    }

    /// <summary>A transaction of the test's own that others have to wait for.</summary>
    private sealed class Holder(NpgsqlConnection connection, NpgsqlTransaction transaction) : IAsyncDisposable
    {
        public static async Task<Holder> Open(PaymentsHost host)
        {
            var connection = new NpgsqlConnection(host.ConnectionString + ";Search Path=payments;Pooling=false");
            await connection.OpenAsync();
            return new(connection, await connection.BeginTransactionAsync());
        }

        public async Task Run(string sql)
        {
            await using var command = new NpgsqlCommand(sql, connection, transaction);
            await command.ExecuteNonQueryAsync();
        }

        public Task Commit() => transaction.CommitAsync();

        public Task Rollback() => transaction.RollbackAsync();

        public async ValueTask DisposeAsync()
        {
            await transaction.DisposeAsync();
            await connection.DisposeAsync();
        }
    }
}
