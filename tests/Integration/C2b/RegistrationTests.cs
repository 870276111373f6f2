using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Xunit;

namespace Payments.Tests.Integration;

/// <summary>Production registers once: no answer may burn the token, and every refusal says what to do.</summary>
public sealed class RegistrationTests(TestDatabase databases)
{
    [Fact]
    public async Task It_registers_both_urls_and_the_same_again_is_200()
    {
        await using var host = await PaymentsHost.Start(databases);

        var first = await Register(host);
        var token = await host.Sql<string>("SELECT token FROM c2b_registrations");
        var again = await Register(host);

        Assert.Equal((200, 200), (first.Status, again.Status));
        Assert.Equal(
            ("registered", "v2", "Completed", "174379"),
            ((string?)first.Body["state"], (string?)first.Body["version"], (string?)first.Body["responseType"], (string?)first.Body["shortcode"]));
        Assert.NotNull(first.Body["registeredAt"]);
        Assert.Equal(token, await host.Sql<string>("SELECT token FROM c2b_registrations"));
        Assert.Matches("^[0-9a-f]{32}$", token);
        Assert.DoesNotContain(token, first.Body.ToJsonString() + again.Body.ToJsonString(), StringComparison.Ordinal);

        var urls = (await host.Simulator.GetFromJsonAsync<JsonNode>("/simulator/c2b/urls"))!["items"]![0]!;
        Assert.Equal(
            ($"{host.ApiUrl}callbacks/c2b/confirm/{token}", $"{host.ApiUrl}callbacks/c2b/validate/{token}"),
            ((string?)urls["confirmationUrl"], (string?)urls["validationUrl"]));
    }

    [Fact]
    public async Task Production_says_already_registered_and_to_the_same_urls_that_is_success()
    {
        await using var host = await PaymentsHost.Start(databases);
        await host.Simulator.PutAsJsonAsync("/simulator/settings", new { production = true });
        Assert.Equal(200, (await Register(host)).Status);

        var again = await Register(host);
        Assert.Equal((200, "registered"), (again.Status, (string?)again.Body["state"]));

        // Something else was not registered, and what was stays.
        var (status, body) = await Register(host, new { version = "v1", responseType = "Cancelled" });
        Assert.Equal((409, "urls_already_registered"), (status, (string?)body["code"]));
        Assert.Contains("deleted in the Daraja portal", (string?)body["detail"], StringComparison.Ordinal);
        Assert.Equal("registered v2 Completed", await host.Sql<string>("SELECT concat_ws(' ', state, version, response_type) FROM c2b_registrations"));
    }

    [Fact]
    public async Task A_lost_reply_burns_nothing()
    {
        await using var host = await PaymentsHost.Start(databases);
        await host.Simulator.PutAsJsonAsync("/simulator/settings", new { production = true });
        await host.Simulator.PutAsJsonAsync("/simulator/apis/c2b-register", new { reply = "lost", times = 1 });

        var lost = await Register(host);
        Assert.Equal((202, "in_doubt"), (lost.Status, (string?)lost.Body["state"]));

        // Safaricom has the URLs, so what it sends there is trusted from now on.
        var checkout = await host.Checkout(phone: null);
        await host.PayByHand(1500, (string)checkout["orderReference"]!);
        await host.Until(checkout, "paid");

        var again = await Register(host);
        Assert.Equal((200, "registered"), (again.Status, (string?)again.Body["state"]));
    }

    [Fact]
    public async Task A_process_that_died_while_asking_asks_for_the_same_again()
    {
        await using var host = await PaymentsHost.Start(databases);
        await Register(host);
        var token = await host.Sql<string>("SELECT token FROM c2b_registrations");
        await host.Sql<int>("UPDATE c2b_registrations SET state = 'calling', registered_at = NULL, asked_at = now() - interval '61 seconds'; SELECT 1");
        await host.Simulator.PutAsJsonAsync("/simulator/apis/c2b-register", new { error = "duplicate-notification", times = 1 });

        var again = await Register(host);

        Assert.Equal((200, "registered"), (again.Status, (string?)again.Body["state"]));
        Assert.Equal(token, await host.Sql<string>("SELECT token FROM c2b_registrations"));
    }

    [Theory]
    [InlineData("already-registered", 409, "urls_already_registered", "deleted in the Daraja portal")]
    [InlineData("no-apiproduct", 422, "c2b_version_unavailable", "C2B__Version=v1")]
    [InlineData("400.002.05", 422, "registration_refused", "400.002.05")]
    [InlineData("spike-arrest", 503, "unavailable", "limit of requests")]
    public async Task Each_refusal_says_what_to_do(string fault, int status, string code, string says)
    {
        await using var host = await PaymentsHost.Start(databases);
        await host.Simulator.PutAsJsonAsync("/simulator/apis/c2b-register", new { error = fault });

        var refused = await Register(host);

        Assert.Equal((status, code), (refused.Status, (string?)refused.Body["code"]));
        Assert.Contains(says, (string?)refused.Body["detail"], StringComparison.Ordinal);
        Assert.Equal("refused", await host.Sql<string>("SELECT state FROM c2b_registrations"));

        // The portal is put right; the next try succeeds with the token of the first.
        var token = await host.Sql<string>("SELECT token FROM c2b_registrations");
        await host.Simulator.DeleteAsync("/simulator/apis/c2b-register");
        Assert.Equal(200, (await Register(host)).Status);
        Assert.Equal(token, await host.Sql<string>("SELECT token FROM c2b_registrations"));
    }

    [Fact]
    public async Task A_url_safaricom_would_refuse_is_refused_here()
    {
        await using var host = await PaymentsHost.Start(databases, "Callbacks:PublicBaseUrl=https://mpesa.example.co.ke");

        var refused = await Register(host);

        Assert.Equal((422, "url_refused"), (refused.Status, (string?)refused.Body["code"]));
        Assert.Contains("mpesa", (string?)refused.Body["detail"], StringComparison.Ordinal);
        Assert.DoesNotContain("registerurl", await host.Simulator.GetStringAsync("/simulator/requests"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Only_an_operator_registers_and_only_what_there_is()
    {
        await using var host = await PaymentsHost.Start(databases);

        Assert.Equal(HttpStatusCode.Forbidden, (await host.Shop.PostAsync("/api/ops/c2b/register", null)).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await host.Anonymous.PostAsync("/api/ops/c2b/register", null)).StatusCode);
        foreach (var body in new object[] { new { version = "v3" }, new { responseType = "completed" }, new { versoin = "v1" } })
        {
            var (status, problem) = await Register(host, body);
            Assert.Equal((400, "validation_failed"), (status, (string?)problem["code"]));
        }

        Assert.Equal(0L, await host.Sql<long>("SELECT count(*) FROM c2b_registrations"));
        var chosen = await Register(host, new { version = "v1", responseType = "Cancelled" });
        Assert.Equal(("v1", "Cancelled"), ((string?)chosen.Body["version"], (string?)chosen.Body["responseType"]));
    }

    [Fact]
    public async Task Two_at_once_share_one_token()
    {
        await using var host = await PaymentsHost.Start(databases);
        await host.Simulator.PutAsJsonAsync("/simulator/settings", new { production = true });

        var answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Register(host)));

        Assert.All(answers, answer => Assert.Equal(200, answer.Status));
        Assert.Equal(1L, await host.Sql<long>("SELECT count(*) FROM c2b_registrations WHERE state = 'registered'"));
    }

    [Fact]
    public void A_wrong_configuration_refuses_to_start_and_names_every_key()
    {
        var wrong = Assert.Throws<Api.ConfigurationException>(() => Api.ApiHost.Build([
            "--C2B:Version=v3", "--C2B:ResponseType=completed", "--C2B:ValidationPolicy=reject-everything", "--C2B:ValidationDefault=maybe",
            "--C2B:ValidationLookUp=00:00:05"]));

        Assert.Equal(
            ["C2B__Version", "C2B__ResponseType", "C2B__ValidationPolicy", "C2B__ValidationDefault", "C2B__ValidationLookUp"],
            wrong.Problems.Select(p => p.ToString()!).SelectMany(p => p.Split(' ', ':')).Where(word => word.StartsWith("C2B__", StringComparison.Ordinal)).Distinct());
    }

    [Fact]
    public async Task A_renewed_token_counts_and_the_old_one_never_again()
    {
        await using var host = await PaymentsHost.Start(databases);
        await using var other = await PaymentsHost.StartOn(host.ConnectionString);
        var old = await host.RegisterC2b();
        Assert.Equal("unmatched", await other.Confirm(old, PaybillHost.Body(PaymentsHost.NewReceipt(), "BEFORE-1")));

        var (status, body) = await Register(host, new { renew = true });

        var token = await host.Sql<string>("SELECT token FROM c2b_registrations");
        Assert.Equal((200, "registered"), (status, (string?)body["state"]));
        Assert.NotEqual(old, token);
        Assert.EndsWith(token, await ConfirmationUrl(host), StringComparison.Ordinal);
        Assert.Equal("unmatched", await host.Confirm(token, PaybillHost.Body(PaymentsHost.NewReceipt(), "AFTER-1")));

        // Not in a process that has the old one in its memory still, either.
        foreach (var one in new[] { host, other })
        {
            var checkout = await host.Checkout(phone: null);
            Assert.Equal("hint", await one.Confirm(old, PaybillHost.Body(PaymentsHost.NewReceipt(), (string)checkout["orderReference"]!)));
            Assert.Equal("open", (string?)(await host.Get(checkout))["status"]);
        }

        // Registering again brings the new one, and renewing again a third.
        Assert.Equal(200, (await Register(host)).Status);
        Assert.Equal(token, await host.Sql<string>("SELECT token FROM c2b_registrations"));
        Assert.Equal(200, (await Register(host, new { renew = true })).Status);
        Assert.Equal(2L, await host.Sql<long>("SELECT count(*) FROM c2b_other_registrations WHERE state = 'replaced' AND token <> (SELECT token FROM c2b_registrations)"));
        Assert.Equal("hint", await host.Confirm(token, PaybillHost.Body(PaymentsHost.NewReceipt(), "NOBODY-3")));
        Assert.Equal(2L, await host.Sql<long>("SELECT count(*) FROM audit_log WHERE action = 'paybill.renew'"));
        Assert.DoesNotContain(token, await host.Sql<string>("SELECT string_agg(a::text, '') FROM audit_log a"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_came_with_the_old_token_in_its_time_counts_however_late_it_is_read()
    {
        await using var host = await PaymentsHost.Start(databases, "Roles=api");
        await host.RegisterC2b();
        var (early, late) = (PaybillHost.Body(PaymentsHost.NewReceipt(), "EARLY-1"), PaybillHost.Body(PaymentsHost.NewReceipt(), "LATE-1"));
        var old = await host.Sql<string>("SELECT token FROM c2b_registrations");
        Assert.Equal(HttpStatusCode.OK, (await host.Call($"/callbacks/c2b/confirm/{old}", early)).StatusCode);
        Assert.Equal(200, (await Register(host, new { renew = true })).Status);
        Assert.Equal(HttpStatusCode.OK, (await host.Call($"/callbacks/c2b/confirm/{old}", late)).StatusCode);

        await host.Send(new Application.Callbacks.DrainCallbacks());

        Assert.Equal("unmatched", await host.Verdict(early));
        Assert.Equal("hint", await host.Verdict(late));
    }

    [Fact]
    public async Task Production_is_renewed_after_the_urls_were_deleted_and_until_then_both_go_on()
    {
        await using var host = await PaymentsHost.Start(databases);
        await host.Simulator.PutAsJsonAsync("/simulator/settings", new { production = true });
        var old = await host.RegisterC2b();

        var refused = await Register(host, new { renew = true });
        Assert.Equal((409, "urls_already_registered"), (refused.Status, (string?)refused.Body["code"]));
        Assert.Equal("unmatched", await host.Confirm(old, PaybillHost.Body(PaymentsHost.NewReceipt(), "STILL-1")));
        Assert.EndsWith(old, await ConfirmationUrl(host), StringComparison.Ordinal);

        // Two operators delete them in the portal. Whoever then forgets to say "renew" does not bring the stolen token back.
        await host.Simulator.DeleteAsync("/simulator/c2b/urls");
        var registered = await Register(host);

        Assert.Equal((200, "registered"), (registered.Status, (string?)registered.Body["state"]));
        Assert.DoesNotContain(old, await ConfirmationUrl(host), StringComparison.Ordinal);
        Assert.Equal("hint", await host.Confirm(old, PaybillHost.Body(PaymentsHost.NewReceipt(), "GONE-1")));
    }

    [Fact]
    public async Task While_it_is_not_clear_which_token_Safaricom_has_both_count()
    {
        await using var host = await PaymentsHost.Start(databases);
        await host.Simulator.PutAsJsonAsync("/simulator/settings", new { production = true });
        var old = await host.RegisterC2b();
        await host.Simulator.DeleteAsync("/simulator/c2b/urls");
        await host.Simulator.PutAsJsonAsync("/simulator/apis/c2b-register", new { reply = "lost", times = 1 });

        var lost = await Register(host, new { renew = true });

        Assert.Equal((202, "in_doubt"), (lost.Status, (string?)lost.Body["state"]));
        var next = await host.Sql<string>("SELECT token FROM c2b_other_registrations WHERE replaced_at IS NULL");
        foreach (var token in new[] { old, next })
        {
            Assert.Equal("unmatched", await host.Confirm(token, PaybillHost.Body(PaymentsHost.NewReceipt(), "EITHER-1")));
        }

        // "Already registered" may mean either: nothing is taken for granted, and the token to come stays the same.
        var unclear = await Register(host, new { renew = true });
        Assert.Equal((409, "urls_already_registered"), (unclear.Status, (string?)unclear.Body["code"]));
        Assert.Contains("Both tokens count", (string?)unclear.Body["detail"], StringComparison.Ordinal);
        Assert.Equal(next, await host.Sql<string>("SELECT token FROM c2b_other_registrations WHERE replaced_at IS NULL"));
        Assert.Equal("unmatched", await host.Confirm(old, PaybillHost.Body(PaymentsHost.NewReceipt(), "EITHER-2")));

        await host.Simulator.DeleteAsync("/simulator/c2b/urls");
        Assert.Equal(200, (await Register(host)).Status);
        Assert.Equal(next, await host.Sql<string>("SELECT token FROM c2b_registrations"));
        Assert.Equal("hint", await host.Confirm(old, PaybillHost.Body(PaymentsHost.NewReceipt(), "OVER-1")));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_process_that_died_while_renewing_goes_on_with_the_same_new_token(bool renews)
    {
        await using var host = await PaymentsHost.Start(databases);
        var old = await host.RegisterC2b();
        await host.Sql<int>(
            $"""
            INSERT INTO c2b_other_registrations (id, shortcode, token, state, version, response_type, confirmation_url, validation_url)
            SELECT gen_random_uuid(), shortcode, '{new string('b', 32)}', 'calling', version, response_type, confirmation_url, validation_url FROM c2b_registrations;
            UPDATE c2b_registrations SET asked_until = now() + interval '3 seconds';
            SELECT 1
            """);

        // Who asks to renew once that is over has another token drawn: so he comes first.
        var answers = renews ? [await Register(host, new { renew = true }), await Register(host)] : await Task.WhenAll(Register(host), Register(host));

        Assert.All(answers, answer => Assert.Equal(200, answer.Status));
        Assert.Equal(new string('b', 32), await host.Sql<string>("SELECT token FROM c2b_registrations"));
        Assert.Equal(old, await host.Sql<string>("SELECT token FROM c2b_other_registrations"));
    }

    [Fact]
    public async Task A_repeated_renewal_renews_once()
    {
        await using var host = await PaymentsHost.Start(databases);
        await host.RegisterC2b();
        async Task<HttpResponseMessage> Renew()
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/api/ops/c2b/register") { Content = JsonContent.Create(new { renew = true }) };
            request.Headers.Add("Idempotency-Key", "renew-1");
            return await host.Ops.SendAsync(request);
        }

        var first = await (await Renew()).Content.ReadAsStringAsync();
        var again = await Renew();

        Assert.Equal(first, await again.Content.ReadAsStringAsync());
        Assert.True(again.Headers.Contains("Idempotency-Replayed"));
        Assert.Equal(1L, await host.Sql<long>("SELECT count(*) FROM c2b_other_registrations"));

        // Its answer was lost with the process, and another renewal came after it.
        await host.Sql<int>("UPDATE idempotency_keys SET answer = NULL, running_until = now() WHERE key = 'renew-1'; SELECT 1");
        await Register(host, new { renew = true });
        Assert.Equal("replaced", (string?)JsonNode.Parse(await (await Renew()).Content.ReadAsStringAsync())!["state"]);
    }

    private static async Task<string> ConfirmationUrl(PaymentsHost host) =>
        (string)(await host.Simulator.GetFromJsonAsync<JsonNode>("/simulator/c2b/urls"))!["items"]![0]!["confirmationUrl"]!;

    private static async Task<(int Status, JsonNode Body)> Register(PaymentsHost host, object? body = null)
    {
        var answer = body is null ? await host.Ops.PostAsync("/api/ops/c2b/register", null) : await host.Ops.PostAsJsonAsync("/api/ops/c2b/register", body);
        return ((int)answer.StatusCode, (await answer.Content.ReadFromJsonAsync<JsonNode>())!);
    }
}
