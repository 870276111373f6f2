using System.Globalization;
using System.Security.Cryptography;
using Npgsql;
using Payments.Application.Callbacks;
using Payments.Infrastructure.Callbacks;

namespace Payments.Benchmarks;

/// <summary>A callback somebody is waiting for.</summary>
internal sealed record Expected(string Path, string Body);

/// <summary>What waits for the other two kinds of callback that come in numbers: orders paid by hand, and payouts under way.</summary>
internal static class OtherSeeds
{
    // Counted on from a random place, so that two runs on one database do not meet.
    private static long next = RandomNumberGenerator.GetInt32(1, 1_000_000_000) * 1_000L;

    /// <summary>Orders, and the confirmation of a payment by hand for each.</summary>
    public static async Task<List<Expected>> Confirmations(NpgsqlDataSource database, int count, CancellationToken stop)
    {
        var numbers = Take(count);
        await Execute(
            database,
            """
            INSERT INTO payments.checkouts (id, client, order_reference, reference_key, amount, status, version, created_at, updated_at, expires_at)
            SELECT id, 'bench', reference, reference, 100000, 'open', 1, now(), now(), now() + interval '1 day'
            FROM unnest($1, $2) AS u (id, reference)
            """,
            [.. numbers.Select(_ => Guid.CreateVersion7())], [.. numbers.Select(Code)], stop);
        var token = await Token(database, stop);
        return [.. numbers.Select(n => new Expected(
            "/callbacks/c2b/confirm/" + token,
            $$"""
            {"TransactionType":"Pay Bill","TransID":"{{Code(n)}}","TransTime":"{{DateTimeOffset.UtcNow.AddHours(3):yyyyMMddHHmmss}}","TransAmount":"1000.00","BusinessShortCode":"174379","BillRefNumber":"{{Code(n)}}","InvoiceNumber":"","OrgAccountBalance":"25000.00","ThirdPartyTransID":"","MSISDN":"2547 ***** 149","FirstName":"JANE","MiddleName":"","LastName":"DOE"}
            """))];
    }

    /// <summary>Payouts already sent, and the result of each.</summary>
    public static async Task<List<Expected>> Results(NpgsqlDataSource database, CallbackTokens tokens, int count, CancellationToken stop)
    {
        var numbers = Take(count);
        var ids = numbers.ConvertAll(_ => Guid.CreateVersion7());
        await Execute(
            database,
            """
            INSERT INTO payments.payouts (
                id, client, reference, method, recipient, amount, reason, remarks, status, conversation_id, originator_id, next_question_at,
                created_at, updated_at, enqueued_at, sending_at)
            SELECT id, 'bench', code, 'mpesa', '254708374149', 100000, 'business', 'bench', 'sent', 'AG_' || code, 'own-' || code,
                now() + interval '1 day', now(), now(), now(), now()
            FROM unnest($1, $2) AS u (id, code)
            """,
            [.. ids], [.. numbers.Select(Code)], stop);
        return [.. numbers.Select((n, i) => new Expected(
            "/callbacks/b2c/result/" + tokens.Make(SubjectKind.Payout, ids[i]),
            $$$$"""
            {"Result":{"ResultType":0,"ResultCode":0,"ResultDesc":"The service request is processed successfully.","OriginatorConversationID":"own-{{{{Code(n)}}}}","ConversationID":"AG_{{{{Code(n)}}}}","TransactionID":"{{{{Code(n)}}}}","ResultParameters":{"ResultParameter":[{"Key":"TransactionAmount","Value":1000},{"Key":"TransactionReceipt","Value":"{{{{Code(n)}}}}"},{"Key":"ReceiverPartyPublicName","Value":"254708374149 - JANE DOE"},{"Key":"TransactionCompletedDateTime","Value":"06.07.2026 22:48:52"},{"Key":"B2CUtilityAccountAvailableFunds","Value":8959269.60},{"Key":"B2CWorkingAccountAvailableFunds","Value":1199371.00},{"Key":"B2CRecipientIsRegisteredCustomer","Value":"Y"}]}}}
            """))];
    }

    /// <summary>A throughput counts only when every one of them is settled.</summary>
    public static async Task Check(NpgsqlDataSource database, bool payouts, int count, CancellationToken stop)
    {
        await using var command = database.CreateCommand(payouts
            ? "SELECT count(*) FROM payments.payouts WHERE client = 'bench' AND status <> 'completed'"
            : "SELECT count(*) FROM payments.checkouts WHERE client = 'bench' AND status = 'open'");
        var left = (long)(await command.ExecuteScalarAsync(stop))!;
        if (left > 0)
        {
            throw new BenchProblemException($"{left} of {count} {(payouts ? "payouts" : "orders")} were not settled.");
        }
    }

    /// <summary>The registration's token; the registration is made when there is none.</summary>
    private static async Task<string> Token(NpgsqlDataSource database, CancellationToken stop)
    {
        await using var command = database.CreateCommand(
            """
            INSERT INTO payments.c2b_registrations (id, shortcode, token, state, version, response_type, confirmation_url, validation_url, registered_at)
            VALUES (gen_random_uuid(), '174379', md5(random()::text), 'registered', 'v2', 'Completed', 'http://localhost/', 'http://localhost/', now())
            ON CONFLICT (shortcode) DO UPDATE SET shortcode = excluded.shortcode
            RETURNING token
            """);
        return (string)(await command.ExecuteScalarAsync(stop))!;
    }

    private static List<long> Take(int count)
    {
        next += count;
        return [.. Enumerable.Range(0, count).Select(i => next - count + i)];
    }

    /// <summary>Ten characters: a receipt number and an order reference in one.</summary>
    private static string Code(long n) => "U" + n.ToString("X9", CultureInfo.InvariantCulture);

    private static async Task Execute(NpgsqlDataSource database, string sql, Guid[] ids, string[] codes, CancellationToken stop)
    {
        await using var command = database.CreateCommand(sql);
        command.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = ids });
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = codes });
        command.CommandTimeout = 120;
        await command.ExecuteNonQueryAsync(stop);
        await using var analyze = database.CreateCommand("ANALYZE payments.checkouts, payments.payouts");
        await analyze.ExecuteNonQueryAsync(stop);
    }
}
