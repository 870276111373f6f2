using System.Diagnostics;
using System.Net;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Identity;
using Xunit;

namespace Payments.Tests.Integration;

/// <summary>Guessing passwords: counted before they are hashed, held up where it comes from, and never at the cost of callbacks or of the operator.</summary>
public sealed partial class SignInTests(SignInTests.WithOperators running) : IClassFixture<SignInTests.WithOperators>
{
    private readonly PaymentsHost host = running.Host;

    [Fact]
    public async Task Twenty_tries_at_once_are_no_more_than_five()
    {
        await using var another = await PaymentsHost.StartOn(host.ConnectionString, WithOperators.All);
        var visitors = Enumerable.Range(0, 20).Select(i => Visitor.Open(i % 2 == 0 ? host : another, "203.0.113.20")).ToList();

        var answers = await Task.WhenAll(visitors.Select(visitor => visitor.SignIn("otto", "a guess")));

        Assert.InRange(answers.Count(answer => answer.StatusCode == HttpStatusCode.Unauthorized), 1, 5);
        Assert.All(answers, answer => Assert.True(answer.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.TooManyRequests, $"{answer.StatusCode}"));

        // However slowly the others come, there are five in all.
        var hashed = answers.Count(answer => answer.StatusCode == HttpStatusCode.Unauthorized);
        while ((await visitors[hashed].SignIn("otto", "a guess")).StatusCode == HttpStatusCode.Unauthorized)
        {
            Assert.True(++hashed <= 5, "A sixth was looked at.");
        }

        var locked = await visitors[0].SignIn("otto", "otto-s password");
        Assert.Equal(HttpStatusCode.TooManyRequests, locked.StatusCode);
        Assert.InRange(locked.Headers.RetryAfter!.Delta!.Value, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(15));
    }

    [Theory]
    [InlineData("2001:db8:7:1::1", "2001:db8:7:1:2::ffff", true)]
    [InlineData("2001:db8:7:2::1", "2001:db8:7:3::1", false)]
    [InlineData("203.0.113.31", "203.0.113.32", false)]
    public async Task A_source_is_an_address_or_a_whole_64(string first, string second, bool isOne)
    {
        var guessing = Visitor.Open(host, first);
        for (var i = 0; i < 5; i++)
        {
            Assert.Equal(HttpStatusCode.Unauthorized, (await guessing.SignIn("vera", "guess " + i)).StatusCode);
        }

        var answer = await Visitor.Open(host, second).SignIn("vera", "vera-s password");
        Assert.Equal(isOne ? HttpStatusCode.TooManyRequests : HttpStatusCode.Redirect, answer.StatusCode);
    }

    [Fact]
    public async Task However_many_strangers_guess_the_operator_gets_in_where_he_signed_in_before()
    {
        var known = Visitor.Open(host, "203.0.113.40");
        Assert.Equal(HttpStatusCode.Redirect, (await known.SignIn("lena", "lena-s password")).StatusCode);
        Assert.Equal(HttpStatusCode.Redirect, (await known.SignIn("lena", "lena-s password")).StatusCode);

        // Ninety tries, each from somewhere else: more than the fifty that used to lock the name for everybody.
        var answers = new List<HttpStatusCode>();
        for (var i = 0; i < 90; i++)
        {
            answers.Add((await Visitor.Open(host, $"198.51.100.{i + 1}").SignIn("lena", "a guess")).StatusCode);
        }

        Assert.InRange(answers.Count(status => status == HttpStatusCode.Unauthorized), 45, 60);
        Assert.Equal(HttpStatusCode.TooManyRequests, answers[^1]);
        Assert.Equal(HttpStatusCode.Redirect, (await known.SignIn("lena", "lena-s password")).StatusCode);

        // A stranger with the right password waits ten seconds at most when nobody else comes, not a quarter of an hour.
        await host.Sql<int>("UPDATE sign_in_failures SET last_at = last_at - interval '11 seconds' WHERE subject = '4 lena'; SELECT 1");
        Assert.Equal(HttpStatusCode.Redirect, (await Visitor.Open(host, "198.51.100.200").SignIn("lena", "lena-s password")).StatusCode);
    }

    [Fact]
    public async Task A_known_device_has_five_tries_too_and_is_nobody_elses()
    {
        var known = Visitor.Open(host, "203.0.113.50");
        Assert.Equal(HttpStatusCode.Redirect, (await known.SignIn("mia", "mia-s password")).StatusCode);
        for (var i = 0; i < 5; i++)
        {
            Assert.Equal(HttpStatusCode.Unauthorized, (await known.SignIn("mia", "guess " + i)).StatusCode);
        }

        Assert.Equal(HttpStatusCode.TooManyRequests, (await known.SignIn("mia", "mia-s password")).StatusCode);

        // For another name it is a stranger's, and a made-up one is none.
        Assert.Equal(HttpStatusCode.Redirect, (await known.SignIn("otto", "otto-s password")).StatusCode);
        Assert.Equal(1L, await host.Sql<long>("SELECT count(*) FROM sign_in_failures WHERE subject LIKE '3 mia on %'"));
        var forged = Visitor.Open(host, "203.0.113.51", "payments-device=" + new string('A', 120));
        Assert.Equal(HttpStatusCode.Unauthorized, (await forged.SignIn("mia", "a guess")).StatusCode);
        Assert.Equal(1L, await host.Sql<long>("SELECT count(*) FROM sign_in_failures WHERE subject = '3 mia from 203.0.113.51'"));
    }

    [Fact]
    public async Task A_flood_of_sign_ins_delays_no_callback()
    {
        var visitors = Enumerable.Range(0, 60).Select(i => Visitor.Open(host, $"2001:db8:{i:x}::1")).ToList();
        using var stop = new CancellationTokenSource();
        var flood = visitors.Select(async visitor =>
        {
            while (!stop.IsCancellationRequested)
            {
                await visitor.SignIn("nobody" + Guid.NewGuid(), "a guess");
            }
        }).ToList();
        await Task.Delay(500);
        var slowest = TimeSpan.Zero;
        for (var i = 0; i < 20; i++)
        {
            var clock = Stopwatch.StartNew();
            Assert.Equal(HttpStatusCode.OK, (await host.Call("/callbacks/stk/callback", "{}")).StatusCode);
            slowest = clock.Elapsed > slowest ? clock.Elapsed : slowest;
        }

        await stop.CancelAsync();
        await Task.WhenAll(flood);
        Assert.True(slowest < TimeSpan.FromSeconds(2), $"A callback took {slowest}.");
    }

    [Theory]
    [InlineData("/\uff45vil", "/hangfire")]
    [InlineData("/\u00e9", "/hangfire")]
    [InlineData("/a\nb", "/hangfire")]
    [InlineData("/a b", "/hangfire")]
    [InlineData("/\u202e/docs", "/hangfire")]
    [InlineData("//evil.example", "/hangfire")]
    [InlineData("/\\evil.example", "/hangfire")]
    [InlineData("/docs\\..\\", "/hangfire")]
    [InlineData("\\/evil.example", "/hangfire")]
    [InlineData("hangfire", "/hangfire")]
    [InlineData("", "/hangfire")]
    [InlineData("/hangfire/jobs/failed?from=10&count=10", "/hangfire/jobs/failed?from=10&count=10")]
    [InlineData("/%EF%BD%85vil", "/%EF%BD%85vil")]
    public async Task A_sign_in_leads_to_a_path_of_ours_in_plain_ASCII(string returnUrl, string expected)
    {
        var visitor = Visitor.Open(host, "203.0.113.60");

        var answer = await visitor.SignIn("nora", "nora-s password", returnUrl);

        Assert.Equal((HttpStatusCode.Redirect, expected), (answer.StatusCode, answer.Headers.Location?.OriginalString));
    }

    [Fact]
    public async Task A_form_larger_than_a_form_is_refused()
    {
        var visitor = Visitor.Open(host, "203.0.113.61");
        Assert.Equal(HttpStatusCode.BadRequest, (await visitor.SignIn("nora", new string('x', 20_000))).StatusCode);
    }

    /// <summary>A browser somewhere.</summary>
    private sealed partial class Visitor
    {
        private readonly HttpClient client;

        private Visitor(HttpClient client) => this.client = client;

        public static Visitor Open(PaymentsHost host, string address, string? cookie = null)
        {
            var cookies = new CookieContainer();
            if (cookie is not null)
            {
                cookies.SetCookies(host.ApiUrl, cookie);
            }

            var client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, CookieContainer = cookies }) { BaseAddress = host.ApiUrl };
            client.DefaultRequestHeaders.Add("X-Forwarded-For", address);
            return new(client);
        }

        public async Task<HttpResponseMessage> SignIn(string name, string password, string returnUrl = "/hangfire")
        {
            var page = await client.GetAsync("/sign-in");
            if (!page.IsSuccessStatusCode)
            {
                return page;
            }

            var token = FormToken().Match(await page.Content.ReadAsStringAsync());
            return await client.PostAsync("/sign-in", new FormUrlEncodedContent(new Dictionary<string, string>
            {
                [token.Groups[1].Value] = WebUtility.HtmlDecode(token.Groups[2].Value),
                ["name"] = name,
                ["password"] = password,
                ["returnUrl"] = returnUrl,
            }));
        }

        [GeneratedRegex("name=\"(__RequestVerificationToken)\" value=\"([^\"]+)\"")]
        private static partial Regex FormToken();
    }

    public sealed class WithOperators(TestDatabase databases) : Running(databases)
    {
        private static readonly PasswordHasher<string> Hasher = new();

        private static readonly string[] Configured =
        [
            "Proxy:KnownProxies:0=127.0.0.1",
            .. new[] { ("vera", "viewer"), ("otto", "operator"), ("lena", "operator"), ("mia", "operator"), ("nora", "operator") }.SelectMany((who, i) => new[]
            {
                $"Ops:Users:{i}:Name={who.Item1}", $"Ops:Users:{i}:Role={who.Item2}",
                $"Ops:Users:{i}:PasswordHash={Hasher.HashPassword("", who.Item1 + "-s password")}",
            }),
        ];

        public static string[] All => Configured;

        protected override string[] Settings => Configured;
    }
}
