using System.Collections.Concurrent;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Payments.Application.C2b;
using Payments.Application.Callbacks;
using Payments.Application.Cases;
using Payments.Application.Checkouts;
using Payments.Application.Common;
using Payments.Application.Privacy;
using Payments.Application.Reconciliation;
using Payments.Application.Refunds;
using Payments.Application.Transfers;
using Payments.Domain.Common;
using Xunit;

namespace Payments.Tests.Integration;

/// <summary>Everything that locks, at once and on the same few payments: nobody waits in a circle, and nobody's money is counted twice.</summary>
public sealed class LockStormTests(LockOrderTests.NoWorkers running) : IClassFixture<LockOrderTests.NoWorkers>
{
    private const int Orders = 6;
    private static readonly Caller Operators = new("ops", SeesAll: true, null);

    private readonly PaymentsHost host = running.Host;
    private readonly ConcurrentDictionary<string, int> done = new();
    private readonly ConcurrentQueue<string> odd = new();

    [Fact]
    public async Task Whatever_is_done_to_the_same_payments_at_once_no_two_wait_for_each_other()
    {
        var (checkouts, receipts, callbacks, attempts) = await Seed();
        var before = await Deadlocks();
        var latest = DateTime.UtcNow.AddSeconds(60);

        await Task.WhenAll(Enumerable.Range(1, 12).Select(seed => Task.Run(async () =>
        {
            var random = new Random(seed);
            T Any<T>(IReadOnlyList<T> some) => some[random.Next(some.Count)];
            while ((done.Values.Sum() < 400 || done.Count < 11) && DateTime.UtcNow < latest)
            {
                await (random.Next(11) switch
                {
                    0 or 1 => Do("refund receipt", new RefundReceipt(Operators, new(Any(receipts).Id), 10, "given back")),
                    2 => Do("match", new MatchReceipt(Operators, new(Any(receipts).Id), new CheckoutId(Any(checkouts)).ToString())),
                    3 => Do("refund checkout", new RefundCheckout(Operators, new(Any(checkouts)), 10, Any(receipts).Number, "given back")),
                    4 => Drain(attempts, receipts, random),
                    5 => Do("replay", new ReplayCallback(Operators, new(Any(callbacks)), DryRun: random.Next(2) == 0)),
                    6 => Settle(random),
                    7 => Send(random),
                    8 => Do("claim", new ClaimReceipt(Operators, new(Any(checkouts)), random.Next(2) == 0 ? $"STORM000{random.Next(40):00}" : Any(receipts).Number)),
                    9 => Do("end due", new ExpireDueCheckouts()),
                    _ => Do("erase", new ErasePersonalData()),
                });
            }
        })));

        await Task.Delay(TimeSpan.FromSeconds(1.5), TestContext.Current.CancellationToken);
        var did = string.Join(", ", done.OrderBy(d => d.Key).Select(d => $"{d.Key} {d.Value}"));
        Assert.Equal(before, await Deadlocks());
        Assert.Empty(odd.Distinct());
        Assert.True(done.Values.Sum() >= 400 && done.Count == 11, did);
        Assert.Equal(0, await host.Sql<long>(
            """
            SELECT count(*) FROM receipts r
            WHERE r.amount < (SELECT coalesce(sum(f.amount), 0) FROM refunds f WHERE f.receipt_id = r.id AND f.status <> 'failed')
            """));
    }

    private Task<long> Deadlocks() => host.Sql<long>("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()");

    private async Task Do<T>(string what, MediatR.IRequest<T> request)
    {
        try
        {
            await host.Send(request);
            done.AddOrUpdate(what, 1, (_, count) => count + 1);
        }
        catch (FluentValidation.ValidationException)
        {
            // A receipt that has to be named, a part that M-PESA would not take: an answer like another.
        }
        catch (Exception failure)
        {
            odd.Enqueue($"{what}: {failure}");
        }
    }

    private async Task Drain(List<Guid> attempts, List<(Guid Id, string Number)> receipts, Random random)
    {
        string Receipt() => random.Next(2) == 0 ? $"STORM000{random.Next(40):00}" : receipts[random.Next(receipts.Count)].Number;
        var inbox = host.Services.GetRequiredService<IInbox>();
        await Task.WhenAll(Enumerable.Range(0, 6).Select(_ =>
        {
            var n = random.Next(Orders);
            return inbox.Store(random.Next(3) switch
            {
                0 => Callback(CallbackKind.Stk, attempts[n], PaymentsHost.SuccessBody($"ws_CO_STORM{n}", Receipt(), 10)),
                1 => Callback(CallbackKind.C2bConfirm, running.Registration, PaybillHost.Body(Receipt(), random.Next(2) == 0 ? $"STORM{n}" : "nobodys", 10)),
                _ => Callback(CallbackKind.C2bConfirm, null, PaybillHost.Body(Receipt(), $"STORM{n}", 10)),
            }, CancellationToken.None);
        }));
        await Do("drain", new DrainCallbacks());
    }

    private async Task Settle(Random random)
    {
        var open = await host.Services.GetRequiredService<ICases>().List("open", null, null, 20, CancellationToken.None);
        if (open.Count > 0)
        {
            await Do("settle", new SettleCase(Operators, open[random.Next(open.Count)].Id, random.Next(2) == 0 ? "noted" : "paid", "looked up"));
        }
    }

    private async Task Send(Random random)
    {
        var refunds = await host.Services.GetRequiredService<IRefunds>().List(new(null, null, null, null, null, null, 20), CancellationToken.None);
        if (refunds.Count > 0)
        {
            await Do("send", new SendTransfer(refunds[random.Next(refunds.Count)].Id));
            await Do("ask", new QueryOverdueTransfers());
        }
    }

    private async Task<(List<Guid> Checkouts, List<(Guid Id, string Number)> Receipts, List<Guid> Callbacks, List<Guid> Attempts)> Seed()
    {
        var (checkouts, receipts, callbacks, attempts) = (new List<Guid>(), new List<(Guid, string)>(), new List<Guid>(), new List<Guid>());
        for (var n = 0; n < Orders; n++)
        {
            checkouts.Add(await host.Sql<Guid>(
                $"""
                INSERT INTO checkouts (id, client, order_reference, reference_key, amount, status, version, created_at, updated_at, expires_at)
                VALUES (gen_random_uuid(), 'shop', 'STORM{n}', 'STORM{n}', 100000, 'pending', 2, now(), now(), now() + interval '1 day') RETURNING id
                """));
            attempts.Add(await host.Sql<Guid>(
                $"""
                INSERT INTO attempts (id, checkout_id, phone, amount, status, request_id, started_at, next_question_at)
                VALUES (gen_random_uuid(), '{checkouts[n]}', '254708374149', 1000, 'sent', 'ws_CO_STORM{n}', now(), now() + interval '1 day') RETURNING id
                """));
            for (var r = 0; r < 4; r++)
            {
                // Two of each stand on the order already, two on none.
                var number = $"RSTORM00{n}{r}";
                receipts.Add((await host.Sql<Guid>(
                    $"""
                    INSERT INTO receipts (id, receipt, checkout_id, amount, applied, surplus, payer, method, settled_by, at)
                    VALUES (gen_random_uuid(), '{number}', {(r < 2 ? $"'{checkouts[n]}', 10000, 5000, 5000" : "NULL, 10000, 0, 0")}, '254708374149', 'paybill',
                        'confirmation', now()) RETURNING id
                    """), number));
            }

            await host.Sql<int>($"UPDATE checkouts SET paid = 10000 WHERE id = '{checkouts[n]}' RETURNING 1");
            var replayed = Callback(CallbackKind.C2bConfirm, running.Registration, PaybillHost.Body($"RSTORM00{n}2", $"STORM{(n + 1) % Orders}", 100));
            await host.Services.GetRequiredService<IInbox>().Store(replayed, CancellationToken.None);
            callbacks.Add(replayed.Id.Value);
        }

        return (checkouts, receipts, callbacks, attempts);
    }

    private static IncomingCallback Callback(CallbackKind kind, Guid? subject, string body) =>
        new(NewId.Next<CallbackId>(), kind, subject, Encoding.UTF8.GetBytes(body), "application/json", "127.0.0.1", null);
}
