using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Payments.Api;
using Payments.Tests.Faults;
using Xunit;

namespace Payments.Tests.Integration;

/// <summary>What every answer carries, who is believed, and what does not start.</summary>
public sealed class WebDefenceTests(WebDefenceTests.WithShopPage running) : IClassFixture<WebDefenceTests.WithShopPage>
{
    private readonly PaymentsHost host = running.Host;

    [Theory]
    [InlineData("/api/checkouts")]
    [InlineData("/sign-in")]
    [InlineData("/hangfire")]
    [InlineData("/docs")]
    [InlineData("/nothing")]
    public async Task Every_answer_says_what_a_browser_may_do_with_it(string path)
    {
        var answer = await host.Anonymous.GetAsync(path);

        var policy = answer.Headers.GetValues("Content-Security-Policy").Single();
        Assert.StartsWith("default-src 'none'", policy, StringComparison.Ordinal);
        Assert.Contains("frame-ancestors 'none'", policy, StringComparison.Ordinal);
        Assert.Contains("base-uri 'none'", policy, StringComparison.Ordinal);
        Assert.Equal("nosniff", answer.Headers.GetValues("X-Content-Type-Options").Single());
        Assert.Equal("no-referrer", answer.Headers.GetValues("Referrer-Policy").Single());
        Assert.False(answer.Headers.Contains("Server"));
        Assert.False(answer.Headers.Contains("X-Powered-By"));
    }

    [Theory]
    [InlineData("/hangfire", "script-src 'self';")]
    [InlineData("/hangfire/jobs/succeeded", "style-src 'self' 'unsafe-inline'")]
    [InlineData("/docs", "script-src 'self' 'unsafe-inline'")]
    [InlineData("/sign-in", "form-action 'self'")]
    [InlineData("/api/checkouts", "form-action 'none'")]
    public async Task A_page_may_do_what_it_has_to_and_nothing_else(string path, string part) =>
        Assert.Contains(part, (await host.Anonymous.GetAsync(path)).Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);

    [Theory]
    [InlineData("https://shop.example.co.ke", true)]
    [InlineData("https://evil.example", false)]
    [InlineData("null", false)]
    public async Task Only_configured_origins_may_call_from_a_browser(string origin, bool allowed)
    {
        using var request = new HttpRequestMessage(HttpMethod.Options, "/api/checkouts/x/pay");
        request.Headers.Add("Origin", origin);
        request.Headers.Add("Access-Control-Request-Method", "POST");
        request.Headers.Add("Access-Control-Request-Headers", "authorization,content-type,idempotency-key");

        var answer = await host.Anonymous.SendAsync(request);

        Assert.Equal(allowed, answer.Headers.TryGetValues("Access-Control-Allow-Origin", out var given) && given.Single() == origin);
        Assert.False(answer.Headers.Contains("Access-Control-Allow-Credentials"));
    }

    [Theory]
    [InlineData("https://shop.example.co.ke/thanks", HttpStatusCode.Created)]
    [InlineData("https://evil.example/", HttpStatusCode.BadRequest)]
    [InlineData("https://shop.example.co.ke.evil.example/", HttpStatusCode.BadRequest)]
    [InlineData("https://shop.example.co.ke@evil.example/", HttpStatusCode.BadRequest)]
    [InlineData("https://shop.example.co.ke\\@evil.example/", HttpStatusCode.BadRequest)]
    [InlineData("//evil.example/", HttpStatusCode.BadRequest)]
    [InlineData("javascript:alert(1)//shop.example.co.ke", HttpStatusCode.BadRequest)]
    [InlineData("data:text/html,x", HttpStatusCode.BadRequest)]
    public async Task A_customer_is_sent_back_only_where_the_shop_said(string url, HttpStatusCode expected)
    {
        var answer = await host.Shop.PostAsJsonAsync("/api/checkouts", new { orderReference = PaymentsHost.NewReference(), amount = 5, returnUrl = url });
        Assert.Equal(expected, answer.StatusCode);
    }

    [Fact]
    public async Task A_forwarded_address_is_believed_only_from_a_known_proxy()
    {
        var receipt = PaymentsHost.NewReceipt();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/callbacks/stk/callback")
        {
            Content = new StringContent(PaymentsHost.SuccessBody("ws_CO_" + receipt, receipt, 5), Encoding.UTF8, "application/json"),
        };
        request.Headers.Add("X-Forwarded-For", "196.201.214.200");
        await host.Anonymous.SendAsync(request);

        var source = await host.Sql<string>($"SELECT source FROM callbacks WHERE position('{receipt}' IN convert_from(body, 'UTF8')) > 0");
        Assert.DoesNotContain("196.201", source, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Daraja:ConsumerKey=local-consumer-key", "Daraja__ConsumerKey")]
    [InlineData("Daraja:Passkey=local-passkey", "Daraja__Passkey")]
    [InlineData("Callbacks:Secrets:0=cGF5bWVudHMtbG9jYWwtY2FsbGJhY2stc2VjcmV0LTA=", "Callbacks__Secrets__0")]
    [InlineData("ApiKeys:0:Hash=SHA:sk_local_all", "ApiKeys")]
    [InlineData("Ops:Users:0:PasswordHash=HASH:ops-local", "Ops__Users")]
    public void Outside_the_simulator_nothing_starts_with_a_published_secret(string setting, string named)
    {
        var value = setting.Split("SHA:") is [var key, var text] ? key + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text))) : setting;
        value = value.Split("HASH:") is [var user, var password] ? user + new Microsoft.AspNetCore.Identity.PasswordHasher<string>().HashPassword("", password) : value;

        var refused = Assert.Throws<ConfigurationException>(() => ApiHost.Build([.. Production(), "--" + value]));

        Assert.Contains(refused.Problems, problem => problem.Key.StartsWith(named, StringComparison.Ordinal) && problem.Wrong.Contains("published", StringComparison.Ordinal));
        Assert.DoesNotContain("consumer-key", refused.Message.Replace("ConsumerKey", "", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Fact]
    public async Task With_secrets_of_its_own_it_starts_and_sends_browsers_to_https_but_never_a_callback()
    {
        var address = new Uri($"http://127.0.0.1:{ChildProcess.FreePort()}");
        await using var api = ApiHost.Build([.. Production(), "--urls", address.ToString(), "--Roles", "api"]);
        SilentHangfire.Use(api);
        await api.StartAsync();
        using var client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = address };

        var page = await client.GetAsync("/sign-in");
        var callback = await client.PostAsync("/callbacks/stk/callback", new StringContent("{}"));

        Assert.Equal(HttpStatusCode.TemporaryRedirect, page.StatusCode);
        Assert.Equal("https", page.Headers.Location!.Scheme);
        Assert.NotEqual(HttpStatusCode.TemporaryRedirect, callback.StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/health/live")).StatusCode);

        // What is a laptop's privilege is nobody's here, loopback or not.
        using var proxied = new HttpRequestMessage(HttpMethod.Get, "/hangfire");
        Assert.NotEqual(HttpStatusCode.OK, (await client.SendAsync(proxied)).StatusCode);

        await api.StopAsync();
    }

    [Theory]
    [InlineData("evil.example")]
    [InlineData("pay.example.co.ke:8080")]
    [InlineData("127.0.0.1")]
    public async Task The_way_to_https_is_the_configured_address_whatever_Host_was_asked_for(string asked)
    {
        var address = new Uri($"http://127.0.0.1:{ChildProcess.FreePort()}");
        await using var api = ApiHost.Build([.. Production(), "--Callbacks:PublicBaseUrl=https://pay.example.co.ke/m", "--urls", address.ToString(), "--Roles", "api"]);
        SilentHangfire.Use(api);
        await api.StartAsync();
        using var client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = address };
        foreach (var (method, path) in new[] { (HttpMethod.Get, "/sign-in?returnUrl=%2Fdocs"), (HttpMethod.Get, "/openapi/v1.json"), (HttpMethod.Get, "/hangfire"), (HttpMethod.Post, "/sign-in"), (HttpMethod.Get, "/nothing/%EF%BD%85") })
        {
            using var request = new HttpRequestMessage(method, path);
            request.Headers.Host = asked;
            request.Headers.Add("X-Forwarded-Host", "evil.example");

            var answer = await client.SendAsync(request);

            Assert.Equal((HttpStatusCode.TemporaryRedirect, "https://pay.example.co.ke/m" + path), (answer.StatusCode, answer.Headers.Location?.OriginalString));
        }

        await api.StopAsync();
    }

    [Fact]
    public async Task A_secret_may_come_from_a_file_and_one_that_cannot_be_read_is_named()
    {
        var file = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(file, "local-passkey\n");
            var settings = Production().Where(s => !s.StartsWith("--Daraja:Passkey", StringComparison.Ordinal)).ToArray();

            var read = Assert.Throws<ConfigurationException>(() => ApiHost.Build([.. settings, "--Daraja:Passkey_FILE=" + file]));
            var missing = Assert.Throws<ConfigurationException>(() => ApiHost.Build([.. settings, "--Daraja:Passkey_FILE=" + file + ".none"]));
            var both = Assert.Throws<ConfigurationException>(() => ApiHost.Build([.. Production(), "--Daraja:Passkey_FILE=" + file]));

            Assert.Contains(read.Problems, p => p.Key == "Daraja__Passkey" && p.Wrong.Contains("published", StringComparison.Ordinal));
            Assert.Contains(missing.Problems, p => p.Key == "Daraja__Passkey_FILE" && p.Wrong.Contains("cannot be read", StringComparison.Ordinal));
            Assert.Contains(both.Problems, p => p.Key == "Daraja__Passkey_FILE" && p.Wrong.Contains("beside", StringComparison.Ordinal));
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public async Task An_entry_of_a_list_may_come_from_a_file_and_is_one_entry()
    {
        var file = Path.GetTempFileName();
        try
        {
            var secret = RandomNumberGenerator.GetBytes(32);
            await File.WriteAllTextAsync(file, Convert.ToBase64String(secret));
            var settings = Production().Where(s => !s.StartsWith("--Callbacks:Secrets", StringComparison.Ordinal)).ToArray();

            await using var api = ApiHost.Build([.. settings, "--Callbacks:Secrets:0_FILE=" + file]);

            var options = api.Services.GetRequiredService<Microsoft.Extensions.Options.IOptions<Payments.Infrastructure.Callbacks.CallbackOptions>>().Value;
            Assert.Equal(Convert.ToBase64String(secret), Assert.Single(options.Secrets));
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Theory]
    [InlineData("Shop:Color=red", "Shop__Color")]
    [InlineData("Shop:Color=#fff", "Shop__Color")]
    [InlineData("Shop:LogoPath=logo.exe", "Shop__LogoPath")]
    [InlineData("Shop:LogoPath=not-there.png", "Shop__LogoPath")]
    [InlineData("Cors:Origins:0=*", "Cors__Origins")]
    [InlineData("Cors:Origins:0=http://shop.example.co.ke", "Cors__Origins")]
    [InlineData("Proxy:KnownProxies:0=everybody", "Proxy__KnownProxies")]
    [InlineData("Ops:Users:0:PasswordHash=secret", "Ops__Users__0__PasswordHash")]
    [InlineData("Ops:Users:0:Role=admin", "Ops__Users__0__Role")]
    [InlineData("Limits:RequestsPerKey=5", "Limits__RequestsPerKey")]
    public void A_setting_that_would_open_a_door_is_refused(string setting, string named)
    {
        var refused = Assert.Throws<ConfigurationException>(() => ApiHost.Build([.. Production(), "--" + setting]));
        Assert.Contains(refused.Problems, problem => problem.Key == named);
        Assert.DoesNotContain("secret'", refused.Message, StringComparison.Ordinal);
    }

    private static string[] Production() =>
    [
        // Nobody listens there: nothing below needs a database.
        "--ConnectionStrings:Payments=Host=127.0.0.1;Port=9;Database=none;Username=none;Password=none;Timeout=1",
        "--Daraja:Environment=Sandbox",
        "--Daraja:ConsumerKey=k-1", "--Daraja:ConsumerSecret=s-1", "--Daraja:Shortcode=174379", "--Daraja:Passkey=p-1",
        "--Callbacks:PublicBaseUrl=https://pay.example.co.ke",
        "--Callbacks:Secrets:0=" + Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)),
        "--ApiKeys:0:Client=shop", "--ApiKeys:0:Scopes=checkouts", "--ApiKeys:0:Hash=" + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32)),
        "--Ops:Users:0:Name=otto", "--Ops:Users:0:Role=operator",
        "--Ops:Users:0:PasswordHash=" + new Microsoft.AspNetCore.Identity.PasswordHasher<string>().HashPassword("", "of his own"),
    ];

    public sealed class WithShopPage(TestDatabase databases) : Running(databases)
    {
        protected override string[] Settings => ["Cors:Origins:0=https://shop.example.co.ke", "Return:AllowedHosts:0=shop.example.co.ke"];
    }
}
