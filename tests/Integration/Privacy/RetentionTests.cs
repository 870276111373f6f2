using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Payments.Application.Checkouts;
using Payments.Application.Privacy;
using Payments.Domain.Common;
using Xunit;

namespace Payments.Tests.Integration;

/// <summary>Personal data goes when its time is over, money stays, and what is undecided keeps what is needed to decide it.</summary>
public sealed class RetentionTests(RegisteredPaybill running, TestDatabase databases) : IClassFixture<RegisteredPaybill>
{
    private readonly PaymentsHost host = running.Host;

    [Fact]
    public async Task A_year_after_its_end_a_payment_is_money_numbers_and_times_and_nobodys_name()
    {
        const string Phone = "254700051001";
        var made = await Made(Phone);
        await host.Until(made, "paid");
        var byHand = await host.Checkout(phone: null);
        Assert.Equal("applied", await host.Confirm(
            running.Token, PaybillHost.Body(PaymentsHost.NewReceipt(), (string)byHand["orderReference"]!, msisdn: Phone)));
        var before = await host.Get(made);
        await Age("checkouts", "ended_at", made, byHand);

        await host.Send(new ErasePersonalData());

        var after = await host.Get(made);
        Assert.Null((string?)after["phone"]);
        Assert.Null((string?)after["description"]);
        Assert.Null((string?)after["returnUrl"]);
        Assert.Empty(after["metadata"]!.AsObject());
        Assert.Null((string?)after["attempts"]![0]!["phone"]);
        Assert.EndsWith("•••••••••", (string?)after["attempts"]![0]!["checkoutRequestId"], StringComparison.Ordinal);
        foreach (var kept in new[] { "status", "orderReference", "amount", "amountPaid", "payment", "payments", "createdAt", "version" })
        {
            Assert.Equal(before[kept]?.ToJsonString(), after[kept]?.ToJsonString());
        }

        Assert.Equal("paid", (string?)(await host.Get(byHand))["status"]);
        Assert.Equal(0L, await host.Sql<long>(
            $"SELECT count(*) FROM receipts WHERE checkout_id IN ('{IdOf(made)}', '{IdOf(byHand)}') AND (payer IS NOT NULL OR payer_name IS NOT NULL OR account <> '')"));
        Assert.Equal(0L, await Rows("checkouts", Phone) + await Rows("attempts", Phone) + await Rows("receipts", Phone) + await Rows("events", Phone));
    }

    [Fact]
    public async Task A_month_after_its_end_a_delivery_is_forgotten_and_one_that_waits_is_not()
    {
        await host.Sql<int>(
            """
            INSERT INTO webhook_deliveries (id, webhook_id, position, event_id, type, subject_id, status, try_count, tries, next_try_at, ended_at)
            SELECT gen_random_uuid(), '00000000-0000-7000-8000-0000000000aa', n, gen_random_uuid(), 'checkout.paid', gen_random_uuid(), status, 1, '[{"answer":"254700051099"}]',
                CASE WHEN status = 'pending' THEN now() END, CASE WHEN status <> 'pending' THEN now() - days * interval '1 day' END
            FROM (VALUES (1, 'delivered', 31), (2, 'failed', 31), (3, 'delivered', 29), (4, 'pending', 0), (5, 'pending', 0)) rows (n, status, days);
            UPDATE webhook_deliveries SET created_at = now() - interval '31 days' WHERE position = 5;
            SELECT 1
            """);

        await host.Send(new ErasePersonalData());

        Assert.Equal("3 4", await host.Sql<string>("SELECT string_agg(position::text, ' ' ORDER BY position) FROM webhook_deliveries WHERE tries::text LIKE '%254700051099%'"));
        Assert.Equal("3 4 5", await host.Sql<string>("SELECT string_agg(position::text, ' ' ORDER BY position) FROM webhook_deliveries"));

        await host.Send(new EraseSubject(new("", SeesAll: true, null) { Actor = "command/desk" }, "254700051099"));
        Assert.Equal(0L, await host.Sql<long>("SELECT count(*) FROM webhook_deliveries WHERE tries::text LIKE '%254700051099%'"));
    }

    [Fact]
    public async Task What_is_undecided_stays_whole()
    {
        // One under way, one with an open case, one with surplus to give back, one that has not ended; each old enough.
        var ringing = await host.Ringing();
        var disputed = await host.Until(await Made("254700051002"), "paid");
        await host.Sql<int>(
            $"INSERT INTO cases (id, kind, subject_id, checkout_id, story) VALUES (gen_random_uuid(), 'receipt_conflict', '{PaymentsHost.AttemptId(disputed)}', '{IdOf(disputed)}', 'Which?'); SELECT 1");
        var surplus = await host.Checkout(phone: null, amount: 100);
        Assert.Equal("applied", await host.Confirm(
            running.Token, PaybillHost.Body(PaymentsHost.NewReceipt(), (string)surplus["orderReference"]!, amount: 150, msisdn: "254700051003")));
        var open = await host.Checkout(phone: null);
        await Age("checkouts", "created_at", ringing, disputed, surplus, open);
        await Age("checkouts", "ended_at", disputed, surplus);

        // Money without an order; a payout in doubt; a parked callback.
        var stray = PaymentsHost.NewReceipt();
        Assert.Equal("unmatched", await host.Confirm(running.Token, PaybillHost.Body(stray, "NOBODY-1", msisdn: "254700051004")));
        await host.Sql<int>($"UPDATE receipts SET created_at = now() - interval '401 days' WHERE receipt = '{stray}'; SELECT 1");
        var payout = Guid.NewGuid();
        await host.Sql<int>(
            $"INSERT INTO payouts (id, client, reference, method, recipient, amount, reason, remarks, status, originator_id, created_at, updated_at, enqueued_at, sending_at) VALUES ('{payout}', 'shop', '{PaymentsHost.NewReference()}', 'mpesa', '254700051005', 10000, 'business', 'for Jane', 'in_doubt', 'x', now() - interval '401 days', now(), now(), now()); SELECT 1");
        var parked = Guid.NewGuid();
        await host.Sql<int>(
            $"INSERT INTO callbacks (id, kind, subject_id, state, verdict, body, source, received_at) VALUES ('{parked}', 'stk', gen_random_uuid(), 'parked', 'failed', '254700051006', '192.0.2.1', now() - interval '401 days'); SELECT 1");

        await host.Send(new ErasePersonalData());

        Assert.NotNull((string?)(await host.Get(ringing))["phone"]);
        Assert.Equal("254700051002", (string?)(await host.Get(disputed))["phone"]);
        Assert.Equal("254700051003", await host.Sql<string>($"SELECT payer FROM receipts WHERE checkout_id = '{IdOf(surplus)}'"));
        Assert.Equal("open", (string?)(await host.Get(open))["status"]);
        Assert.Equal(("254700051004", "NOBODY-1"), ((string?)(await host.Receipt(stray))!["payer"], (string?)(await host.Receipt(stray))!["account"]));
        Assert.Equal("254700051005", await host.Sql<string>($"SELECT recipient FROM payouts WHERE id = '{payout}'"));
        Assert.Equal(12, await host.Sql<int>($"SELECT length(body) FROM callbacks WHERE id = '{parked}'"));
        await host.Sql<int>($"DELETE FROM callbacks WHERE id = '{parked}'; SELECT 1");

        // Decided, it goes: the case is settled, the surplus and the stray money have gone back.
        await host.Sql<int>($"UPDATE cases SET status = 'settled', settled_at = now() WHERE checkout_id = '{IdOf(disputed)}'; SELECT 1");
        foreach (var receipt in new[] { $"checkout_id = '{IdOf(surplus)}'", $"receipt = '{stray}'" })
        {
            await host.Sql<int>(
                $"INSERT INTO refunds (id, client, checkout_id, receipt_id, original_receipt, method, recipient, amount, reason, of_surplus, status, originator_id, created_at, updated_at, enqueued_at, sending_at, ended_at) SELECT gen_random_uuid(), 'shop', checkout_id, id, receipt, 'reversal', '254700051003', CASE WHEN checkout_id IS NULL THEN amount ELSE surplus END, 'Given back', true, 'completed', 'x', now(), now(), now(), now(), now() - interval '401 days' FROM receipts WHERE {receipt}; SELECT 1");
        }

        await host.Send(new ErasePersonalData());

        Assert.Null((string?)(await host.Get(disputed))["phone"]);
        Assert.Equal(0L, await Rows("receipts", "254700051003") + await Rows("receipts", "254700051004") + await Rows("refunds", "254700051003"));
        Assert.Equal(1500m, (decimal)(await host.Receipt(stray))!["amount"]!);
    }

    [Fact]
    public async Task Payouts_refunds_and_cases_keep_what_is_accounted_for()
    {
        var payout = await host.UntilTransfer(await host.Payout("254700051011"), "completed");
        var business = await host.UntilTransfer(await host.Payout("600403", method: "paybill", account: "JANE-1"), "completed");
        await host.Sql<int>(
            "INSERT INTO cases (id, kind, subject_id, story, status, outcome, reason, settled_by, settled_at) VALUES (gen_random_uuid(), 'party_differs', gen_random_uuid(), 'Jane Doe says', 'settled', 'noted', 'Jane called', 'ops', now() - interval '401 days'); SELECT 1");
        await Age("payouts", "ended_at", payout, business);

        await host.Send(new ErasePersonalData());

        var (erased, shop) = (await host.GetTransfer(payout), await host.GetTransfer(business));
        Assert.Equal(((string?)null, (string?)null), ((string?)erased["recipient"], (string?)erased["remarks"]));
        Assert.Equal(((decimal)payout["amount"]!, (string?)payout["receipt"], "completed"), ((decimal)erased["amount"]!, (string?)erased["receipt"], (string?)erased["status"]));
        Assert.Equal(("600403", (string?)null), ((string?)shop["recipient"], (string?)shop["account"]));
        Assert.Equal(0L, await Rows("cases", "Jane") + await Rows("payouts", "JANE-1"));
        Assert.Equal("noted", await host.Sql<string>("SELECT outcome FROM cases WHERE kind = 'party_differs' AND erased_at IS NOT NULL"));
    }

    [Fact]
    public async Task An_erased_callback_says_so_and_is_not_replayed()
    {
        var paid = await host.Ringing();
        var (path, body) = host.SuccessCallback(paid, PaymentsHost.NewReceipt());
        await host.Call(path, body);
        await host.Until(paid, "paid");
        var id = await host.Sql<Guid>($"SELECT id FROM callbacks WHERE subject_id = '{PaymentsHost.AttemptId(paid)}'");
        await host.Sql<int>($"UPDATE callbacks SET done_at = now() - interval '91 days', received_at = now() - interval '91 days' WHERE id = '{id}'; SELECT 1");
        var id_ = new CallbackId(id).ToString();
        Assert.Null((string?)(await host.Ops.GetFromJsonAsync<JsonNode>($"/api/ops/callbacks/{id_}"))!["bodyErasedAt"]);

        await host.Send(new ErasePersonalData());

        var one = (await host.Ops.GetFromJsonAsync<JsonNode>($"/api/ops/callbacks/{id_}"))!;
        Assert.NotNull((string?)one["bodyErasedAt"]);
        Assert.Equal(
            ("applied", (string?)null, (string?)null, (string?)null),
            ((string?)one["verdict"], (string?)one["body"], (string?)one["bodyBase64"], (string?)one["source"]));
        foreach (var dryRun in new[] { "true", "false" })
        {
            Assert.Equal((409, "callback_erased"), await (await host.Ops.PostAsync($"/api/ops/callbacks/{id_}/replay?dryRun={dryRun}", null)).Problem());
        }

        var found = (await host.Ops.GetFromJsonAsync<JsonNode>($"/api/ops/callbacks?q={paid["attempts"]![0]!["checkoutRequestId"]}"))!;
        Assert.Empty(found["items"]!.AsArray());
        Assert.InRange((DateTimeOffset)found["bodiesSince"]!, DateTimeOffset.UtcNow.AddDays(-91), DateTimeOffset.UtcNow.AddDays(-89));
        var listed = (await host.Ops.GetFromJsonAsync<JsonNode>("/api/ops/callbacks?limit=100"))!;
        Assert.Null(listed["bodiesSince"]);
        Assert.NotNull((string?)listed["items"]!.AsArray().Single(item => (string?)item!["id"] == id_)!["bodyErasedAt"]);
        Assert.Equal("paid", (string?)(await host.Get(paid))["status"]);
    }

    [Fact]
    public async Task A_callback_about_something_open_keeps_its_body()
    {
        var unsettled = await host.Ringing();
        var disputed = await host.Ringing();
        foreach (var checkout in new[] { unsettled, disputed })
        {
            await host.Sql<int>(
                $"INSERT INTO callbacks (id, kind, subject_id, state, verdict, done_at, body, received_at) VALUES (gen_random_uuid(), 'stk', '{PaymentsHost.AttemptId(checkout)}', 'done', 'hint', now() - interval '100 days', 'evidence', now() - interval '100 days'); SELECT 1");
        }

        var (path, body) = host.SuccessCallback(disputed, PaymentsHost.NewReceipt());
        await host.Call(path, body);
        await host.Until(disputed, "paid");
        await host.Sql<int>($"INSERT INTO cases (id, kind, subject_id, checkout_id, story) VALUES (gen_random_uuid(), 'receipt_conflict', gen_random_uuid(), '{IdOf(disputed)}', 'Which?'); SELECT 1");

        await host.Send(new ErasePersonalData());

        Assert.Equal(2L, await host.Sql<long>("SELECT count(*) FROM callbacks WHERE body = 'evidence'"));
        await host.Sql<int>($"UPDATE cases SET status = 'settled', settled_at = now() WHERE checkout_id = '{IdOf(disputed)}'; SELECT 1");
        await host.Send(new ErasePersonalData());
        Assert.Equal(1L, await host.Sql<long>("SELECT count(*) FROM callbacks WHERE body = 'evidence'"));
        await host.Sql<int>("DELETE FROM callbacks WHERE body = 'evidence'; SELECT 1");
    }

    [Fact]
    public async Task Callbacks_nobody_vouched_for_go_whole_unless_a_case_is_about_one()
    {
        await using var quiet = await PaymentsHost.Start(databases, "Roles=api");
        await quiet.Sql<int>(
            """
            INSERT INTO callbacks (id, kind, state, verdict, done_at, body, source)
            SELECT gen_random_uuid(), 'stk', 'done', CASE WHEN n % 2 = 0 THEN 'hint' ELSE 'malformed' END, now() - interval '31 days', 'x', '192.0.2.7' FROM generate_series(1, 1200) n;
            INSERT INTO callbacks (id, kind, state, verdict, done_at, body) VALUES
                ('00000000-0000-7000-8000-000000000001', 'c2b_confirm', 'done', 'hint', now() - interval '31 days', 'asked about'),
                ('00000000-0000-7000-8000-000000000002', 'c2b_confirm', 'done', 'applied', now() - interval '31 days', 'money, its token checked late'),
                ('00000000-0000-7000-8000-000000000003', 'c2b_confirm', 'done', 'applied', now() - interval '91 days', 'older money'),
                ('00000000-0000-7000-8000-000000000004', 'stk', 'done', 'hint', now() - interval '29 days', 'young');
            INSERT INTO cases (id, kind, subject_id, story) VALUES (gen_random_uuid(), 'untrusted_confirmation', '00000000-0000-7000-8000-000000000001', '?');
            INSERT INTO untrusted_intake (hour, source, refused) VALUES (now() - interval '31 days', '192.0.2.7', 5), (now(), '192.0.2.8', 5);
            SELECT 1
            """);

        await quiet.Send(new ErasePersonalData());

        Assert.Equal(
            "asked about|money, its token checked late|erased|young",
            await quiet.Sql<string>("SELECT string_agg(CASE WHEN erased_at IS NULL THEN convert_from(body, 'UTF8') ELSE 'erased' END, '|' ORDER BY id) FROM callbacks"));
        Assert.Equal("192.0.2.8", await quiet.Sql<string>("SELECT string_agg(source, ',') FROM untrusted_intake WHERE source LIKE '192.%'"));
    }

    [Fact]
    public async Task One_batch_is_a_bounded_one()
    {
        await using var quiet = await PaymentsHost.Start(databases, "Roles=api");
        await quiet.Sql<int>(
            "INSERT INTO callbacks (id, kind, subject_id, state, verdict, done_at, body) SELECT gen_random_uuid(), 'stk', gen_random_uuid(), 'done', 'duplicate', now() - interval '100 days', 'x' FROM generate_series(1, 30); SELECT 1");
        var erasure = quiet.Services.GetRequiredService<IErasure>();

        Assert.Equal(20, await erasure.EraseOld(ErasureTarget.CallbackBodies, TimeSpan.FromDays(90), 20, CancellationToken.None));
        Assert.Equal(10, await erasure.EraseOld(ErasureTarget.CallbackBodies, TimeSpan.FromDays(90), 20, CancellationToken.None));
        Assert.Equal(0, await erasure.EraseOld(ErasureTarget.CallbackBodies, TimeSpan.FromDays(90), 20, CancellationToken.None));
        await quiet.Sql<int>("INSERT INTO sign_in_failures (subject, failures, last_at) VALUES ('4 otto from 192.0.2.1', 1, now() - interval '2 days'); SELECT 1");
        await quiet.Send(new ErasePersonalData());
        Assert.Equal(0L, await quiet.Sql<long>("SELECT count(*) FROM sign_in_failures"));
    }

    [Fact]
    public async Task Money_that_comes_for_an_erased_order_is_booked_and_erased_in_its_turn()
    {
        var made = await host.Until(await host.Checkout("254700051032", amount: 700), "failed");
        await host.Sql<int>($"UPDATE checkouts SET expires_at = now(), created_at = now() - interval '1 day' WHERE id = '{IdOf(made)}'; SELECT 1");
        await host.Send(new ExpireDueCheckouts());
        await host.Until(made, "expired");
        await Age("checkouts", "ended_at", made);
        await host.Send(new ErasePersonalData());
        Assert.Null((string?)(await host.Get(made))["phone"]);

        Assert.Equal("applied", await host.Confirm(
            running.Token, PaybillHost.Body(PaymentsHost.NewReceipt(), (string)made["orderReference"]!, amount: 700, msisdn: "254700051033")));

        Assert.Equal(1L, await host.Sql<long>($"SELECT count(*) FROM receipts WHERE checkout_id = '{IdOf(made)}' AND payer = '254700051033'"));
        Assert.True(await host.Sql<bool>($"SELECT erased_at IS NULL FROM checkouts WHERE id = '{IdOf(made)}'"));
        await Age("checkouts", "ended_at", made);
        await host.Send(new ErasePersonalData());
        Assert.Equal(0L, await Rows("receipts", "254700051033"));
    }

    [Fact]
    public async Task A_late_result_of_an_erased_payout_is_a_duplicate_not_a_dispute()
    {
        var payout = await host.UntilTransfer(await host.Payout("254700051041"), "completed");
        await Age("payouts", "ended_at", payout);
        await host.Send(new ErasePersonalData());
        var (path, body) = (await host.Deliveries()).Last(d => d.Path.Contains("b2c/result", StringComparison.Ordinal) && d.Body.Contains("254700051041", StringComparison.Ordinal));

        await host.Call(path, body);

        await PaymentsHost.Eventually(async () => await host.Verdicts(payout) is "applied duplicate", "the second is a duplicate");
        Assert.Empty(await host.Cases(payout));
    }

    [Theory]
    [InlineData("Retention:CallbackBodiesDays=1")]
    [InlineData("Retention:HintsDays=0")]
    [InlineData("Retention:PersonalDataDays=-5")]
    [InlineData("Retention:PersonalDataDays=1000000")]
    public async Task A_time_that_would_erase_what_is_needed_is_refused_at_start(string setting)
    {
        var refused = await Assert.ThrowsAsync<Api.ConfigurationException>(() => PaymentsHost.Start(databases, setting));
        Assert.Contains(refused.Problems, problem => problem.Key == setting.Split('=')[0].Replace(":", "__", StringComparison.Ordinal));
    }

    private async Task<JsonNode> Made(string phone)
    {
        var answer = await host.Shop.PostAsJsonAsync("/api/checkouts", new
        {
            orderReference = PaymentsHost.NewReference(),
            amount = 1500,
            phone,
            description = "Cake for " + phone,
            returnUrl = "https://shop.example/" + phone,
            metadata = new Dictionary<string, string> { ["who"] = "Jane " + phone },
        });
        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        return (await answer.Content.ReadFromJsonAsync<JsonNode>())!;
    }

    private async Task Age(string table, string column, params JsonNode[] rows)
    {
        foreach (var row in rows)
        {
            await host.Sql<int>($"UPDATE {table} SET {column} = now() - interval '401 days' WHERE id = '{IdOf(row)}'; SELECT 1");
        }
    }

    private Task<long> Rows(string table, string holding) => host.Sql<long>($"SELECT count(*) FROM {table} t WHERE t::text LIKE '%{holding}%'");

    private static Guid IdOf(JsonNode thing) => PayoutCalls.IdOf(thing);
}
