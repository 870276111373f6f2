using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Text;

namespace Payments.Tests.Faults;

/// <summary>Malformed, poisonous and hostile bodies among good ones, 1 in 100.</summary>
internal static class Hostile
{
    /// <summary>The amount, in cents, of the order whose receipt the database is made to refuse.</summary>
    private const int Poison = 1300;

    public static async Task Run(Run run)
    {
        await using var world = await TestEnvironment.Start(run);
        var api = await world.AddApi();
        var count = run.Options.Pick(2000, 20_000);
        await Measure(run, api, count / 4, hostileEvery: 0);
        var quiet = await Measure(run, api, count, hostileEvery: 0);
        var harassed = await Measure(run, api, count, hostileEvery: 100);
        run.Did(string.Create(CultureInfo.InvariantCulture, $"{count} good ones alone, p99 {quiet:0.0} ms; with 1 in 100 hostile, p99 {harassed:0.0} ms"));
        run.Must(harassed <= Math.Max(2 * quiet, 50), $"p99 went from {quiet:0.0} ms to {harassed:0.0} ms");

        // A row that throws: the product has none, so the database is made to refuse one receipt.
        await using (var command = world.Database.CreateCommand(
            """
            CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $f$ BEGIN IF NEW.amount = 1300 THEN RAISE EXCEPTION 'poison' USING ERRCODE = 'check_violation'; END IF; RETURN NEW; END $f$;
            CREATE TRIGGER refuse BEFORE INSERT ON receipts FOR EACH ROW EXECUTE FUNCTION refuse()
            """))
        {
            await command.ExecuteNonQueryAsync(run.Stop);
        }

        var shop = new Shop(world);
        await shop.Trade(50, atOnce: 5, api);
        await Backlog.Check(world);
        var paid = await world.Sql<long>("SELECT count(*) FROM checkouts WHERE status = 'paid'");
        var parked = await world.Sql<long>("SELECT count(*) FROM callbacks WHERE state = 'parked'");
        var shown = await api.Client.GetStringAsync("/api/ops/callbacks?verdict=failed");
        run.Must(parked == 1 && paid == shop.Orders.Count - 1, $"of {shop.Orders.Count} with one poisonous {paid} are paid and {parked} parked");
        run.Must(shown.Contains("parked", StringComparison.Ordinal), "the parked one is not shown to operators");
        run.Did($"one of {shop.Orders.Count} payments poisonous: {paid} paid, {parked} parked");
        await Crowd(run, world, shop, api);
    }

    /// <summary>That payment's callback thousands of times more, before everything that comes after: the others are paid as before.</summary>
    private static async Task Crowd(Run run, TestEnvironment world, Shop shop, Api api)
    {
        var copies = run.Options.Pick(3000, 29_000);
        await using (var command = world.Database.CreateCommand(
            $"""
            INSERT INTO callbacks (id, kind, subject_id, body)
            SELECT ('00000000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, kind, subject_id, body FROM callbacks, generate_series(1, {copies}) n
            WHERE state = 'parked'
            """))
        {
            await command.ExecuteNonQueryAsync(run.Stop);
        }

        await shop.Trade(20, atOnce: 5, api);
        var good = shop.Orders.Values.Count(order => order.Amount != Poison / 100);
        var took = await run.Until(async () => await world.Sql<long>("SELECT count(*) FROM checkouts WHERE status = 'paid'") == good, TimeSpan.FromSeconds(15));
        run.Must(took is not null, $"with {copies} callbacks of the poisonous payment before them not all of the other {good} are paid after 15 s");
        run.Did(string.Create(CultureInfo.InvariantCulture, $"{copies} callbacks of the poisonous payment before 20 more: paid {took?.TotalSeconds:0.0} s after the last order"));
        var jobs = await world.Sql<long>("SELECT count(*) FROM callbacks WHERE state = 'parked' AND blocked_by IS NULL");
        run.Must(jobs <= 4, $"{jobs} callbacks of one payment have a job each");
    }

    private static async Task<double> Measure(Run run, Api api, int count, int hostileEvery)
    {
        var bodies = Bodies();
        var times = new double[count];
        var next = -1;
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(async () =>
        {
            for (var i = Interlocked.Increment(ref next); i < count; i = Interlocked.Increment(ref next))
            {
                if (hostileEvery > 0 && i % hostileEvery == 0)
                {
                    using var bad = await api.Client.PostAsync("/callbacks/stk/callback", new ByteArrayContent(bodies[i / hostileEvery % bodies.Count]), run.Stop);
                    run.Must(bad.IsSuccessStatusCode, $"a hostile body was answered {(int)bad.StatusCode}");
                }

                var clock = Stopwatch.StartNew();
                using var answer = await api.Client.PostAsJsonAsync("/callbacks/stk/callback", new { Body = new { stkCallback = new { CheckoutRequestID = $"good-{i}", ResultCode = 1032 } } }, run.Stop);
                times[i] = clock.Elapsed.TotalMilliseconds;
                run.Must(answer.IsSuccessStatusCode, $"a good body was answered {(int)answer.StatusCode}");
            }
        })));
        Array.Sort(times);
        return times[(int)(count * 0.99)];
    }

    private static List<byte[]> Bodies() =>
    [
        [],
        "{"u8.ToArray(),
        "\0\0\0"u8.ToArray(),
        [0xff, 0xfe, 0x80],
        "null"u8.ToArray(),
        Encoding.UTF8.GetBytes(new string('[', 60_000)),
        Encoding.UTF8.GetBytes(new string('9', 60_000)),
        Encoding.UTF8.GetBytes($$$$"""{"Body":{"stkCallback":{"ResultCode":{{{{new string('9', 5000)}}}},"CheckoutRequestID":"x"}}}"""),
        """{"Body":{"stkCallback":{"CheckoutRequestID":"'; DROP TABLE receipts; --","ResultCode":0,"CallbackMetadata":{"Item":[{"Name":"Amount","Value":-1e308}]}}}}"""u8.ToArray(),
        Encoding.UTF8.GetBytes($$$$"""{"Body":{"stkCallback":{"CheckoutRequestID":"{{{{new string('x', 50_000)}}}}","ResultCode":"0"}}}"""),
        """{"Body":{"stkCallback":{"CheckoutRequestID":"\u0000","ResultCode":null}}}"""u8.ToArray(),
    ];
}
