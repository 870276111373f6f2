using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using Payments.Application.Idempotency;
using Xunit;

namespace Payments.Tests.Integration;

/// <summary>A request repeated with its Idempotency-Key happens once and is answered twice (docs/checkout.md).</summary>
public sealed class IdempotencyKeyTests(IdempotencyKeyTests.TwoProcesses running) : IClassFixture<IdempotencyKeyTests.TwoProcesses>
{
    private readonly PaymentsHost host = running.Host;

    [Fact]
    public async Task The_same_request_gets_the_first_answer_again()
    {
        var (key, body) = (NewKey(), Body());
        var first = await Post(host.Shop, "/api/checkouts", key, body);
        await Cancel(await Json(first));

        var second = await Post(host.Shop, "/api/checkouts", key, body);

        Assert.Equal(HttpStatusCode.Created, first.StatusCode);
        Assert.False(first.Headers.Contains("Idempotency-Replayed"));
        Assert.Equal(HttpStatusCode.Created, second.StatusCode);
        Assert.Equal("true", second.Headers.GetValues("Idempotency-Replayed").Single());
        Assert.Equal(await first.Content.ReadAsStringAsync(), await second.Content.ReadAsStringAsync());
        Assert.Equal(first.Content.Headers.ContentType, second.Content.Headers.ContentType);
    }

    [Fact]
    public async Task Nothing_secret_is_stored_and_the_replay_has_it_all_the_same()
    {
        var (key, body) = (NewKey(), Body());
        var secret = (string)(await Json(await Post(host.Shop, "/api/checkouts", key, body)))["clientSecret"]!;

        var row = await host.Sql<string>($"SELECT k::text FROM idempotency_keys k WHERE key = '{key}'");
        var replayed = (string)(await Json(await Post(host.Shop, "/api/checkouts", key, body)))["clientSecret"]!;

        Assert.DoesNotContain(secret[^40..], row, StringComparison.Ordinal);
        Assert.Equal(secret, replayed);
    }

    [Fact]
    public async Task A_key_with_another_body_or_another_address_is_refused()
    {
        var key = NewKey();
        var checkout = await Json(await Post(host.Shop, "/api/checkouts", key, Body()));

        var otherBody = await Post(host.Shop, "/api/checkouts", key, Body());
        var otherAddress = await Post(host.Shop, $"/api/checkouts/{checkout["id"]}/cancel", key, null);

        await Refused(HttpStatusCode.UnprocessableEntity, "idempotency_key_reused", otherBody);
        await Refused(HttpStatusCode.UnprocessableEntity, "idempotency_key_reused", otherAddress);
        Assert.Equal("open", (string?)(await host.Get(checkout))["status"]);
    }

    [Fact]
    public async Task Two_clients_may_use_the_same_key()
    {
        var key = NewKey();
        var mine = await Json(await Post(host.Shop, "/api/checkouts", key, Body()));
        var theirs = await Post(host.OtherShop, "/api/checkouts", key, Body());

        Assert.Equal(HttpStatusCode.Created, theirs.StatusCode);
        Assert.NotEqual((string?)mine["id"], (string?)(await Json(theirs))["id"]);
    }

    [Fact]
    public async Task A_clientSecret_has_keys_of_its_own()
    {
        var (key, pay) = (NewKey(), new { phone = "254700000821" });
        var checkout = await Json(await Post(host.Shop, "/api/checkouts", key, Body()));
        using var browser = host.WithKey((string)checkout["clientSecret"]!);

        var first = await Post(browser, $"/api/checkouts/{checkout["id"]}/pay", key, pay);
        var again = await Post(browser, $"/api/checkouts/{checkout["id"]}/pay", key, pay);

        Assert.Equal(HttpStatusCode.Accepted, first.StatusCode);
        Assert.Equal(await first.Content.ReadAsStringAsync(), await again.Content.ReadAsStringAsync());
        Assert.Single((await host.Get(checkout))["attempts"]!.AsArray());
    }

    [Fact]
    public async Task While_the_first_is_running_the_second_is_told_to_wait()
    {
        await host.Script("254700000811", new { outcome = "paid", replyDelayMs = 3000 });
        var (key, body) = (NewKey(), Body("254700000811"));
        var first = Post(host.Shop, "/api/checkouts", key, body);
        await PaymentsHost.Eventually(async () => await Count(key) == 1, "the intent is committed");

        var second = await Post(host.Shop, "/api/checkouts", key, body);

        await Refused(HttpStatusCode.Conflict, "idempotency_in_progress", second);
        Assert.True(second.Headers.RetryAfter!.Delta > TimeSpan.Zero);
        Assert.Equal(HttpStatusCode.Created, (await first).StatusCode);
        Assert.Equal(await (await first).Content.ReadAsStringAsync(), await (await Post(host.Shop, "/api/checkouts", key, body)).Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task A_request_whose_process_died_before_its_answer_is_answered_from_its_row()
    {
        var (key, body) = (NewKey(), Body("254700000822"));
        var first = await Json(await Post(host.Shop, "/api/checkouts", key, body));
        await host.Until(first, "paid");
        await host.Sql<string>($"UPDATE idempotency_keys SET answer = NULL, status = NULL, running_until = now() WHERE key = '{key}' RETURNING key");

        var rebuilt = await Post(host.Shop, "/api/checkouts", key, body);
        var again = await Post(host.Shop, "/api/checkouts", key, body);

        Assert.Equal(HttpStatusCode.Created, rebuilt.StatusCode);
        Assert.Equal("true", rebuilt.Headers.GetValues("Idempotency-Replayed").Single());
        var now = await Json(rebuilt);
        Assert.Equal(((string?)first["id"], (string?)first["clientSecret"], "paid"), ((string?)now["id"], (string?)now["clientSecret"], (string?)now["status"]));
        Assert.Single(now["attempts"]!.AsArray());
        Assert.Equal(await rebuilt.Content.ReadAsStringAsync(), await again.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task A_dead_process_is_waited_for_no_longer_than_its_lease()
    {
        var (key, body) = (NewKey(), Body());
        await Post(host.Shop, "/api/checkouts", key, body);
        await host.Sql<string>(
            $"UPDATE idempotency_keys SET answer = NULL, status = NULL, running_until = now() + interval '15 seconds' WHERE key = '{key}' RETURNING key");

        await Refused(HttpStatusCode.Conflict, "idempotency_in_progress", await Post(host.Shop, "/api/checkouts", key, body));
    }

    [Theory]
    [InlineData(2)]
    [InlineData(20)]
    public async Task Equal_requests_at_the_same_instant_to_two_processes_make_one_checkout(int many)
    {
        var (key, body) = (NewKey(), Body("254700000823"));
        HttpClient[] doors = [host.Shop, running.Second.Shop];

        var answers = await Task.WhenAll(Enumerable.Range(0, many).Select(i => Post(doors[i % 2], "/api/checkouts", key, body)));

        var made = new List<string>();
        foreach (var answer in answers)
        {
            if (answer.StatusCode == HttpStatusCode.Conflict)
            {
                await Refused(HttpStatusCode.Conflict, "idempotency_in_progress", answer);
            }
            else
            {
                Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
                made.Add((string)(await Json(answer))["id"]!);
            }
        }

        Assert.NotEmpty(made);
        Assert.Single(made.Distinct());
        Assert.Single(answers, a => a.StatusCode == HttpStatusCode.Created && !a.Headers.Contains("Idempotency-Replayed"));
        Assert.Equal(1L, await Count(key));
    }

    [Fact]
    public async Task A_refused_request_gives_its_key_back()
    {
        var key = NewKey();
        var taken = await host.Checkout(phone: null);
        var reference = (string)taken["orderReference"]!;

        await Refused(HttpStatusCode.BadRequest, "validation_failed", await Post(host.Shop, "/api/checkouts", key, new { orderReference = reference }));
        await Refused(
            HttpStatusCode.Conflict, "order_reference_in_use", await Post(host.Shop, "/api/checkouts", key, new { orderReference = reference, amount = 5 }));
        Assert.Equal(0L, await Count(key));

        Assert.Equal(HttpStatusCode.Created, (await Post(host.Shop, "/api/checkouts", key, Body())).StatusCode);
    }

    [Fact]
    public async Task A_replay_needs_a_valid_key_like_anything_else()
    {
        var (key, body) = (NewKey(), Body());
        await Post(host.Shop, "/api/checkouts", key, body);

        await Refused(HttpStatusCode.Unauthorized, "unauthorized", await Post(host.Anonymous, "/api/checkouts", key, body));
    }

    [Theory]
    [InlineData("")]
    [InlineData("caf\u00e9")]
    [InlineData("tab\there")]
    [InlineData("256")]
    public async Task A_key_that_is_none_is_refused(string key)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/checkouts") { Content = JsonContent.Create(Body()) };
        request.Headers.TryAddWithoutValidation("Idempotency-Key", key == "256" ? new string('k', 256) : key);
        request.Headers.Authorization = host.Shop.DefaultRequestHeaders.Authorization;
        using var door = new HttpClient(new SocketsHttpHandler { RequestHeaderEncodingSelector = (_, _) => Encoding.UTF8 }) { BaseAddress = host.ApiUrl };

        var answer = await door.SendAsync(request);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        if (answer.Content.Headers.ContentType?.MediaType == "application/problem+json")
        {
            Assert.NotNull((await Json(answer))["errors"]!["Idempotency-Key"]);
        }
    }

    [Fact]
    public async Task The_longest_key_and_every_printable_character_are_taken()
    {
        var key = (NewKey() + string.Concat(Enumerable.Range('!', '~' - '!' + 1).Select(c => (char)c))).PadRight(255, 'k');
        var body = Body();

        var first = await Post(host.Shop, "/api/checkouts", key, body);
        var again = await Post(host.Shop, "/api/checkouts", key, body);

        Assert.Equal(HttpStatusCode.Created, first.StatusCode);
        Assert.True(again.Headers.Contains("Idempotency-Replayed"));
    }

    [Fact]
    public async Task Callbacks_take_no_notice_of_the_header()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/mpesa/stk/callback") { Content = JsonContent.Create(new { }) };
        request.Headers.Add("Idempotency-Key", "x");

        Assert.Equal(HttpStatusCode.OK, (await host.Anonymous.SendAsync(request)).StatusCode);
        Assert.Equal(0L, await Count("x"));
    }

    [Fact]
    public async Task Old_keys_are_forgotten_unless_they_moved_money_away()
    {
        await host.Sql<long>(
            """
            WITH made AS (
                INSERT INTO idempotency_keys (owner, key, hash, intent_kind, intent_id, status, answer, running_until, keep_for_ever, created_at)
                SELECT 'client/old', name, sha256('x'), 'payout', gen_random_uuid(), 202, '{}', now(), keep, now() - age
                FROM (VALUES ('young', false, interval '25 hours'), ('old', false, interval '49 hours'),
                             ('money', true, interval '6 days'), ('old money', true, interval '2 years')) AS v (name, keep, age)
                RETURNING 1)
            SELECT count(*) FROM made
            """);

        Assert.True(await host.Send(new CleanIdempotencyKeys()) >= 2);
        Assert.Equal(
            "money:{}, old money:gone, young:{}",
            await host.Sql<string>("SELECT string_agg(key || ':' || coalesce(answer, 'gone'), ', ' ORDER BY key) FROM idempotency_keys WHERE owner = 'client/old'"));
        Assert.Equal(0, await host.Send(new CleanIdempotencyKeys()));
    }

    private static object Body(string? phone = null) => new { orderReference = PaymentsHost.NewReference(), amount = 1500, phone, description = "Two shirts, café" };

    private static string NewKey() => Guid.NewGuid().ToString();

    private static async Task<HttpResponseMessage> Post(HttpClient client, string path, string key, object? body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = body is null ? null : JsonContent.Create(body) };
        request.Headers.Add("Idempotency-Key", key);
        return await client.SendAsync(request);
    }

    private static async Task<JsonNode> Json(HttpResponseMessage answer) => JsonNode.Parse(await answer.Content.ReadAsStringAsync())!;

    private static async Task Refused(HttpStatusCode status, string code, HttpResponseMessage answer)
    {
        Assert.Equal(status, answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        Assert.Equal(code, (string?)(await Json(answer))["code"]);
    }

    private async Task Cancel(JsonNode checkout) => (await host.Shop.PostAsync($"/api/checkouts/{checkout["id"]}/cancel", null)).EnsureSuccessStatusCode();

    private Task<long> Count(string key) => host.Sql<long>($"SELECT count(*) FROM idempotency_keys WHERE key = '{key}'");

    public sealed class TwoProcesses(TestDatabase databases) : IAsyncLifetime
    {
        public PaymentsHost Host { get; private set; } = null!;

        /// <summary>Another process's worth of API over the same database.</summary>
        public PaymentsHost Second { get; private set; } = null!;

        public async ValueTask InitializeAsync()
        {
            Host = await PaymentsHost.Start(databases);
            Second = await PaymentsHost.StartOn(Host.ConnectionString, "Roles=api");
        }

        public async ValueTask DisposeAsync()
        {
            await Second.DisposeAsync();
            await Host.DisposeAsync();
        }
    }
}
