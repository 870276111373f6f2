using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using Payments.Application.Checkouts;
using Xunit;

namespace Payments.Tests.Integration;

/// <summary>The checkout endpoints as shops and browsers use and misuse them.</summary>
public sealed class CheckoutApiTests(CheckoutApiTests.Strict running) : IClassFixture<CheckoutApiTests.Strict>
{
    private readonly PaymentsHost host = running.Host;

    public static TheoryData<string, string> BadBodies => new()
    {
        { """{"externalId":"","amount":10}""", "externalId" },
        { """{"externalId":"a\u0007b","amount":10}""", "externalId" },
        { """{"externalId":7,"amount":10}""", "externalId" },
        { """{"orderReference":"","amount":10}""", "orderReference" },
        { """{"orderReference":"ABCDEFGHIJKLM","amount":10}""", "orderReference" },
        { """{"orderReference":"---","amount":10}""", "orderReference" },
        { """{"orderReference":"A B","amount":10}""", "orderReference" },
        { """{"orderReference":"BAD1"}""", "amount" },
        { """{"orderReference":"BAD1","amount":0}""", "amount" },
        { """{"orderReference":"BAD1","amount":-5}""", "amount" },
        { """{"orderReference":"BAD1","amount":10.5}""", "amount" },
        { """{"orderReference":"BAD1","amount":250001}""", "amount" },
        { """{"orderReference":"BAD1","amount":"10"}""", "amount" },
        { """{"orderReference":"BAD1","amount":1e400}""", "amount" },
        { """{"orderReference":"BAD1","amount":10,"phone":"12345"}""", "phone" },
        { """{"orderReference":"BAD1","amount":10,"phone":"+44 7700 900000"}""", "phone" },
        { """{"orderReference":"BAD1","amount":10,"description":"a\u0000b"}""", "description" },
        { """{"orderReference":"BAD1","amount":10,"returnUrl":"javascript:alert(1)"}""", "returnUrl" },
        { """{"orderReference":"BAD1","amount":10,"expiresInMinutes":0}""", "expiresInMinutes" },
        { """{"orderReference":"BAD1","amount":10,"metadata":{"a":null}}""", "metadata" },
        { """{"orderReference":"BAD1","amount":10,"status":"paid"}""", "status" },
        { """{"orderReference":"BAD1","amount":10,""", "body" },
        { "", "body" },
        { "null", "body" },
    };

    [Theory]
    [MemberData(nameof(BadBodies))]
    public async Task A_bad_field_is_named_and_nothing_is_stored(string body, string field)
    {
        var answer = await host.Shop.PostAsync("/api/checkouts", new StringContent(body, Encoding.UTF8, "application/json"));

        var problem = await Problem(answer, HttpStatusCode.BadRequest, "validation_failed");
        Assert.Contains(problem["errors"]!.AsObject(), e => e.Key == field);
        Assert.Equal(0L, await host.Sql<long>("SELECT count(*) FROM checkouts WHERE order_reference = 'BAD1'"));
    }

    [Theory]
    [InlineData("0708374149")]
    [InlineData("+254 708 374 149")]
    [InlineData("254-708-374-149")]
    [InlineData("0110000149")]
    public async Task Phones_are_taken_as_people_write_them(string phone)
    {
        var checkout = await host.Checkout(phone);

        Assert.Matches("^254[17][0-9]{8}$", (string?)checkout["phone"]);
    }

    [Fact]
    public async Task A_reference_is_taken_once_for_ever_in_its_compared_form()
    {
        var reference = PaymentsHost.NewReference();
        var first = await host.Checkout(phone: null, reference: reference[..6] + "-" + reference[6..]);

        var again = await host.Shop.PostAsJsonAsync("/api/checkouts", new { orderReference = reference.ToLowerInvariant(), amount = 5 });
        var problem = await Problem(again, HttpStatusCode.Conflict, "order_reference_in_use");
        Assert.Equal((string?)first["id"], (string?)problem["checkoutId"]);

        var stranger = await host.OtherShop.PostAsJsonAsync("/api/checkouts", new { orderReference = reference, amount = 5 });
        Assert.Equal(HttpStatusCode.Created, stranger.StatusCode);
    }

    [Fact]
    public async Task A_checkout_belongs_to_its_shop()
    {
        var checkout = await host.Checkout(phone: null);
        var path = $"/api/checkouts/{checkout["id"]}";

        Assert.Equal(HttpStatusCode.OK, (await host.Shop.GetAsync(path)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await host.Ops.GetAsync(path)).StatusCode);
        await Problem(await host.OtherShop.GetAsync(path), HttpStatusCode.NotFound, "not_found");
        await Problem(await host.OtherShop.PostAsync(path + "/cancel", null), HttpStatusCode.NotFound, "not_found");
        await Problem(await host.OtherShop.PostAsJsonAsync(path + "/pay", new { phone = PaymentsHost.Customer }), HttpStatusCode.NotFound, "not_found");
        await Problem(await host.Anonymous.GetAsync(path), HttpStatusCode.Unauthorized, "unauthorized");
        await Problem(await host.Shop.GetAsync("/api/ops/callbacks"), HttpStatusCode.Forbidden, "forbidden");
        await Problem(await host.Shop.GetAsync("/api/checkouts/chk_nonsense"), HttpStatusCode.NotFound, "not_found");
        Assert.Empty((await host.OtherShop.GetFromJsonAsync<JsonNode>($"/api/checkouts?orderReference={checkout["orderReference"]}"))!["items"]!.AsArray());
    }

    [Fact]
    public async Task The_client_secret_opens_one_checkout_and_shows_it_masked()
    {
        var checkout = await host.Ringing();
        var other = await host.Checkout(phone: null);
        using var browser = Browser(checkout);

        var seen = await browser.GetFromJsonAsync<JsonNode>($"/api/checkouts/{checkout["id"]}");
        Assert.Matches("^2547••••[0-9]{4}$", (string?)seen!["phone"]);
        Assert.Null(seen["attempts"]![0]!["checkoutRequestId"]);
        await Problem(await browser.GetAsync($"/api/checkouts/{other["id"]}"), HttpStatusCode.NotFound, "not_found");
        await Problem(await browser.GetAsync("/api/checkouts"), HttpStatusCode.Forbidden, "forbidden");
        await Problem(await browser.PostAsync($"/api/checkouts/{checkout["id"]}/cancel", null), HttpStatusCode.Forbidden, "forbidden");

        browser.DefaultRequestHeaders.Authorization = new("Bearer", (string)checkout["clientSecret"]! + "0");
        await Problem(await browser.GetAsync($"/api/checkouts/{checkout["id"]}"), HttpStatusCode.Unauthorized, "unauthorized");
    }

    [Fact]
    public async Task A_browser_pays_with_the_secret_and_two_prompts_at_once_are_one()
    {
        var checkout = await host.Checkout(phone: null);
        await host.Script("254700002222", new { outcome = "paid", delayMs = 500 });
        using var browser = Browser(checkout);

        var answers = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => browser.PostAsJsonAsync($"/api/checkouts/{checkout["id"]}/pay", new { phone = "0700002222" })));

        Assert.Single(answers, a => a.StatusCode == HttpStatusCode.Accepted);
        foreach (var refused in answers.Where(a => a.StatusCode != HttpStatusCode.Accepted))
        {
            await Problem(refused, HttpStatusCode.Conflict, "attempt_in_progress");
            Assert.NotNull(refused.Headers.RetryAfter);
        }

        await host.Until(checkout, "paid");
        await Problem(
            await browser.PostAsJsonAsync($"/api/checkouts/{checkout["id"]}/pay", new { phone = "0700002222" }), HttpStatusCode.Conflict, "already_paid");
        await Problem(await host.Shop.PostAsync($"/api/checkouts/{checkout["id"]}/cancel", null), HttpStatusCode.Conflict, "already_paid");
    }

    [Fact]
    public async Task A_number_gets_three_prompts_in_ten_minutes_over_all_checkouts()
    {
        const string phone = "254700001032";
        for (var i = 0; i < 3; i++)
        {
            await host.Until(await host.Checkout(phone), "failed");
        }

        var key = Guid.NewGuid().ToString();
        var order = new { orderReference = PaymentsHost.NewReference(), amount = 1500, phone };
        var (_, fourth) = await host.Shop.Keyed("/api/checkouts", order, key);
        Assert.Equal(("open", "too_many_prompts"), ((string?)fourth["status"], (string?)fourth["promptRefused"]!["code"]));
        Assert.True((DateTimeOffset)fourth["promptRefused"]!["retryAt"]! > DateTimeOffset.UtcNow.AddMinutes(5));

        var pay = await host.Shop.PostAsJsonAsync($"/api/checkouts/{fourth["id"]}/pay", new { phone });
        var problem = await Problem(pay, HttpStatusCode.TooManyRequests, "too_many_prompts");
        Assert.True((DateTimeOffset)problem["retryAt"]! > DateTimeOffset.UtcNow.AddMinutes(5));
        Assert.NotNull(pay.Headers.RetryAfter);

        // The answer was lost, or forgotten: made again from what was committed, it says the same.
        await host.Sql<string>($"UPDATE idempotency_keys SET answer = NULL, status = NULL, running_until = now() WHERE key = '{key}' RETURNING key");
        var (_, again) = await host.Shop.Keyed("/api/checkouts", order, key);
        Assert.Equal(fourth["promptRefused"]!.ToJsonString(), again["promptRefused"]!.ToJsonString());
        Assert.Equal((string?)fourth["clientSecret"], (string?)again["clientSecret"]);
    }

    [Fact]
    public async Task Cancelling_twice_is_one_cancelling_and_ends_prompts()
    {
        var checkout = await host.Checkout(phone: null);
        var path = $"/api/checkouts/{checkout["id"]}";

        var first = await host.Shop.PostAsync(path + "/cancel", null);
        var second = await host.Shop.PostAsync(path + "/cancel", null);

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (first.StatusCode, second.StatusCode));
        Assert.Equal(await first.Content.ReadAsStringAsync(), await second.Content.ReadAsStringAsync());
        await Problem(await host.Shop.PostAsJsonAsync(path + "/pay", new { phone = PaymentsHost.Customer }), HttpStatusCode.Conflict, "checkout_cancelled");

        var ringing = await host.Ringing();
        await Problem(await host.Shop.PostAsync($"/api/checkouts/{ringing["id"]}/cancel", null), HttpStatusCode.Conflict, "attempt_in_progress");
    }

    [Fact]
    public async Task A_checkout_expires_by_the_databases_clock_and_only_the_shop_may_still_prompt()
    {
        var checkout = await host.Checkout(phone: null);
        await host.Sql<object>($"UPDATE checkouts SET created_at = created_at - interval '2 days', expires_at = expires_at - interval '2 days' WHERE order_reference = '{checkout["account"]}'; SELECT 1::int");
        await host.Send(new ExpireDueCheckouts());
        Assert.Equal("expired", (string?)(await host.Get(checkout))["status"]);
        using var browser = Browser(checkout);

        await Problem(
            await browser.PostAsJsonAsync($"/api/checkouts/{checkout["id"]}/pay", new { phone = "254700003333" }), HttpStatusCode.Conflict, "checkout_expired");
        Assert.Equal(HttpStatusCode.Accepted, (await host.Shop.PostAsJsonAsync($"/api/checkouts/{checkout["id"]}/pay", new { phone = "254700003333" })).StatusCode);
        await host.Until(checkout, "paid");
    }

    [Fact]
    public async Task A_list_is_newest_first_and_reads_on()
    {
        var made = new List<string>();
        for (var i = 0; i < 5; i++)
        {
            made.Insert(0, (string)(await host.Checkout(phone: null, client: host.OtherShop))["id"]!);
        }

        var read = new List<string>();
        string? cursor = null;
        do
        {
            var page = await host.OtherShop.GetFromJsonAsync<JsonNode>($"/api/checkouts?limit=2{(cursor is null ? "" : $"&cursor={cursor}")}");
            read.AddRange(page!["items"]!.AsArray().Select(item => (string)item!["id"]!));
            cursor = (string?)page["nextCursor"];
        }
        while (cursor is not null);

        Assert.Equal(made, read.Take(5));
        await Problem(await host.OtherShop.GetAsync("/api/checkouts?limit=101&status=nonsense&cursor=x"), HttpStatusCode.BadRequest, "validation_failed");
    }

    [Theory]
    [InlineData("2026-07-10", 200)]
    [InlineData("2026-07-10T06:15", 200)]
    [InlineData("2026-07-10T06:15:44.123%2B03:00", 200)]
    [InlineData("10.07.2026", 400)]
    [InlineData("07/10/2026", 400)]
    [InlineData("10 Jul 2026", 400)]
    public async Task Times_in_a_query_are_ISO_8601(string from, int status)
    {
        var answer = await host.Shop.GetAsync($"/api/checkouts?from={from}");

        Assert.Equal(status, (int)answer.StatusCode);
        if (status == 400)
        {
            Assert.Contains("ISO 8601", (string?)(await Problem(answer, HttpStatusCode.BadRequest, "validation_failed"))["errors"]!["from"]![0], StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_time_without_a_zone_is_UTC_wherever_the_server_stands()
    {
        await host.Checkout(phone: null, client: host.OtherShop);
        var soon = DateTime.UtcNow.AddMinutes(1).ToString("s", System.Globalization.CultureInfo.InvariantCulture);

        Assert.NotEmpty((await host.OtherShop.GetFromJsonAsync<JsonNode>($"/api/checkouts?to={soon}"))!["items"]!.AsArray());
        Assert.Empty((await host.OtherShop.GetFromJsonAsync<JsonNode>($"/api/checkouts?from={soon}"))!["items"]!.AsArray());
    }

    [Theory]
    [InlineData("\u00e9", 2047)]
    [InlineData("\"", 4095)]
    [InlineData("\u0001", 4095)]
    public async Task Metadata_of_four_kibibytes_is_kept_whatever_it_is_made_of(string letter, int times)
    {
        var value = string.Concat(Enumerable.Repeat(letter, times));
        var answer = await host.Shop.PostAsJsonAsync(
            "/api/checkouts", new { orderReference = PaymentsHost.NewReference(), amount = 10, metadata = new Dictionary<string, string> { ["k"] = value } });

        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        var made = (await answer.Content.ReadFromJsonAsync<JsonNode>())!;
        Assert.Equal(value, (string?)(await host.Get(made))["metadata"]!["k"]);
    }

    [Theory]
    [InlineData("text/plain", "{}", HttpStatusCode.UnsupportedMediaType, "unsupported_media_type")]
    [InlineData("application/json; charset=utf-16", "{}", HttpStatusCode.BadRequest, "validation_failed")]
    [InlineData("application/json", """{"orderReference":"A1","amount":5,"amount":7}""", HttpStatusCode.BadRequest, "validation_failed")]
    public async Task A_body_that_cannot_be_read_is_said_so(string type, string body, HttpStatusCode status, string code)
    {
        using var content = new ByteArrayContent(System.Text.Encoding.UTF8.GetBytes(body));
        content.Headers.TryAddWithoutValidation("Content-Type", type);

        await Problem(await host.Shop.PostAsync("/api/checkouts", content), status, code);
    }

    [Fact]
    public async Task The_document_lists_errors_and_examples()
    {
        var document = await host.Anonymous.GetFromJsonAsync<JsonNode>("/openapi/v1.json");
        var post = document!["paths"]!["/api/checkouts"]!["post"]!;

        Assert.Contains("order_reference_in_use", (string?)post["responses"]!["409"]!["description"], StringComparison.Ordinal);
        Assert.Contains("idempotency_in_progress", (string?)post["responses"]!["409"]!["description"], StringComparison.Ordinal);
        var pay = document["paths"]!["/api/checkouts/{id}/pay"]!["post"]!["responses"]!;
        Assert.Equal("`unavailable`, `prompts_paused`", (string?)pay["503"]!["description"]);
        Assert.All(["400", "401", "403", "404", "409", "413", "415", "422", "429"], expected => Assert.NotNull(pay[expected]));
        Assert.NotNull(document["components"]!["schemas"]!["StartCheckoutBody"]!["examples"] ?? document["components"]!["schemas"]!["StartCheckoutBody"]!["example"]);
        Assert.Equal(HttpStatusCode.OK, (await host.Anonymous.GetAsync("/docs")).StatusCode);
    }

    private HttpClient Browser(JsonNode checkout)
    {
        var client = new HttpClient { BaseAddress = host.ApiUrl };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", (string)checkout["clientSecret"]!);
        return client;
    }

    private static async Task<JsonNode> Problem(HttpResponseMessage answer, HttpStatusCode status, string code)
    {
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(status == answer.StatusCode, $"{(int)answer.StatusCode}: {text}");
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        var problem = JsonNode.Parse(text)!;
        Assert.Equal(code, (string?)problem["code"]);
        Assert.DoesNotContain(" at Payments.", text, StringComparison.Ordinal);
        return problem;
    }

    public sealed class Strict(TestDatabase databases) : Running(databases)
    {
        protected override string[] Settings => ["Limits:PromptsPerPhone=3"];
    }
}
