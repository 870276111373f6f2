using System.Net;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Identity;
using Xunit;

namespace Payments.Tests.Integration;

/// <summary>Sign-in of operators. A forwarding header makes these requests come from elsewhere, as through a proxy.</summary>
public sealed partial class OperatorTests(OperatorTests.WithOperators running) : IClassFixture<OperatorTests.WithOperators>
{
    private readonly PaymentsHost host = running.Host;

    [Theory]
    [InlineData("/hangfire")]
    [InlineData("/hangfire/jobs/enqueued")]
    [InlineData("/docs")]
    [InlineData("/HANGFIRE/recurring")]
    public async Task Without_sign_in_a_page_leads_to_the_sign_in_page(string path)
    {
        using var visitor = Visitor();

        var answer = await visitor.GetAsync(path);

        Assert.Equal(HttpStatusCode.Redirect, answer.StatusCode);
        Assert.StartsWith("/sign-in?returnUrl=", answer.Headers.Location!.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_sign_in_nothing_can_be_done_and_nothing_measured()
    {
        using var visitor = Visitor();

        Assert.Equal(HttpStatusCode.Unauthorized, (await visitor.PostAsync("/hangfire/jobs/actions/requeue/1", null)).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await visitor.GetAsync("/metrics")).StatusCode);
    }

    [Fact]
    public async Task A_laptop_needs_no_sign_in_but_a_tunnel_on_it_does()
    {
        using var near = new HttpClient { BaseAddress = host.ApiUrl };
        Assert.Equal(HttpStatusCode.OK, (await near.GetAsync("/hangfire")).StatusCode);

        foreach (var header in new[] { "X-Forwarded-For", "Forwarded", "X-Forwarded-Host", "Via", "CF-Connecting-IP" })
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/metrics");
            request.Headers.TryAddWithoutValidation(header, "127.0.0.1");
            Assert.Equal(HttpStatusCode.Unauthorized, (await near.SendAsync(request)).StatusCode);
        }

        using var named = new HttpRequestMessage(HttpMethod.Get, "/metrics");
        named.Headers.Host = "pay.example.co.ke";
        Assert.Equal(HttpStatusCode.Unauthorized, (await near.SendAsync(named)).StatusCode);
    }

    [Fact]
    public async Task A_viewer_sees_the_dashboard_and_changes_nothing()
    {
        using var viewer = Visitor();
        Assert.Equal(HttpStatusCode.Redirect, (await SignIn(viewer, "vera", "vera-s password")).StatusCode);

        Assert.Equal(HttpStatusCode.OK, (await viewer.GetAsync("/hangfire")).StatusCode);
        var page = await viewer.GetStringAsync("/hangfire/recurring");
        Assert.DoesNotContain("recurring/trigger", page, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Forbidden, (await viewer.PostAsync("/hangfire/recurring/trigger", Jobs())).StatusCode);
    }

    [Fact]
    public async Task An_operator_acts_with_the_pages_token_and_it_is_written_down()
    {
        using var operators = Visitor();
        await SignIn(operators, "otto", "otto-s password");
        var page = await operators.GetStringAsync("/hangfire/recurring");

        var forged = await operators.PostAsync("/hangfire/recurring/trigger", Jobs());
        using var request = new HttpRequestMessage(HttpMethod.Post, "/hangfire/recurring/trigger") { Content = Jobs() };
        var token = DashboardToken().Match(page);
        Assert.Contains("recurring/trigger", page, StringComparison.Ordinal);
        Assert.True(token.Success, "The dashboard's page carries an anti-forgery token.");
        request.Headers.TryAddWithoutValidation(token.Groups[1].Value, token.Groups[2].Value);
        var done = await operators.SendAsync(request);

        Assert.Equal(HttpStatusCode.Forbidden, forged.StatusCode);
        Assert.Equal(HttpStatusCode.NoContent, done.StatusCode);
        Assert.Contains(
            "clean-idempotency-keys",
            await host.Sql<string>("SELECT after FROM audit_log WHERE actor = 'operator/otto' AND action = 'dashboard.act' ORDER BY id DESC LIMIT 1"),
            StringComparison.Ordinal);

        // And what it did: when the job last ran, before and after.
        var acted = await host.Sql<string>("SELECT coalesce(before, '') || ' ' || after FROM audit_log WHERE actor = 'operator/otto' AND action = 'dashboard.acted' ORDER BY id DESC LIMIT 1");
        Assert.Contains("\"status\":204", acted, StringComparison.Ordinal);
        Assert.Contains("\"clean-idempotency-keys\":\"ran ", acted.Split("\"states\"")[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_session_is_out_of_reach_of_scripts_and_other_sites()
    {
        using var visitor = Visitor();

        var answer = await SignIn(visitor, "otto", "otto-s password");

        var cookie = answer.Headers.GetValues("Set-Cookie").Single(c => c.StartsWith("payments-ops=", StringComparison.Ordinal));
        Assert.Contains("httponly", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("samesite=strict", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("otto", cookie, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_session_somebody_made_up_is_none()
    {
        using var visitor = Visitor();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/metrics");
        request.Headers.Add("Cookie", "payments-ops=" + Convert.ToBase64String(new byte[200]));

        Assert.Equal(HttpStatusCode.Unauthorized, (await visitor.SendAsync(request)).StatusCode);
    }

    [Fact]
    public async Task A_sign_in_form_of_another_site_is_refused()
    {
        using var visitor = Visitor();
        var answer = await visitor.PostAsync("/sign-in", new FormUrlEncodedContent(new Dictionary<string, string> { ["name"] = "otto", ["password"] = "otto-s password" }));

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.False(answer.Headers.TryGetValues("Set-Cookie", out var cookies) && cookies.Any(c => c.StartsWith("payments-ops=", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_sign_out_form_of_another_site_signs_nobody_out()
    {
        using var visitor = Visitor();
        await SignIn(visitor, "otto", "otto-s password");

        Assert.Equal(HttpStatusCode.BadRequest, (await visitor.PostAsync("/sign-out", new FormUrlEncodedContent([]))).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await visitor.GetAsync("/hangfire")).StatusCode);
    }

    [Theory]
    [InlineData("https://evil.example/", "/hangfire")]
    [InlineData("//evil.example/", "/hangfire")]
    [InlineData("/\\evil.example/", "/hangfire")]
    [InlineData("/docs", "/docs")]
    public async Task Signing_in_leads_nowhere_but_home(string returnUrl, string expected)
    {
        using var visitor = Visitor();
        Assert.Equal(expected, (await SignIn(visitor, "otto", "otto-s password", returnUrl)).Headers.Location!.ToString());
    }

    [Fact]
    public async Task After_five_wrong_passwords_the_right_one_is_refused_too()
    {
        using var visitor = Visitor();
        for (var i = 0; i < 5; i++)
        {
            Assert.Equal(HttpStatusCode.Unauthorized, (await SignIn(visitor, "lena", "guess " + i)).StatusCode);
        }

        var locked = await SignIn(visitor, "lena", "lena-s password");
        Assert.Equal(HttpStatusCode.TooManyRequests, locked.StatusCode);
        Assert.NotNull(locked.Headers.RetryAfter);

        await host.Sql<long>("WITH moved AS (UPDATE sign_in_failures SET locked_until = now() RETURNING 1) SELECT count(*) FROM moved");
        Assert.Equal(HttpStatusCode.Redirect, (await SignIn(visitor, "lena", "lena-s password")).StatusCode);
    }

    [Fact]
    public async Task What_somebody_types_is_not_a_part_of_the_page()
    {
        var page = await host.Anonymous.GetStringAsync("/sign-in?returnUrl=" + Uri.EscapeDataString("/\"><script>alert(1)</script>"));
        Assert.DoesNotContain("<script", page, StringComparison.OrdinalIgnoreCase);
    }

    private static FormUrlEncodedContent Jobs() => new([new("jobs[]", "clean-idempotency-keys")]);

    private static async Task<HttpResponseMessage> SignIn(HttpClient visitor, string name, string password, string returnUrl = "/hangfire")
    {
        var page = await visitor.GetStringAsync("/sign-in");
        var token = FormToken().Match(page);
        Assert.True(token.Success);
        return await visitor.PostAsync("/sign-in", new FormUrlEncodedContent(new Dictionary<string, string>
        {
            [token.Groups[1].Value] = WebUtility.HtmlDecode(token.Groups[2].Value),
            ["name"] = name,
            ["password"] = password,
            ["returnUrl"] = returnUrl,
        }));
    }

    private HttpClient Visitor()
    {
        var visitor = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, CookieContainer = new() }) { BaseAddress = host.ApiUrl };
        visitor.DefaultRequestHeaders.Add("X-Forwarded-For", "203.0.113.7");
        return visitor;
    }

    [GeneratedRegex("name=\"(__RequestVerificationToken)\" value=\"([^\"]+)\"")]
    private static partial Regex FormToken();

    [GeneratedRegex("csrf-header\" content=\"([^\"]+)\"[\\s\\S]*?csrf-token\" content=\"([^\"]+)\"")]
    private static partial Regex DashboardToken();

    public sealed class WithOperators(TestDatabase databases) : Running(databases)
    {
        private static readonly PasswordHasher<string> Hasher = new();

        protected override string[] Settings =>
        [
            PaymentsHost.Metrics,
            .. new[] { ("vera", "viewer"), ("otto", "operator"), ("lena", "operator") }.SelectMany((who, i) => new[]
            {
                $"Ops:Users:{i}:Name={who.Item1}", $"Ops:Users:{i}:Role={who.Item2}",
                $"Ops:Users:{i}:PasswordHash={Hasher.HashPassword("", who.Item1 + "-s password")}",
            }),
        ];
    }
}
