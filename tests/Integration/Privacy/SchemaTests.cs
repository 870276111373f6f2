using Payments.Application.Idempotency;
using Payments.Application.Privacy;
using Xunit;

namespace Payments.Tests.Integration;

/// <summary>Every column is decided: it holds no personal data, or it is erased, or it stays for a reason. A new one fails here until it is.</summary>
public sealed class SchemaTests(Running running) : IClassFixture<Running>
{
    private readonly PaymentsHost host = running.Host;

    /// <summary>Columns that hold personal data and lose it, by what erases them.</summary>
    private static readonly Dictionary<string, string> Erased = Columns(
        ("checkouts", "phone description return_url metadata"),
        ("attempts", "phone request_id doubt last_answer failure_provider_text"),
        ("receipts", "payer payer_name account"),
        ("payouts", "recipient account remarks doubt last_answer failure_provider_text"),
        ("refunds", "recipient reason doubt last_answer failure_provider_text"),
        ("cases", "story reason"),
        ("callbacks", "body source arrival trace_parent content_type"),
        ("events", "data"),
        ("webhook_deliveries", "tries"),
        ("untrusted_intake", "source"),
        ("sign_in_failures", "subject"),
        ("idempotency_keys", "answer"));

    /// <summary>What may name a person and stays, by the reason.</summary>
    private static readonly Dictionary<string, string[]> Kept = new()
    {
        ["Accountability: who decided what about money. Staff and shops, not customers; append-only on purpose, customers masked."] =
            ["audit_log.actor", "audit_log.subject", "audit_log.before", "audit_log.after", "pairings.agreed_by", "pairings.app", "cases.settled_by", "receipts.matched_by",
                "receipts.written_off_by"],
        ["Accountability: why money was kept. In the audit log for good as well; whoever writes it is told to put no name in it, and a number is refused."] =
            ["receipts.written_off_reason"],
        ["The shop's own number for the order or payout: the books are kept by it, and it is unique for ever. docs/privacy.md asks shops to put no name in it."] =
            ["checkouts.order_reference", "checkouts.reference_key", "checkouts.client_reference", "checkouts.client_reference_key", "checkouts.external_id",
                "payouts.reference", "refunds.order_reference"],
        ["The client's own word for its request, which money that leaves is recognised by for ever; clients make it up at random."] =
            ["idempotency_keys.key", "idempotency_keys.owner"],
        ["M-PESA's number of the payment: the books are compared with its statement by it. M-PESA alone knows whose it is."] =
            ["receipts.receipt", "payouts.receipt", "refunds.receipt", "refunds.original_receipt", "attempts.reported_receipt", "cases.receipt", "receipt_claims.code"],
        ["Safaricom's ids of a request, which name nobody; the one that ends in a phone number is erased."] =
            ["attempts.other_id", "payouts.conversation_id", "payouts.originator_id", "refunds.conversation_id", "refunds.originator_id",
                "questions.conversation_id", "questions.originator_id"],
        ["Sentences of this service and M-PESA's word for a state; no party is quoted in them."] =
            ["attempts.failure_message", "payouts.failure_message", "refunds.failure_message", "questions.answer", "callbacks.detail", "callbacks.answer",
                "c2b_registrations.detail", "c2b_other_registrations.detail", "initiator_tries.refusal", "pull_rounds.why"],
        ["Where a shop wants to be told, in its own words: a business's, and gone with its webhook."] = ["webhooks.url", "webhooks.description"],
        ["The name of the shop a row belongs to: a business's, given by its operator."] =
            ["checkouts.client", "payouts.client", "refunds.client", "cases.client", "events.client", "api_keys.client", "webhooks.client", "pairings.client"],
    };

    /// <summary>Ids, states, amounts, counts, times, codes, hashes and settings.</summary>
    private static readonly Dictionary<string, string> Impersonal = Columns(
        ("access_tokens", "app token expires_at fetched_at lease leased_until refused_at refusals"),
        ("api_keys", "id hash ending scopes family payout_limit daily_payout_limit created_at expires_at revoked_at last_used_at"),
        ("attempts", "id checkout_id amount status disputed trace_parent started_at ended_at settled_by failure_code failure_result_code failure_retryable failure_retry_after "
            + "reported_failure_code reported_result_code reported_amount questions next_question_at asked_at"),
        ("audit_log", "id at action"),
        ("balances", "name available at"),
        ("c2b_other_registrations", "id shortcode token state version response_type confirmation_url validation_url created_at registered_at replaced_at"),
        ("c2b_registrations", "id shortcode token state version response_type confirmation_url validation_url created_at asked_at registered_at payer_hash payer_hash_seen asked_until"),
        ("callbacks", "id kind subject_id state verdict token_hash probe_id received_at done_at erased_at retry_at blocked_by"),
        ("cases", "id kind subject_id checkout_id status outcome shortcode created_at settled_at erased_at"),
        ("checkouts", "id account_is_reference amount paid status version created_at updated_at expires_at ended_at erased_at"),
        ("daraja_apis", "api state paused_until why found_by changed_at"),
        ("deployment", "one environment shortcode stamped_at"),
        ("events", "id nonce position type subject_id at"),
        ("webhooks", "id scopes events status disabled_because secret old_secret old_secret_until created_at updated_at generation place failing_since holder held_until"),
        ("webhook_deliveries", "id webhook_id position event_id type subject_id status try_count refusals first_try_at next_try_at created_at ended_at"),
        ("idempotency_keys", "hash intent_kind intent_id intent_note status running_until keep_for_ever created_at"),
        ("jobs_schema", "one name chosen_at"),
        ("initiator_tries", "fingerprint question_id of_payouts asked_at"),
        ("migrations", "schemaversionsid scriptname applied"),
        ("payout_allowances", "family day asked"),
        ("payouts", "id method amount disputed trace_parent reason status heard settled_by refused_with failure_code failure_result_code failure_retryable failure_retry_after questions "
            + "next_question_at asked_at created_at updated_at enqueued_at sending_at ended_at erased_at waiting_for retry_at wait_told"),
        ("restores", "id prepared_at released_at feed_place"),
        ("pairings", "id code_hash scopes return_url webhook_url code_challenge created_at expires_at used_at"),
        ("pull_progress", "shortcode read_until read_at"),
        ("pull_rounds", "shortcode round running_until started_at ended_at state since gap_from gap_until"),
        ("question_budget", "one tokens counted_at"),
        ("questions", "id kind subject_id asked_at answered_at receipt"),
        ("receipt_claims", "id checkout_id at answer has_case questions asked_at"),
        ("receipts", "id checkout_id attempt_id amount applied surplus written_off written_off_at surplus_due_at method settled_by at created_at late inferred matched_at erased_at shortcode"),
        ("refunds", "id disputed trace_parent client checkout_id receipt_id method amount of_surplus taken_from status heard settled_by refused_with failure_code failure_result_code failure_retryable "
            + "failure_retry_after questions next_question_at asked_at created_at updated_at enqueued_at sending_at ended_at erased_at waiting_for retry_at wait_told"),
        ("signing_keys", "key_id first_signed_at last_signed_at"),
        ("sign_in_failures", "failures last_at locked_until"),
        ("unrouted_callbacks", "hour path taken refused"),
        ("untrusted_intake", "hour stored bytes refused"));

    [Fact]
    public async Task Every_column_is_decided()
    {
        var there = (await host.Sql<string>(
            "SELECT string_agg(table_name || '.' || column_name, ' ') FROM information_schema.columns WHERE table_schema = 'payments'")).Split(' ');
        var decided = Erased.Keys.Concat(Kept.Values.SelectMany(names => names)).Concat(Impersonal.Keys).ToHashSet(StringComparer.Ordinal);

        var undecided = there.Where(column => !decided.Contains(column)).ToList();
        Assert.True(undecided.Count == 0, $"Decide whether these hold personal data, erase it or say why it stays (docs/privacy.md): {string.Join(", ", undecided)}");
        Assert.Empty(decided.Except(there));
    }

    [Fact]
    public async Task Every_column_that_is_to_be_erased_is()
    {
        // Old, settled, and full of the marker wherever a row can hold one.
        await host.Sql<int>(
            """
            INSERT INTO checkouts (id, client, order_reference, reference_key, amount, description, phone, return_url, metadata, status, version, created_at, updated_at, expires_at, ended_at)
            VALUES ('00000000-0000-7000-8000-00000000000a', 'shop', 'MARK-1', 'MARK1', 10000, 'MARKER', '254700099999', 'MARKER', '{"a":"MARKER"}', 'cancelled', 1,
                now() - interval '500 days', now(), now() - interval '499 days', now() - interval '499 days');
            INSERT INTO attempts (id, checkout_id, phone, amount, status, request_id, started_at, ended_at, failure_code, failure_provider_text, last_answer, doubt)
            VALUES ('00000000-0000-7000-8000-00000000000b', '00000000-0000-7000-8000-00000000000a', '254700099999', 10000, 'failed', 'ws_CO_1700099999',
                now() - interval '500 days', now() - interval '500 days', 'cancelled', 'MARKER', 'MARKER', 'MARKER');
            INSERT INTO receipts (id, receipt, checkout_id, amount, method, settled_by, account, payer, payer_name, at)
            VALUES ('00000000-0000-7000-8000-00000000000c', 'MARK000001', '00000000-0000-7000-8000-00000000000a', 5000, 'paybill', 'confirmation', 'MARKER', '254700099999', 'MARKER', now());
            INSERT INTO payouts (id, client, reference, method, recipient, account, amount, reason, remarks, status, failure_code, failure_provider_text, last_answer, doubt, created_at, updated_at, enqueued_at, sending_at, ended_at)
            VALUES ('00000000-0000-7000-8000-00000000000d', 'shop', 'P-1', 'paybill', '600999', 'MARKER', 10000, 'business', 'MARKER', 'failed', 'rejected', 'MARKER', 'MARKER', 'MARKER', now(), now(), now(), now(), now() - interval '500 days');
            INSERT INTO payouts (id, client, reference, method, recipient, amount, reason, remarks, status, originator_id, created_at, updated_at, enqueued_at, sending_at, ended_at)
            VALUES ('00000000-0000-7000-8000-00000000000e', 'shop', 'P-2', 'mpesa', '254700099999', 10000, 'business', 'MARKER', 'completed', 'x', now(), now(), now(), now(), now() - interval '500 days');
            INSERT INTO refunds (id, client, receipt_id, original_receipt, method, recipient, amount, reason, of_surplus, status, failure_code, failure_provider_text, last_answer, doubt, created_at, updated_at, enqueued_at, sending_at, ended_at)
            VALUES (gen_random_uuid(), 'shop', '00000000-0000-7000-8000-00000000000c', 'MARK000001', 'reversal', '254700099999', 5000, 'MARKER', true, 'failed', 'rejected', 'MARKER', 'MARKER', 'MARKER', now(), now(), now(), now(), now() - interval '500 days');
            INSERT INTO cases (id, kind, subject_id, story, status, reason, outcome, settled_at)
            VALUES (gen_random_uuid(), 'party_differs', gen_random_uuid(), 'MARKER', 'settled', 'MARKER', 'noted', now() - interval '500 days');
            INSERT INTO callbacks (id, kind, subject_id, state, verdict, body, source, arrival, trace_parent, content_type, done_at)
            VALUES (gen_random_uuid(), 'stk', '00000000-0000-7000-8000-00000000000b', 'done', 'applied', 'MARKER 254700099999', 'MARKER', 'MARKER', 'MARKER', 'MARKER', now() - interval '500 days');
            INSERT INTO untrusted_intake (hour, source) VALUES (now() - interval '500 days', 'MARKER');
            INSERT INTO sign_in_failures (subject, failures, last_at) VALUES ('MARKER', 1, now() - interval '500 days');
            INSERT INTO idempotency_keys (owner, key, hash, intent_kind, intent_id, status, answer, running_until, keep_for_ever, created_at)
            VALUES ('client/shop', 'k', decode(repeat('00', 32), 'hex'), 'payout', gen_random_uuid(), 202, 'MARKER', now(), true, now() - interval '500 days');
            SELECT 1
            """);

        await host.Send(new ErasePersonalData());
        await host.Send(new CleanIdempotencyKeys());

        var tables = Erased.Keys.Select(name => name.Split('.')[0]).Distinct().ToList();
        foreach (var column in Erased.Keys)
        {
            var (table, name) = (column.Split('.')[0], column.Split('.')[1]);
            Assert.True(
                await host.Sql<long>($"SELECT count(*) FROM {table} WHERE position('MARKER'::bytea in convert_to({name}::text, 'UTF8')) > 0 OR {name}::text LIKE '%700099999%'") == 0,
                $"{column} still holds what was to be erased.");
        }

        foreach (var table in tables)
        {
            // Hex too: bytea as text is hex.
            Assert.Equal(0L, await host.Sql<long>($"SELECT count(*) FROM {table} t WHERE t::text LIKE '%MARKER%' OR t::text LIKE '%700099999%' OR t::text LIKE '%4d41524b4552%'"));
        }

        Assert.Equal("MARK000001 5000", await host.Sql<string>("SELECT receipt || ' ' || amount FROM receipts WHERE receipt = 'MARK000001'"));
    }

    private static Dictionary<string, string> Columns(params (string Table, string Names)[] tables) =>
        tables.SelectMany(table => table.Names.Split(' ').Select(name => table.Table + "." + name)).ToDictionary(name => name, _ => "", StringComparer.Ordinal);
}
