using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Npgsql;
using Payments.Build;
using Xunit;

namespace Payments.Tests.SystemTests;

/// <summary>What a collector and a scraper get from a running service: one trace for a payment, the documented numbers, and nobody's data.</summary>
public sealed partial class TelemetryTests(WatchedService service) : IClassFixture<WatchedService>
{
    /// <summary>A customer whose number can be told from every other's.</summary>
    private const string Customer = "254700061200";

    [Fact]
    public async Task A_checkout_is_one_trace_from_its_request_through_the_prompt_and_the_callback_to_the_job_that_applied_it()
    {
        var checkout = await service.Checkout(Customer, "paid");

        var applied = await service.Span(
            s => s.Name == "callback stk" && s.Attributes["payments.verdict"] == "applied" && s.TraceId == TraceOf(checkout), "the callback's span was sent");
        var trace = service.Otlp.Spans.Where(s => s.TraceId == applied.TraceId).ToList();
        var request = Assert.Single(trace, s => s.ParentId.Length == 0);
        var push = Assert.Single(trace, s => s.Name == "daraja Push");
        Assert.Equal("POST /api/checkouts", request.Name);
        Assert.Equal(("201", "/api/checkouts"), (request.Attributes["http.response.status_code"], request.Attributes["http.route"]));
        Assert.Equal((request.SpanId, "0", "200"), (push.ParentId, push.Attributes["daraja.code"], push.Attributes["http.response.status_code"]));
        Assert.Equal(request.SpanId, applied.ParentId);
        Assert.True(applied.Start >= push.Start && applied.End > applied.Start);

        // The callback's own request and the drain are other traces, linked: neither knows the payment when it begins.
        var came = await service.Span(s => applied.Links.Contains((s.TraceId, s.SpanId)) && s.Name.StartsWith("POST", StringComparison.Ordinal), "its request was sent");
        var drain = await service.Span(s => applied.Links.Contains((s.TraceId, s.SpanId)) && s.Name == "drain callbacks", "its drain was sent");
        Assert.Equal("POST /callbacks/stk/callback/{token?}", came.Name);
        Assert.NotEqual(came.TraceId, drain.TraceId);
    }

    [Fact]
    public async Task A_payout_is_one_trace_through_its_job_and_its_result()
    {
        var (_, payout) = await service.Shop.Keyed("/api/payouts", new { method = "mpesa", recipient = Customer, amount = 100, reference = PaymentsHost.NewReference() });
        await service.Until($"/api/payouts/{payout["id"]}", "completed");

        var result = await service.Span(s => s.Name == "callback b2c_result", "the result's span was sent");
        var trace = service.Otlp.Spans.Where(s => s.TraceId == result.TraceId).Select(s => s.Name).ToList();
        Assert.Superset(new HashSet<string> { "POST /api/payouts", "send transfer", "daraja B2c", "callback b2c_result" }, trace.ToHashSet());
    }

    [Fact]
    public async Task A_question_about_a_prompt_belongs_to_its_payment()
    {
        // Paid, and the callback never comes.
        var checkout = await service.Checkout("254700060404", "paid");

        var asked = await service.Span(s => s.Name == "daraja PromptQuery" && s.TraceId == TraceOf(checkout), "the question was sent");
        Assert.Contains(service.Otlp.Spans, s => s.TraceId == asked.TraceId && s.Name == "POST /api/checkouts");
    }

    [Fact]
    public async Task Only_who_shows_a_key_is_gone_on_with()
    {
        const string Theirs = "4bf92f3577b34da6a3ce929d0e0e4736";
        var checkout = await service.Checkout("254700060000", "paid", ("traceparent", $"00-{Theirs}-00f067aa0ba902b7-01"), ("baggage", "customer=Wanjiku"));
        using var stranger = new HttpClient { BaseAddress = service.Shop.BaseAddress };
        stranger.DefaultRequestHeaders.Add("traceparent", "00-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa-00f067aa0ba902b7-01");
        await stranger.PostAsync("/callbacks/stk/callback", new StringContent("{}"));

        await service.Span(s => s.TraceId == Theirs && s.Name == "callback stk", "the shop's trace goes on to the callback");
        await service.Span(s => s.Name == "POST /callbacks/stk/callback/{token?}" && s.Attributes["http.response.status_code"] == "200", "the stranger's callback was told");
        Assert.DoesNotContain(service.Otlp.Spans, s => s.TraceId.StartsWith("aaaaaaaa", StringComparison.Ordinal));
        Assert.Equal(Theirs, TraceOf(checkout));

        // And Safaricom is told nothing of it.
        var requests = await service.Simulator.GetStringAsync("/simulator/requests");
        Assert.DoesNotContain(Theirs, requests, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Bearer sk_local_al")]
    [InlineData("Bearer sk_0123456789abcdefghijklmnopqrstuvwxyzABCDEFG")]
    [InlineData("Bearer chk_00000000000000000000000000000000_secret_000000000000000000000000000000000000000000000000")]
    [InlineData("Basic c2tfbG9jYWxfYWxsOg==")]
    [InlineData("x")]
    public async Task What_only_looks_like_a_key_is_not_gone_on_with(string authorization)
    {
        var theirs = "bbbb" + Guid.NewGuid().ToString("N")[4..];
        using var stranger = new HttpClient { BaseAddress = service.Shop.BaseAddress };
        stranger.DefaultRequestHeaders.Add("traceparent", $"00-{theirs}-00f067aa0ba902b7-01");
        stranger.DefaultRequestHeaders.TryAddWithoutValidation("Authorization", authorization);
        var marked = service.Otlp.Spans.Count;
        await stranger.PostAsync("/callbacks/b2b/timeout", new StringContent("{}"));
        await stranger.GetAsync("/api/checkouts");

        await PaymentsHost.Eventually(
            () => Task.FromResult(service.Otlp.Spans.Skip(marked).Any(s => s.Attributes.TryGetValue("http.response.status_code", out var code) && code == "401")), "his requests were told");
        Assert.DoesNotContain(service.Otlp.Spans, s => s.TraceId == theirs);
    }

    [Fact]
    public async Task No_token_phone_or_name_is_in_what_is_sent_scraped_or_logged()
    {
        var checkout = await service.Checkout(Customer, "paid");
        await service.Checkout("254700061032", "failed");
        await service.Simulator.PostAsJsonAsync("/simulator/c2b", new { amount = 10, account = "NOBODY", msisdn = "254700069999" });
        using var stranger = new HttpClient { BaseAddress = service.Shop.BaseAddress };
        await stranger.PostAsync("/callbacks/c2b/confirm/" + new string('a', 32), JsonContent.Create(new
        {
            TransID = PaymentsHost.NewReceipt(),
            TransAmount = "10.00",
            BusinessShortCode = "174379",
            BillRefNumber = (string?)checkout["orderReference"],
            MSISDN = Customer,
            TransTime = "20260710091544",
            FirstName = "WANJIKU",
        }));
        await service.Span(s => s.Name == "callback c2b_confirm", "the confirmation's span was sent");
        var deliveries = await service.Simulator.GetFromJsonAsync<JsonNode>("/simulator/deliveries");
        var tokens = deliveries!["items"]!.AsArray().Select(d => new Uri((string)d!["path"]!).Segments[^1]).Where(t => t.Length > 60).ToList();
        Assert.NotEmpty(tokens);

        var scraped = await service.Shop.GetStringAsync("/metrics");
        var sent = string.Concat(service.Otlp.Received.Select(r => Encoding.Latin1.GetString(r.Body)));
        var logged = string.Concat(service.LogLines);
        foreach (var told in new[] { scraped, sent, logged })
        {
            Assert.All([.. tokens, .. tokens.Select(t => t[^32..]), Customer, Customer[3..], "700061032", "700069999", "WANJIKU", new string('a', 32), (string)checkout["payment"]!["receipt"]!],
                secret => Assert.DoesNotContain(secret, told, StringComparison.OrdinalIgnoreCase));
        }
    }

    [Fact]
    public async Task Metrics_have_the_documented_names_and_only_those()
    {
        // A webhook that takes what it is told, and one that is out of reach for long.
        await using var endpoint = await ShopEndpoint.Start();
        await service.Shop.PostAsJsonAsync("/api/webhooks", new { url = endpoint.Url });
        await service.Checkout(Customer, "paid");

        // One nobody knows the outcome of, and a case, so that every gauge has something to say.
        await service.Shop.PostAsJsonAsync("/api/checkouts", new { orderReference = PaymentsHost.NewReference(), amount = 10, phone = "254700060606" });
        await using (var source = NpgsqlDataSource.Create(service.ConnectionString))
        {
            await using var command = source.CreateCommand(
                """
                INSERT INTO payments.cases (id, kind, subject_id, story) VALUES (gen_random_uuid(), 'test', gen_random_uuid(), 'Nothing happened.');
                INSERT INTO payments.webhooks (id, client, scopes, url, secret, place, status, disabled_because)
                VALUES (gen_random_uuid(), 'shop', '{checkouts}', 'http://127.0.0.1:9/', '\x00', 0, 'disabled', 'gone')
                """);
            await command.ExecuteNonQueryAsync();
        }

        var documented = OfTheDocument().ToHashSet();
        var scraped = new HashSet<string>();
        var text = "";
        await PaymentsHost.Eventually(
            async () =>
            {
                text = await service.Shop.GetStringAsync("/metrics");
                scraped = [.. TypeLine().Matches(text).Select(m => m.Groups[1].Value)];
                return documented.IsSubsetOf(scraped);
            },
            "every documented metric is there", 40, () => string.Join(' ', documented.Except(scraped)));

        Assert.Empty(scraped.Except(documented));
        Assert.Matches("payments_callback_verdicts_total\\{[^}]*kind=\"stk\",verdict=\"applied\"[^}]*\\} [1-9]", text);
        Assert.Matches("payments_daraja_call_duration_seconds_count\\{[^}]*api=\"Push\",code=\"0\"[^}]*\\} [1-9]", text);
        Assert.Matches("payments_in_doubt\\{[^}]*age=\"under_5m\"", text);
        Assert.Matches("payments_daraja_token_age_seconds\\{[^}]*app=\"main\"", text);
    }

    [Fact]
    public async Task A_log_line_is_an_object_with_its_events_name()
    {
        await service.Checkout(Customer, "paid");

        await PaymentsHost.Eventually(() => Task.FromResult(service.LogLines.Any(l => l.Contains("daraja_replied", StringComparison.Ordinal))), "it was logged");
        var lines = service.LogLines.Where(l => l.Length > 0).Select(l => JsonNode.Parse(l)!).ToList();
        var replied = lines.First(l => (string?)l["event"] == "daraja_replied" && (string?)l["fields"]!["Api"] == "Push");
        Assert.Equal(("information", "Payments.Infrastructure.Daraja.DarajaClient"), ((string?)replied["level"], (string?)replied["source"]));
        Assert.Equal(32, ((string?)replied["traceId"])!.Length);
        Assert.All(lines, line => Assert.NotNull(line["at"]));
    }

    [Fact]
    public async Task Without_a_key_metrics_are_nobodys_business_from_elsewhere()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/metrics");
        request.Headers.Add("X-Forwarded-For", "203.0.113.9");
        using var stranger = new HttpClient { BaseAddress = service.Shop.BaseAddress };

        Assert.Equal(HttpStatusCode.Unauthorized, (await stranger.SendAsync(request)).StatusCode);
    }

    /// <summary>The trace that a checkout's attempt has stored.</summary>
    private string TraceOf(JsonNode checkout)
    {
        using var connection = new NpgsqlConnection(service.ConnectionString);
        connection.Open();
        using var command = new NpgsqlCommand("SELECT trace_parent FROM payments.attempts WHERE id = $1", connection);
        command.Parameters.Add(new() { Value = PaymentsHost.AttemptId(checkout) });
        return ((string)command.ExecuteScalar()!).Split('-')[1];
    }

    /// <summary>The metrics docs/operations.md lists: <c>| `payments_…` | …</c>.</summary>
    private static IEnumerable<string> OfTheDocument() =>
        DocumentLine().Matches(File.ReadAllText(Path.Combine(RepositoryRoot.Find(), "docs", "operations.md"))).Select(m => m.Groups[1].Value);

    [GeneratedRegex("^# TYPE (payments_[a-z_]+) ", RegexOptions.Multiline)]
    private static partial Regex TypeLine();

    [GeneratedRegex(@"^\| `(payments_[a-z_]+)` \|", RegexOptions.Multiline)]
    private static partial Regex DocumentLine();
}
