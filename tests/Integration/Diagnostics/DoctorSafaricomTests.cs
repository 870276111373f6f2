using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Xunit;

namespace Payments.Tests.Integration;

/// <summary>The doctor on Safaricom's side: credentials, products, the initiator, registration, and what lately happened.</summary>
public sealed class DoctorSafaricomTests(TestDatabase databases) : IAsyncLifetime
{
    private PaymentsHost host = null!;

    public async ValueTask InitializeAsync() => host = await PaymentsHost.Start(databases);

    public async ValueTask DisposeAsync() => await host.DisposeAsync();

    [Fact]
    public async Task In_order_and_registered_there_is_nothing_to_do_and_the_call_says_the_same_as_the_command()
    {
        await Register();

        var visit = await DoctorRun.InPeace(host);
        var called = (await host.Ops.GetFromJsonAsync<JsonNode>("/api/ops/doctor"))!;

        Assert.True(visit.ExitCode == 0, visit.Text);
        Assert.Empty(visit.Wrong);
        visit.Says("daraja.initiator", "ok", "local-initiator for 174379 was tried", "accepted");
        Assert.Equal(Checks(visit.Report), Checks(called));
        Assert.All(called["findings"]!.AsArray(), f => Assert.True((string)f!["check"]! == "probe.time" || (string)f["state"]! is "ok" or "not_checked", f.ToJsonString()));
        Assert.True((bool)called["ok"]!);
        Assert.Equal(HttpStatusCode.Forbidden, (await host.Shop.GetAsync("/api/ops/doctor")).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await host.Anonymous.GetAsync("/api/ops/doctor")).StatusCode);
        foreach (var secret in new[] { "local-passkey", "local-consumer-secret", "local-initiator-password" })
        {
            Assert.DoesNotContain(secret, visit.Text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_wrong_consumer_secret_is_named_and_stops_only_what_needs_a_token()
    {
        var visit = await DoctorRun.To(host, "--no-initiator", "--Daraja:ConsumerSecret=another");

        visit.Says("daraja.token", "problem", "Safaricom refused our consumer key and secret", "Daraja__ConsumerKey and Daraja__ConsumerSecret");
        visit.Says("daraja.passkey", "not_checked", "there is no access token");
        visit.Says("probe.json", "ok");
        visit.Says("daraja.certificate", "ok");
        Assert.Equal(1, visit.ExitCode);
    }

    [Theory]
    [InlineData("--Daraja:Passkey=another", "Safaricom refuses the passkey of shortcode 174379 (500.001.1001 Wrong credentials)")]
    [InlineData("--Daraja:Shortcode=600999", "Safaricom does not know the shortcode 600999 for prompts (500.001.1001 Merchant does not exist)")]
    public async Task A_wrong_passkey_and_an_unknown_shortcode_are_told_apart(string setting, string seen)
    {
        // A database that no shortcode has been stamped on: the one that has is refused to another, and nothing that needs it is done.
        var connection = await databases.CreateDatabase();
        await using var source = Infrastructure.Database.DataSources.Create(connection);
        await Infrastructure.Database.Migrator.Migrate(source, CancellationToken.None);

        var visit = await DoctorRun.To(host, "--no-initiator", setting, $"--ConnectionStrings:Payments={connection}", "--Doctor:Judging=00:00:01");

        visit.Says("daraja.passkey", "problem", seen);
        visit.Says("daraja.token", "ok");
        visit.Says("daraja.products", "ok", "M-PESA Express");
    }

    [Theory]
    [InlineData("400")]
    [InlineData("500")]
    public async Task Both_ways_of_not_knowing_a_prompt_say_that_the_credentials_are_good(string unknown)
    {
        await Settings(new { unknownCheckout = unknown });
        (await DoctorRun.To(host, "--no-initiator")).Says("daraja.passkey", "ok");
    }

    [Fact]
    public async Task Somebody_else_who_mints_tokens_is_noticed_at_once_and_remembered_for_a_day()
    {
        (await DoctorRun.To(host, "--no-initiator")).Says("daraja.other_minter", "ok");
        await MintElsewhere();

        var visit = await DoctorRun.To(host, "--no-initiator");

        visit.Says("daraja.other_minter", "problem", "A token of ours that was still good was refused just now", "an app of its own");
        Assert.Equal(1, visit.ExitCode);
        visit.Says("daraja.passkey", "ok");
        (await DoctorRun.To(host, "--no-initiator")).Says("daraja.other_minter", "warning", "1 times in all; it is good now");
    }

    [Fact]
    public async Task What_a_payment_met_of_a_stolen_token_the_doctor_knows_later()
    {
        await host.Until(await host.Checkout("254700000000"), "paid");
        await MintElsewhere();
        await host.Until(await host.Checkout("254700000010"), "paid");

        (await DoctorRun.To(host, "--no-initiator")).Says("daraja.other_minter", "warning", "was refused at", "1 times in all");
    }

    [Fact]
    public async Task The_doctor_mints_no_token_behind_the_others_backs()
    {
        await host.Until(await host.Checkout("254700000000"), "paid");
        await DoctorRun.To(host);
        Assert.Equal(1, await Requests("/oauth/"));
    }

    [Fact]
    public async Task A_missing_product_is_named_with_what_cannot_be_done_without_it()
    {
        await Settings(new { products = new[] { "stk", "stk-query", "c2b-register", "c2b", "b2b", "status", "balance", "reversal" } });
        await Register();

        var visit = await DoctorRun.To(host, "--no-initiator");

        visit.Says("daraja.products", "warning", "B2C is not on the app (401.003.01", "nothing is paid out to phones", "a token fetched after that knows it");
        Assert.Equal(["daraja.products"], visit.Wrong.Except(["probe.time"]));
        Assert.Equal(3, visit.ExitCode);
        Assert.Empty((await host.Simulator.GetFromJsonAsync<JsonNode>("/simulator/ledger"))!["transactions"]?.AsArray() ?? []);
    }

    [Fact]
    public async Task Without_prompts_on_the_app_there_is_a_problem_and_a_product_just_added_needs_only_a_new_token()
    {
        await Settings(new { products = new[] { "stk-query", "balance" } });
        var visit = await DoctorRun.To(host, "--no-initiator");
        DoctorRun.Says(visit.All("daraja.products")[0], "problem", "M-PESA Express is not on the app", "no prompt can be sent");

        await Settings(new { products = (string[]?)null });
        visit = await DoctorRun.To(host, "--no-initiator");

        visit.Says("daraja.products", "ok");
        visit.Says("daraja.other_minter", "ok");
    }

    [Fact]
    public async Task An_app_of_which_every_token_is_refused_is_said_to_be_of_the_other_environment()
    {
        await Settings(new { products = Array.Empty<string>() });

        var visit = await DoctorRun.To(host, "--no-initiator");

        visit.Says("daraja.products", "problem", "Safaricom gives a token and refuses it for everything", "the other environment");
        visit.Says("daraja.passkey", "not_checked");
    }

    [Fact]
    public async Task A_wrong_initiator_is_tried_once_for_ever_whoever_asks()
    {
        const string wrong = "--Daraja:InitiatorPassword=another";
        (await DoctorRun.To(host, "--no-initiator", wrong)).Says("daraja.initiator", "not_checked", "left out by --no-initiator");
        Assert.Equal(0, await Balances());

        var visits = await Task.WhenAll(DoctorRun.To(host, wrong), DoctorRun.To(host, wrong));

        Assert.Contains(visits, v => (string)v.Finding("daraja.initiator")["state"]! == "problem");
        var visit = await DoctorRun.To(host, wrong, "--no-initiator");
        visit.Says("daraja.initiator", "problem", "was tried before: Our initiator's credentials were refused", "the same values are not tried again");
        Assert.Equal(1, await Balances());

        // Another value is another try; the right one is taken, and found again under a new callback secret.
        (await DoctorRun.To(host)).Says("daraja.initiator", "ok", "was tried now: accepted");
        (await DoctorRun.To(host)).Says("daraja.initiator", "ok", "was tried before: accepted");
        Assert.Equal(2, await Balances());
        Assert.Equal(2, await Tries());
    }

    [Fact]
    public async Task An_initiator_whose_question_never_got_to_m_pesa_may_be_tried_again()
    {
        await host.Simulator.PutAsJsonAsync("/simulator/apis/balance", new { error = "spike-arrest", times = 1 });
        (await DoctorRun.To(host)).Says("daraja.initiator", "not_checked", "did not get as far as M-PESA");

        (await DoctorRun.To(host)).Says("daraja.initiator", "ok", "was tried now: accepted");
    }

    [Fact]
    public async Task An_answer_that_never_comes_is_told_as_such_and_not_asked_for_again()
    {
        await host.Simulator.PutAsJsonAsync("/simulator/apis/balance", new { callback = "never" });

        (await DoctorRun.To(host, "--Doctor:Balance=00:00:01")).Says("daraja.initiator", "warning", "no answer has come");
        (await DoctorRun.To(host, "--Doctor:Balance=00:00:01")).Says("daraja.initiator", "warning", "was tried before", "no answer has come");
        Assert.Equal(1, await Balances());
    }

    [Fact]
    public async Task Not_registered_is_a_warning_and_registered_elsewhere_a_problem()
    {
        var visit = await DoctorRun.To(host, "--no-initiator");
        visit.Says("c2b.registration", "warning", "No URLs are registered for 174379", "POST /api/ops/c2b/register");
        Assert.Equal(3, visit.ExitCode);

        await Register();
        (await DoctorRun.To(host, "--no-initiator")).Says("c2b.registration", "ok", "v2, Completed, at http://127.0.0.1");
        visit = await DoctorRun.To(host, "--no-initiator", "--url", host.ApiUrl.ToString().Replace("127.0.0.1", "localhost", StringComparison.Ordinal));
        visit.Says("c2b.registration", "problem", "Registered is http://127.0.0.1", "the public address is http://localhost", "tells it to the old one");
        Assert.DoesNotContain((await host.Sql<string>("SELECT token FROM c2b_registrations")), visit.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Prompts_that_were_accepted_and_no_callback_came_for_are_seen()
    {
        await host.Until(await host.Checkout("254700000000"), "paid");
        (await DoctorRun.To(host, "--no-initiator")).Says("callbacks.recent", "ok", "1 stk", "Of 0 accepted prompts");

        await host.Script("254700000040", new { outcome = "paid", callback = "never" });
        var lost = await host.Checkout("254700000040");
        await host.Sql<object>($"UPDATE attempts SET started_at = now() - interval '10 minutes' WHERE id = '{PaymentsHost.AttemptId(lost)}'; SELECT 1");

        var visit = await DoctorRun.To(host, "--no-initiator");
        visit.Says("callbacks.recent", "problem", "Of 1 accepted prompts 0 were settled by their callback, 1 by nothing yet", "Probes get through, so ask Safaricom");
    }

    [Fact]
    public async Task The_last_refusal_says_that_no_callback_is_coming_and_why()
    {
        await host.Script("254700000050", new { error = "merchant-validate", times = 1 });
        await host.Until(await host.Checkout("254700000050"), "failed");

        (await DoctorRun.To(host, "--no-initiator")).Says("initiations.recent", "warning", "The last prompt (att_", "was refused at once, so no callback is coming for it",
            "Safaricom said: 500.001.1001 [MerchantValidate] - Wrong credentials");

        await host.Until(await host.Checkout("254700000060"), "paid");
        (await DoctorRun.To(host, "--no-initiator")).Says("initiations.recent", "ok", "The last request was accepted at");
    }

    [Fact]
    public async Task A_response_code_that_is_not_0_is_told_with_its_words()
    {
        await host.Script("254700000070", new { error = "response-code", times = 1 });
        await host.Until(await host.Checkout("254700000070"), "failed");

        (await DoctorRun.To(host, "--no-initiator")).Says("initiations.recent", "warning", "Safaricom said: 1 Rejected");
    }

    private async Task Register() => (await host.Ops.PostAsync("/api/ops/c2b/register", null)).EnsureSuccessStatusCode();

    private async Task Settings(object settings) => (await host.Simulator.PutAsJsonAsync("/simulator/settings", settings)).EnsureSuccessStatusCode();

    /// <summary>Another program with the app's keys: its token is the only live one from now on.</summary>
    private async Task MintElsewhere()
    {
        using var stranger = new HttpRequestMessage(HttpMethod.Get, "/oauth/v1/generate?grant_type=client_credentials");
        stranger.Headers.Authorization = new("Basic", Convert.ToBase64String("local-consumer-key:local-consumer-secret"u8));
        (await host.Simulator.SendAsync(stranger)).EnsureSuccessStatusCode();
    }

    private async Task<int> Requests(string path, Func<JsonNode, bool>? which = null) =>
        (await host.Simulator.GetFromJsonAsync<JsonNode>("/simulator/requests"))!["items"]!.AsArray()
            .Count(r => ((string)r!["path"]!).Contains(path, StringComparison.Ordinal) && (which?.Invoke(r) ?? true));

    /// <summary>Balance queries with a credential in them; the ones about products have none.</summary>
    private Task<int> Balances() => Requests("/accountbalance/", r => r["body"]!.ToJsonString().Contains("SecurityCredential", StringComparison.Ordinal));

    private async Task<long> Tries() => await host.Sql<long>("SELECT count(*) FROM initiator_tries");

    private static IEnumerable<string> Checks(JsonNode report) => report["findings"]!.AsArray().Select(f => (string)f!["check"]!);
}
