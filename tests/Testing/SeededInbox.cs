using Npgsql;

namespace Payments.Testing;

/// <summary>Prompts that were sent and callbacks that are stored, by the thousand and straight into the tables.</summary>
internal static class SeededInbox
{
    /// <summary>Two calls may be of one millisecond.</summary>
    private static int calls;

    /// <summary>Makes checkouts of so many cents with a prompt each; answers the prompts' ids.</summary>
    public static async Task<Guid[]> Prompts(this PaymentsHost host, int count, int cents = 1000)
    {
        var mark = Guid.NewGuid().ToString("N")[..6].ToUpperInvariant();
        return await host.Ids(
            $"""
            WITH made AS (
                INSERT INTO checkouts (id, client, order_reference, reference_key, amount, status, version, created_at, updated_at, expires_at)
                SELECT gen_random_uuid(), 'shop', '{mark}' || n, '{mark}' || n, {cents}, 'pending', 2, now(), now(), now() + interval '1 day'
                FROM generate_series(1, {count}) n RETURNING id, order_reference)
            INSERT INTO attempts (id, checkout_id, phone, amount, status, request_id, started_at, next_question_at)
            SELECT gen_random_uuid(), id, '254708374149', {cents}, 'sent', 'ws_CO_' || order_reference, now(), now() + interval '1 day' FROM made RETURNING id
            """);
    }

    /// <summary>
    /// Stores successes of prompts as the inbox writer does, so many of each, all to be drained in the order given. Receipts are drawn, unless
    /// they are to begin with something.
    /// </summary>
    public static async Task Successes(this PaymentsHost host, IReadOnlyCollection<Guid> prompts, int each = 1, string? receipt = null)
    {
        await host.Execute(
            $$$$$"""
            INSERT INTO callbacks (id, kind, subject_id, body)
            SELECT ('{{{{{DateTimeOffset.UtcNow.ToUnixTimeMilliseconds():x12}}}}}' || lpad(to_hex({{{{{Interlocked.Increment(ref calls)}}}}} * 1000000 + row_number() OVER ()), 20, '0'))::uuid, 'stk', a.id, convert_to(format(
                '{"Body":{"stkCallback":{"MerchantRequestID":"1","CheckoutRequestID":"%s","ResultCode":0,"ResultDesc":"ok","CallbackMetadata":{"Item":['
                || '{"Name":"Amount","Value":%s},{"Name":"MpesaReceiptNumber","Value":"%s"},{"Name":"TransactionDate","Value":20260710091544},{"Name":"PhoneNumber","Value":254708374149}]}}}}',
                a.request_id, a.amount / 100, '{{{{{receipt ?? "UGB"}}}}}' || upper(left(md5(a.id::text || n), 7))), 'UTF8')
            FROM attempts a, generate_series(1, {{{{{each}}}}}) n WHERE a.id = ANY (ARRAY[{{{{{string.Join(", ", prompts.Select(id => $"'{id}'::uuid"))}}}}}])
            """);
    }

    /// <summary>Refuses receipts on a condition (over NEW), as a rule of the database's or a trigger of somebody's would.</summary>
    public static Task Refuse(this PaymentsHost host, string condition, string state = "23514") => host.Execute(
        $"""
        CREATE OR REPLACE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $f$
        BEGIN IF {condition} THEN RAISE EXCEPTION 'refused' USING ERRCODE = '{state}'; END IF; RETURN NEW; END $f$;
        CREATE OR REPLACE TRIGGER refuse BEFORE INSERT ON receipts FOR EACH ROW EXECUTE FUNCTION refuse()
        """);

    /// <summary>Refuses them no more.</summary>
    public static Task Allow(this PaymentsHost host) => host.Execute("DROP TRIGGER refuse ON receipts");

    /// <summary>How many checkouts are paid.</summary>
    public static Task<long> Paid(this PaymentsHost host) => host.Sql<long>("SELECT count(*) FROM checkouts WHERE status = 'paid'");

    /// <summary>How many callbacks are in a state.</summary>
    public static Task<long> InState(this PaymentsHost host, string state) => host.Sql<long>($"SELECT count(*) FROM callbacks WHERE state = '{state}'");

    /// <summary>How many jobs there ever were for single callbacks.</summary>
    public static Task<long> ApplyJobs(this PaymentsHost host) =>
        host.Sql<long>("SELECT count(*) FROM payments_hangfire.job WHERE invocationdata::text LIKE '%\"Apply\"%'");

    /// <summary>Runs SQL that answers nothing, however long it takes.</summary>
    public static async Task Execute(this PaymentsHost host, string sql)
    {
        await using var connection = new NpgsqlConnection(host.ConnectionString + ";Search Path=payments;Command Timeout=120");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    private static async Task<Guid[]> Ids(this PaymentsHost host, string sql)
    {
        await using var connection = new NpgsqlConnection(host.ConnectionString + ";Search Path=payments");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await using var reader = await command.ExecuteReaderAsync();
        var ids = new List<Guid>();
        while (await reader.ReadAsync())
        {
            ids.Add(reader.GetGuid(0));
        }

        return [.. ids];
    }
}
