using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Payments.Api.Hosting;
using Xunit;

namespace Payments.Tests.Integration;

/// <summary>What the world may ask for without a key costs next to nothing, however often and however slowly it is read, and names us by our own name.</summary>
public sealed class PublicPageTests(PublicPageTests.BehindAProxy running) : IClassFixture<PublicPageTests.BehindAProxy>
{
    private const string Public = "http://127.0.0.1:9/its/own/path";

    private readonly PaymentsHost host = running.Host;

    [Fact]
    public async Task The_document_is_made_once_and_known_by_its_tag()
    {
        var first = await host.Anonymous.GetAsync("/openapi/v1.json");
        Assert.Equal(HttpStatusCode.OK, first.StatusCode);
        var before = GC.GetTotalAllocatedBytes(precise: true);
        for (var i = 0; i < 20; i++)
        {
            using var again = await host.Anonymous.GetAsync("/openapi/v1.json", HttpCompletionOption.ResponseHeadersRead);
            Assert.Equal(first.Headers.ETag, again.Headers.ETag);
        }

        // Making it costs megabytes and a fifth of a second; the client of this test costs something, too.
        Assert.InRange((GC.GetTotalAllocatedBytes(precise: true) - before) / 20, 0, 500_000);

        using var known = new HttpRequestMessage(HttpMethod.Get, "/openapi/v1.json");
        known.Headers.IfNoneMatch.Add(first.Headers.ETag!);
        Assert.Equal(HttpStatusCode.NotModified, (await host.Anonymous.SendAsync(known)).StatusCode);
        using var head = new HttpRequestMessage(HttpMethod.Head, "/openapi/v1.json");
        var headed = await host.Anonymous.SendAsync(head);
        Assert.Equal((HttpStatusCode.OK, first.Content.Headers.ContentLength), (headed.StatusCode, headed.Content.Headers.ContentLength));
    }

    [Fact]
    public async Task The_document_names_the_configured_address()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/openapi/v1.json");
        request.Headers.Host = "evil.example";
        var document = JsonNode.Parse(await (await host.Anonymous.SendAsync(request)).Content.ReadAsStringAsync())!;

        Assert.Equal([Public], document["servers"]!.AsArray().Select(server => (string)server!["url"]!));
        Assert.True(document["paths"]!.AsObject().Count > 20);
    }

    [Fact]
    public async Task No_answer_names_the_Host_it_was_asked_under()
    {
        var paths = host.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Select(e => "/" + e.RoutePattern.RawText!.TrimStart('/').Replace("{token?}", "", StringComparison.Ordinal)
                .Replace("{id}", "chk_00000000000000000000000000000000", StringComparison.Ordinal))
            .Where(path => !path.Contains('{', StringComparison.Ordinal) && !path.Contains("doctor", StringComparison.Ordinal))
            .Concat(["/hangfire", "/hangfire/jobs/succeeded", "/nothing", "/docs", "/docs/scalar.js"]).Distinct().ToList();
        Assert.True(paths.Count > 40);
        foreach (var path in paths)
        {
            foreach (var method in new[] { HttpMethod.Get, HttpMethod.Post })
            {
                using var request = new HttpRequestMessage(method, path);
                request.Headers.Host = "evil.example";
                request.Headers.Add("X-Forwarded-Host", "evil.example");
                request.Headers.Add("X-Original-Host", "evil.example");
                request.Headers.Authorization = new("Bearer", "sk_test_ops");
                var answer = await Source("192.0.2." + (paths.IndexOf(path) % 200 + 1)).SendAsync(request);

                Assert.DoesNotContain("evil", answer.Headers + answer.Content.Headers.ToString() + await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public async Task Who_asks_and_does_not_read_is_cut_off_and_keeps_nobody_else_out()
    {
        // More answers than the system's own buffers hold, so that some lie here.
        var many = string.Concat(Enumerable.Repeat("GET /openapi/v1.json HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-For: 198.51.100.7\r\n\r\n", 400));
        var idle = new List<Socket>();
        for (var i = 0; i < 24; i++)
        {
            idle.Add(await RawRequest.Open(host.ApiUrl, many));
        }

        using var same = Source("198.51.100.7");
        await PaymentsHost.Eventually(
            async () => (await same.GetAsync("/openapi/v1.json")).StatusCode == HttpStatusCode.TooManyRequests, "this source has its share");
        Assert.Equal(HttpStatusCode.OK, (await Source("198.51.100.8").GetAsync("/openapi/v1.json")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await host.Call("/callbacks/stk/callback", "{}")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await host.Shop.GetAsync("/api/checkouts")).StatusCode);

        // 4 KiB a second are asked for; nobody reads here.
        await PaymentsHost.Eventually(
            async () => (await same.GetAsync("/openapi/v1.json")).StatusCode == HttpStatusCode.OK, "they are cut off", 60);
        idle.ForEach(socket => socket.Dispose());
    }

    [Theory]
    [InlineData("203.0.113.5", "203.0.113.5", true)]
    [InlineData("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", true)]
    [InlineData("203.0.113.6", "203.0.113.7", false)]
    [InlineData("2001:db8:1:3::1", "2001:db8:1:4::1", false)]
    public async Task So_many_requests_of_one_source_and_no_more(string first, string second, bool isOne)
    {
        using var flooding = Source(first);
        var answers = await Task.WhenAll(Enumerable.Range(0, 12).Select(async _ =>
        {
            var seen = new List<HttpStatusCode>();
            for (var i = 0; i < 25; i++)
            {
                seen.Add((await flooding.GetAsync("/nothing/at/all")).StatusCode);
            }

            return seen;
        }));

        Assert.Contains(HttpStatusCode.TooManyRequests, answers.SelectMany(seen => seen));
        Assert.Equal(isOne, (await Source(second).GetAsync("/nothing")).StatusCode == HttpStatusCode.TooManyRequests);
    }

    [Theory]
    [InlineData("api")]
    [InlineData("worker")]
    public async Task However_many_ask_whether_it_is_ready_the_database_is_asked_four_times_a_second(string role)
    {
        await using var asked = await PaymentsHost.Start(running.Databases, "Roles=" + role, "Proxy:KnownProxies:0=127.0.0.1");
        using var anybody = new HttpClient { BaseAddress = asked.ApiUrl };
        anybody.DefaultRequestHeaders.Add("X-Forwarded-For", "198.51.100.99");
        await asked.Sql<object>("CREATE EXTENSION IF NOT EXISTS pg_stat_statements SCHEMA public; SELECT 1::int");
        await asked.Sql<object>("SELECT public.pg_stat_statements_reset(0, (SELECT oid FROM pg_database WHERE datname = current_database()), 0); SELECT 1::int");
        Assert.Equal(HttpStatusCode.OK, (await asked.Anonymous.GetAsync("/health/ready")).StatusCode);
        var clock = System.Diagnostics.Stopwatch.StartNew();
        while (clock.Elapsed < TimeSpan.FromSeconds(2))
        {
            var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => anybody.GetAsync("/health/ready")));
            Assert.All(answers, answer => Assert.Equal(HttpStatusCode.OK, answer.StatusCode));
        }

        var looks = await asked.Sql<long>(
            """
            SELECT coalesce(max(calls), 0) FROM public.pg_stat_statements
            WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database()) AND (query IN ('SELECT 1', 'SELECT $1', 'SELECT $1::int') OR query LIKE 'SELECT CASE WHEN to_regclass%')
            """);
        Assert.InRange(looks, 1, (long)(clock.Elapsed.TotalSeconds * 4) + 3);
    }

    [Fact]
    public async Task What_anybody_can_have_logged_is_bounded_and_counted()
    {
        using var log = new LogLines(host);
        for (var i = 0; i < 100; i++)
        {
            using var form = new FormUrlEncodedContent([new("name", "otto")]);
            Assert.Equal(HttpStatusCode.BadRequest, (await Source($"2001:db8:aa:{i:x}::1").PostAsync("/sign-in", form)).StatusCode);
        }

        var antiforgery = log.Warnings.Count(line => line.Contains("Antiforgery", StringComparison.Ordinal));
        Assert.InRange(antiforgery, 1, 40);

        foreach (var teller in host.Services.GetServices<Microsoft.Extensions.Hosting.IHostedService>().OfType<LeftOutLines>())
        {
            teller.Say();
        }

        Assert.Single(log.Warnings, line => line.Contains("log_lines_left_out", StringComparison.Ordinal) && line.Contains("Antiforgery", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("Bearer sk_nobody")]
    [InlineData("Basic eDp5")]
    public async Task A_wrong_key_leaves_no_line_in_the_log(string authorization)
    {
        using var log = new LogLines(host);
        for (var i = 0; i < 50; i++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/api/checkouts");
            request.Headers.TryAddWithoutValidation("Authorization", authorization);
            Assert.Equal(HttpStatusCode.Unauthorized, (await host.Anonymous.SendAsync(request)).StatusCode);
        }

        Assert.DoesNotContain(log.All, line => line.Contains("Authentication", StringComparison.Ordinal));
    }

    private HttpClient Source(string address)
    {
        var client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = host.ApiUrl };
        client.DefaultRequestHeaders.Add("X-Forwarded-For", address);
        return client;
    }

    public sealed class BehindAProxy(TestDatabase databases) : Running(databases)
    {
        protected override string[] Settings => ["Proxy:KnownProxies:0=127.0.0.1", "Callbacks:PublicBaseUrl=" + Public];
    }
}
