using System.Security.Cryptography.X509Certificates;
using Xunit;

namespace Payments.Tests.Integration;

/// <summary>A deployment that is in order, with a root of the test's own to look at certificates by.</summary>
public sealed class InOrder(TestDatabase databases) : Running(databases)
{
    public TestAuthority Authority { get; } = new();

    protected override string[] Settings => [$"Doctor:TrustedRootPath={Authority.RootPath}", "Doctor:Judging=00:00:20"];
}

/// <summary>The doctor against broken ways in: each is named for what it is, and stops only what depends on it.</summary>
public sealed class DoctorWayInTests(InOrder running) : IClassFixture<InOrder>
{
    private static readonly string[] Probes = ["probe.json", "probe.charset", "probe.untyped"];

    private PaymentsHost Host => running.Host;

    [Fact]
    public async Task With_everything_in_order_over_https_there_is_nothing_to_do_and_the_exit_code_is_0()
    {
        using var certificate = running.Authority.Sign();
        await using var front = await Front.Start(certificate);
        await using var host = await PaymentsHost.Start(
            running.Databases, $"Callbacks:PublicBaseUrl={front.Address}", $"Doctor:TrustedRootPath={running.Authority.RootPath}");
        front.Behind = host.ApiUrl;
        (await host.Ops.PostAsync("/api/ops/c2b/register", null)).EnsureSuccessStatusCode();

        var visit = await DoctorRun.InPeace(host, "--no-initiator");

        Assert.True(visit.ExitCode == 0, visit.Text);
        Assert.Empty(visit.Wrong);
        visit.Says("address.certificate", "ok", "It is from Test Root", "in 90 days");
        visit.Says("probe.json", "ok", "Answered 200 in", "stored as cb_", "Understood as the result of a prompt: paid, KES 1");
        Assert.Equal(3, visit.Report["byHand"]!.AsArray().Count);
        Assert.Equal(0, front.Passed % 3);
    }

    public static TheoryData<string, string, string[]> BadCertificates => new()
    {
        { "expired", "problem", ["It expired on", "30 days ago", "Renew it"] },
        { "not-yet", "problem", ["It begins only on"] },
        { "wrong-name", "problem", ["It is for pay.example.co.ke, not for localhost"] },
        { "self-signed", "problem", ["It is self-signed"] },
        { "incomplete", "problem", ["Its issuer, Test Intermediate, is not sent along", "fullchain.pem"] },
        { "stranger", "problem", ["Nobody's Root"] },
        { "ending", "warning", ["ends on", "in 12 days"] },
    };

    [Theory]
    [MemberData(nameof(BadCertificates))]
    public async Task A_bad_certificate_is_named_for_what_is_bad_about_it(string kind, string state, string[] parts)
    {
        using var certificate = Make(kind);
        await using var front = await Front.Start(certificate);
        front.Behind = Host.ApiUrl;

        var visit = await DoctorRun.To(Host, "--no-initiator", "--url", front.Address.ToString());

        visit.Says("address.certificate", state, parts);
        if (state == "problem")
        {
            Assert.Equal(0, front.Passed);
            Assert.All(Probes, check => visit.Says(check, "not_checked", "the certificate is not accepted"));
            visit.Says("daraja.passkey", "ok");
            visit.Says("database.migrations", "ok");
            Assert.Equal(1, visit.ExitCode);
        }
    }

    [Fact]
    public async Task Where_nothing_speaks_https_that_is_said()
    {
        await using var front = await Front.Start();
        var visit = await DoctorRun.To(Host, "--no-initiator", "--url", $"https://localhost:{front.Address.Port}");
        visit.Says("address.certificate", "problem", "No TLS connection with localhost", "came about");

        visit = await DoctorRun.To(Host, "--no-initiator", "--url", "https://localhost:1");
        visit.Says("address.certificate", "problem", "nothing listens there");
    }

    public static TheoryData<int, string, string, string[], string[]> Spoilt => new()
    {
        { 301, "text/html", "<html><title>Moved</title></html>", ["Location", "https://www.example.co.ke/callbacks"],
            ["HTTP 301", "to https://www.example.co.ke/callbacks", "Safaricom follows no redirect", "becomes a GET"] },
        { 308, "text/plain", "", ["Location", "/callbacks/stk/callback/"], ["HTTP 308", "follows no redirect"] },
        { 403, "text/html", "<html><head><title>Attention Required!</title></head></html>", ["Server", "cloudflare"],
            ["HTTP 403 with an HTML page (\"Attention Required!\"), from cloudflare", "a firewall or a CSRF filter refuses POSTs"] },
        { 419, "text/html", "<html><title>Page Expired</title></html>", [], ["Page Expired", "CSRF"] },
        { 500, "text/html", "<html><title>Internal Server Error</title></html>", ["Server", "nginx"], ["HTTP 500", "from nginx", "fails on POSTs"] },
        { 502, "text/html", "<html><title>502 Bad Gateway</title></html>", ["Server", "nginx"], ["the proxy cannot reach the service"] },
        { 200, "text/html", "<!DOCTYPE html><title>Checking your browser</title>", ["Server", "waf"],
            ["Checking your browser", "a page in the service's place", "the callback is lost"] },
        { 200, "application/json", """{"status":"ok"}""", [], ["not the service's own answer"] },
        { 404, "application/json", """{"message":"no Route matched"}""", ["Server", "kong"], ["nobody takes this path there"] },
        { 401, "text/html", "", [], ["wants a sign-in"] },
        { 413, "text/html", "", [], ["client_max_body_size"] },
        { 429, "text/html", "", [], ["limits requests"] },
    };

    [Theory]
    [MemberData(nameof(Spoilt))]
    public async Task What_stands_in_the_way_is_named(int status, string type, string body, string[] header, string[] parts)
    {
        await using var front = await Front.Start();
        front.Behind = Host.ApiUrl;
        front.Answer(status, type, body, header is [var name, var value] ? [(name, value)] : []);

        var visit = await DoctorRun.To(Host, "--no-initiator", "--url", front.Address.ToString());

        Assert.All(Probes, check => visit.Says(check, "problem", parts));
        visit.Says("address.redirect", status is 301 or 308 ? "problem" : "ok");
        visit.Says("probe.time", "not_checked", "no probe got through");
        Assert.Equal(1, visit.ExitCode);
        Assert.Equal(0, await Stored(visit));
    }

    [Fact]
    public async Task A_filter_of_content_types_is_told_from_a_closed_door()
    {
        await using var front = await Front.Start();
        front.Behind = Host.ApiUrl;
        front.Spoil = context =>
        {
            var refuses = context.Request.ContentType is not "application/json";
            context.Response.StatusCode = refuses ? 415 : 200;
            return Task.FromResult(refuses);
        };

        var visit = await DoctorRun.To(Host, "--no-initiator", "--url", front.Address.ToString());

        visit.Says("probe.json", "ok");
        visit.Says("probe.charset", "problem", "HTTP 415", "looks at the body or its type");
        visit.Says("probe.untyped", "problem", "HTTP 415");
    }

    [Fact]
    public async Task A_slow_proxy_is_measured_against_our_second_and_the_guides_thirty()
    {
        await using var front = await Front.Start();
        front.Behind = Host.ApiUrl;
        front.Spoil = async _ =>
        {
            await Task.Delay(1200);
            return false;
        };

        var visit = await DoctorRun.To(Host, "--no-initiator", "--url", front.Address.ToString());
        visit.Says("probe.time", "warning", "The slowest of the probes took", "find what is slow in front of it");
        visit.Says("probe.json", "ok");

        front.Spoil = async context =>
        {
            await Task.Delay(TimeSpan.FromSeconds(5), context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return true;
        };
        visit = await DoctorRun.To(Host, "--no-initiator", "--url", front.Address.ToString(), "--Doctor:Patience=00:00:01");
        visit.Says("probe.json", "problem", "nothing within 1 s, and Safaricom gives up before that");
    }

    [Fact]
    public async Task Another_deployment_that_answers_in_this_ones_place_is_found_out()
    {
        await using var other = await PaymentsHost.Start(running.Databases);
        await using var front = await Front.Start();
        front.Behind = other.ApiUrl;

        var visit = await DoctorRun.To(Host, "--no-initiator", "--url", front.Address.ToString(), "--Doctor:Judging=00:00:01");

        visit.Says("probe.json", "problem", "Answered 200", "but not by this deployment");
    }

    [Fact]
    public async Task A_proxy_that_rewrites_bodies_is_found_out()
    {
        await using var front = await Front.Start();
        front.Behind = Host.ApiUrl;
        front.Spoil = async context =>
        {
            var bytes = new MemoryStream();
            await context.Request.Body.CopyToAsync(bytes);
            bytes.Write(" "u8);
            bytes.Position = 0;
            context.Request.Body = bytes;
            return false;
        };

        var visit = await DoctorRun.To(Host, "--no-initiator", "--url", front.Address.ToString());

        visit.Says("probe.json", "problem", "what arrived is not what was sent");
    }

    [Theory]
    [InlineData(null, null, "warning", "with X-Forwarded-For 41.90.64.9 that nobody believes", "Add 127.0.0.1 to Proxy__KnownProxies")]
    [InlineData(null, "196.201.214.0/24", "problem", "Callbacks__AllowedNetworks is compared with it", "Proxy__KnownProxies")]
    [InlineData("127.0.0.1", null, "ok", "The probe came from 41.90.64.9, through 127.0.0.1")]
    [InlineData("127.0.0.1", "196.201.214.0/24", "ok", "It is not in Callbacks__AllowedNetworks, as it should be")]
    [InlineData("127.0.0.1", "41.90.64.0/24", "warning", "takes that for Safaricom's")]
    public async Task Source_and_hops_are_compared_with_the_configuration(string? known, string? allowed, string state, params string[] parts)
    {
        await using var front = await Front.Start();
        string[] settings = [.. known is null ? [] : new[] { $"Proxy:KnownProxies={known}" }, .. allowed is null ? [] : new[] { $"Callbacks:AllowedNetworks:0={allowed}" }];
        await using var host = await PaymentsHost.StartOn(Host.ConnectionString, settings);
        (front.Behind, front.ForwardedFor) = (host.ApiUrl, "41.90.64.9");

        var visit = await DoctorRun.To(host, "--no-initiator", "--url", front.Address.ToString());

        visit.Says("probe.source", state, parts);
    }

    [Fact]
    public async Task Samples_of_every_kind_arrive_are_stored_and_judged_and_touch_nothing()
    {
        var before = await Books();

        var visit = await DoctorRun.To(Host, "--sample", "all");

        Assert.True(visit.ExitCode == 0, visit.Text);
        foreach (var kind in Enum.GetValues<Application.Callbacks.CallbackKind>())
        {
            Assert.NotEmpty(visit.All("sample." + Application.Common.EnumNames.Name(kind)));
        }

        Assert.All(visit.Report["findings"]!.AsArray().Where(f => ((string)f!["check"]!).StartsWith("sample.", StringComparison.Ordinal)), f =>
        {
            DoctorRun.Says(f!, "ok", "Answered 200", "stored as cb_");
            Assert.Contains("Understood as", (string?)f!["seen"], StringComparison.Ordinal);
        });
        Assert.Equal(before, await Books());
        Assert.Equal(0L, await Host.Sql<long>("SELECT count(*) FROM callbacks WHERE probe_id IS NOT NULL AND verdict <> 'probe'"));

        visit = await DoctorRun.To(Host, "--sample", "c2b");
        Assert.Equal(["sample.c2b_validate", "sample.c2b_confirm"],
            visit.Report["findings"]!.AsArray().Select(f => (string)f!["check"]!).Where(c => c.StartsWith("sample.", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_probe_is_replayed_and_listed_like_any_callback_and_still_touches_nothing()
    {
        var visit = await DoctorRun.To(Host, "--sample", "stk");
        var seen = (string)visit.All("sample.stk")[0]["seen"]!;
        var id = seen[seen.IndexOf("cb_", StringComparison.Ordinal)..][..35];
        var before = await Books();

        var replay = await (await Host.Ops.PostAsync($"/api/ops/callbacks/{id}/replay", null)).Content.ReadAsStringAsync();

        Assert.Contains("\"verdict\":\"probe\"", replay, StringComparison.Ordinal);
        Assert.Contains("\"changes\":[]", replay, StringComparison.Ordinal);
        Assert.Equal(before, await Books());
        Assert.Contains(id, await Host.Ops.GetStringAsync("/api/ops/callbacks?verdict=probe&limit=100"), StringComparison.Ordinal);
    }

    private async Task<string> Books() => await Host.Sql<string>(
        """
        SELECT concat_ws(' ', (SELECT count(*) FROM checkouts), (SELECT count(*) FROM attempts), (SELECT count(*) FROM receipts),
            (SELECT count(*) FROM payouts), (SELECT count(*) FROM refunds), (SELECT count(*) FROM cases), (SELECT count(*) FROM balances),
            (SELECT count(*) FROM questions), (SELECT count(*) FROM events))
        """);

    private async Task<long> Stored(DoctorRun visit) => await Host.Sql<long>(
        $"SELECT count(*) FROM callbacks WHERE probe_id IS NOT NULL AND received_at > '{(string)visit.Report["checkedAt"]!}'::timestamptz");

    private X509Certificate2 Make(string kind) => kind switch
    {
        "expired" => running.Authority.Sign(fromDays: -120, toDays: -30),
        "not-yet" => running.Authority.Sign(fromDays: 3),
        "wrong-name" => running.Authority.Sign("pay.example.co.ke"),
        "self-signed" => TestAuthority.SelfSigned(),
        "incomplete" => running.Authority.SignByIntermediate(),
        "stranger" => TestAuthority.SignByStranger(),
        "ending" => running.Authority.Sign(toDays: 12),
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, null),
    };
}
