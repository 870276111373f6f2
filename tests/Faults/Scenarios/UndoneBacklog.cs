using System.Globalization;

namespace Payments.Tests.Faults;

/// <summary>A process starts and finds the callbacks of a long outage: each pays an attempt that waits for it.</summary>
internal static class UndoneBacklog
{
    // Above what a start, .NET's heap for two cores and the largest batches need; a heap that grew with the backlog would pass it soon.
    private const long MostMemory = 900L * 1024 * 1024;

    public static async Task Run(Run run)
    {
        // As docs/operations.md has it: with the defaults of PostgreSQL, which fit a machine of 1 GB, it does little but checkpoints here.
        await using var world = await TestEnvironment.Start(run, "shared_buffers=1GB", "max_wal_size=4GB", "checkpoint_timeout=15min");
        await (await world.AddApi("first")).Kill();
        var count = run.Options.Pick(20_000, 1_000_000);
        await Seed(world, count);

        var api = await world.AddApi("second");
        var clock = System.Diagnostics.Stopwatch.StartNew();
        var most = 0L;
        var took = await run.Until(
            async () =>
            {
                most = Math.Max(most, api.Process.Memory);
                return !await world.Sql<bool>("SELECT EXISTS (SELECT FROM callbacks WHERE state = 'new')");
            },
            TimeSpan.FromSeconds(run.Options.Pick(60, 400)));
        var paid = await world.Sql<long>("SELECT count(*) FROM checkouts WHERE status = 'paid'");
        var seconds = await world.Sql<double>("SELECT extract(epoch FROM max(done_at) - min(done_at))::double precision FROM callbacks WHERE state = 'done'");
        var rate = count / Math.Max(seconds, 0.001);
        var scaled = run.Options.IsShort ? " (scaled down from a million)" : "";
        run.Did(string.Create(CultureInfo.InvariantCulture, $"{count} undone callbacks{scaled} drained at {rate:0}/s, {clock.Elapsed.TotalSeconds:0} s after ready, at most {most >> 20} MiB"));
        run.Must(took is not null, "not drained in time");
        run.Must(paid == count, $"{paid} of {count} are paid");
        run.Must(most < MostMemory, $"it held {most >> 20} MiB");

        // Twenty thousand are gone before the drain has warmed up: the rate is judged on the million only.
        run.Must(run.Options.IsShort || rate >= 6000, $"{rate:0} callbacks a second");
    }

    private static async Task Seed(TestEnvironment world, int count)
    {
        await using var command = world.Database.CreateCommand(
            $$$$$"""
            -- Ids that grow with time, as the service makes them.
            CREATE TEMP TABLE seed AS
            SELECT n, {{{{{Id("1")}}}}} AS checkout, {{{{{Id("2")}}}}} AS attempt, {{{{{Id("3")}}}}} AS callback FROM generate_series(1, {{{{{count}}}}}) n;
            INSERT INTO checkouts (id, client, order_reference, reference_key, amount, status, version, created_at, updated_at, expires_at)
            SELECT checkout, 'faults', 'B' || n, 'B' || n, 1000, 'pending', 1, now(), now(), now() + interval '1 day' FROM seed;
            INSERT INTO attempts (id, checkout_id, phone, amount, status, request_id, started_at, next_question_at)
            SELECT attempt, checkout, '254700000000', 1000, 'sent', 'ws_CO_B' || n, now(), now() + interval '1 hour' FROM seed;
            INSERT INTO callbacks (id, kind, subject_id, body, received_at)
            SELECT callback, 'stk', attempt, convert_to(
                '{"Body":{"stkCallback":{"MerchantRequestID":"1","CheckoutRequestID":"ws_CO_B' || n || '","ResultCode":0,"ResultDesc":"ok","CallbackMetadata":{"Item":['
                || '{"Name":"Amount","Value":10.00},{"Name":"MpesaReceiptNumber","Value":"B' || lpad(n::text, 9, '0')
                || '"},{"Name":"TransactionDate","Value":20260710091544},{"Name":"PhoneNumber","Value":254700000000}]}}}}', 'UTF8'), now() - interval '1 minute'
            FROM seed;
            DROP TABLE seed;
            ANALYZE
            """);
        command.CommandTimeout = 600;
        await command.ExecuteNonQueryAsync(world.Run.Stop);
    }

    private static string Id(string kind) => $"('0190' || lpad(to_hex(n), 8, '0') || '7000{kind}000' || substr(md5(n::text), 1, 12))::uuid";
}
