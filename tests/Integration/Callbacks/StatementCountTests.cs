using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Payments.Application.Callbacks;
using Payments.Application.Common;
using Payments.Domain.Common;
using Xunit;

namespace Payments.Tests.Integration;

/// <summary>What a callback costs the database, in a figure no other load can disturb: the number of statements, transaction commands included.</summary>
public sealed class StatementCountTests(TestDatabase databases)
{
    private const int Batch = 100;

    /// <summary>Three tenths of a statement each: whatever is written per row and not per batch breaks it at once.</summary>
    private const double MostPerCallback = 0.3;

    [Theory]
    [InlineData(CallbackKind.Stk, "SELECT count(*) FROM checkouts WHERE status = 'paid'")]
    [InlineData(CallbackKind.C2bConfirm, "SELECT count(*) FROM checkouts WHERE status = 'paid'")]
    [InlineData(CallbackKind.B2cResult, "SELECT count(*) FROM payouts WHERE status = 'completed'")]
    public async Task A_hundred_callbacks_are_stored_and_applied_with_thirty_statements_and_three_commits(CallbackKind kind, string done)
    {
        // No worker: nothing else is at work in this database.
        await using var host = await PaymentsHost.Start(databases, "Roles=api");
        await host.Sql<object>("CREATE EXTENSION IF NOT EXISTS pg_stat_statements SCHEMA public; SELECT 1::int");
        var callbacks = await Seed(host, kind);
        await host.Sql<object>("SELECT public.pg_stat_statements_reset(0, (SELECT oid FROM pg_database WHERE datname = current_database()), 0); SELECT 1::int");

        var inbox = host.Services.GetRequiredService<IInbox>();
        await Task.WhenAll(callbacks.Select(callback => inbox.Store(callback, CancellationToken.None)));
        await host.Send(new DrainCallbacks());

        var counted = await Statements(host);
        Assert.Equal(Batch, await host.Sql<long>(done));
        var ours = counted.Where(s => !s.Query.Contains("hangfire", StringComparison.OrdinalIgnoreCase)).ToList();
        var all = string.Join(Environment.NewLine, ours.Select(s => $"{s.Calls} × {s.Query}"));
        Assert.True(ours.Sum(s => s.Calls) <= MostPerCallback * Batch, $"{ours.Sum(s => s.Calls)} statements:{Environment.NewLine}{all}");
        Assert.NotInRange(ours.Sum(s => s.Calls), 0, 10);

        // The first callback goes alone, the rest with the next commit; the third is the drain's.
        Assert.InRange(ours.Where(s => s.Query.StartsWith("COMMIT", StringComparison.OrdinalIgnoreCase)).Sum(s => s.Calls), 2, 4);
    }

    private static async Task<List<IncomingCallback>> Seed(PaymentsHost host, CallbackKind kind)
    {
        Guid[] ids;
        switch (kind)
        {
            case CallbackKind.Stk:
                await Checkouts(host, "pending");
                ids = await Ids(
                    host,
                    """
                    INSERT INTO attempts (id, checkout_id, phone, amount, status, request_id, started_at, next_question_at)
                    SELECT gen_random_uuid(), id, '254708374149', amount, 'sent', 'ws_CO_' || order_reference, now(), now() + interval '1 day'
                    FROM checkouts ORDER BY length(order_reference), order_reference RETURNING id
                    """);
                return [.. ids.Select((id, i) => Callback(kind, id, PaymentsHost.SuccessBody($"ws_CO_N{i + 1}", PaymentsHost.NewReceipt(), 10)))];

            case CallbackKind.C2bConfirm:
                (await host.Ops.PostAsync("/api/ops/c2b/register", null)).EnsureSuccessStatusCode();
                await Checkouts(host, "open");
                var registration = (await Ids(host, "SELECT id FROM c2b_registrations"))[0];
                return [.. Enumerable.Range(1, Batch).Select(i => Callback(
                    kind, registration,
                    $$"""
                    {"TransactionType":"Pay Bill","TransID":"{{PaymentsHost.NewReceipt()}}","TransTime":"20261124080000","TransAmount":"10.00",
                    "BusinessShortCode":"174379","BillRefNumber":"N{{i}}","MSISDN":"2547 ***** 149","FirstName":"JANE"}
                    """))];

            default:
                ids = await Ids(
                    host,
                    """
                    INSERT INTO payouts (
                        id, client, reference, method, recipient, amount, reason, remarks, status, conversation_id, originator_id, next_question_at,
                        created_at, updated_at, enqueued_at, sending_at)
                    SELECT gen_random_uuid(), 'shop', 'N' || n, 'mpesa', '254708374149', 1000, 'business', 'salary', 'sent', 'AG_' || n, 'own-' || n,
                        now() + interval '1 day', now(), now(), now(), now()
                    FROM generate_series(1, 100) n ORDER BY n RETURNING id
                    """);
                return [.. ids.Select((id, i) => Callback(
                    kind, id,
                    $$$$"""
                    {"Result":{"ResultType":0,"ResultCode":0,"ResultDesc":"ok","OriginatorConversationID":"own-{{{{i + 1}}}}","ConversationID":"AG_{{{{i + 1}}}}",
                    "TransactionID":"{{{{PaymentsHost.NewReceipt()}}}}","ResultParameters":{"ResultParameter":[{"Key":"TransactionAmount","Value":10},
                    {"Key":"ReceiverPartyPublicName","Value":"254708374149 - JANE DOE"}]}}}
                    """))];
        }
    }

    private static async Task Checkouts(PaymentsHost host, string status) => await host.Sql<object>(
        $"""
        INSERT INTO checkouts (id, client, order_reference, reference_key, amount, status, version, created_at, updated_at, expires_at)
        SELECT gen_random_uuid(), 'shop', 'N' || n, 'N' || n, 1000, '{status}', 2, now(), now(), now() + interval '1 day' FROM generate_series(1, {Batch}) n;
        SELECT 1::int
        """);

    private static IncomingCallback Callback(CallbackKind kind, Guid subject, string body) =>
        new(NewId.Next<CallbackId>(), kind, subject, Encoding.UTF8.GetBytes(body), "application/json", "127.0.0.1", null);

    private static async Task<Guid[]> Ids(PaymentsHost host, string sql)
    {
        await using var database = NpgsqlDataSource.Create(host.ConnectionString + ";Search Path=payments");
        await using var command = database.CreateCommand(sql);
        await using var reader = await command.ExecuteReaderAsync();
        var ids = new List<Guid>();
        while (await reader.ReadAsync())
        {
            ids.Add(reader.GetGuid(0));
        }

        return [.. ids];
    }

    private static async Task<List<(long Calls, string Query)>> Statements(PaymentsHost host)
    {
        await using var database = NpgsqlDataSource.Create(host.ConnectionString);
        await using var command = database.CreateCommand(
            "SELECT calls, query FROM pg_stat_statements WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database()) ORDER BY calls DESC");
        await using var reader = await command.ExecuteReaderAsync();
        var statements = new List<(long, string)>();
        while (await reader.ReadAsync())
        {
            statements.Add((reader.GetInt64(0), string.Join(' ', reader.GetString(1).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))));
        }

        return statements;
    }
}
