using System.Net;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Payments.Infrastructure.Events;
using Xunit;

namespace Payments.Tests.Integration;

/// <summary>However many watch a checkout, a change is read once; and nobody has more streams than his share.</summary>
public sealed class StreamTests(StreamTests.NoWorkers running) : IClassFixture<StreamTests.NoWorkers>
{
    private readonly PaymentsHost host = running.Host;

    [Fact]
    public async Task A_change_of_a_checkout_that_sixty_watch_is_read_once_and_told_to_all()
    {
        var checkout = await host.Checkout(phone: null);
        using var http = Browser("sk_test_shop");
        var streams = await Task.WhenAll(Enumerable.Range(0, 60).Select(_ => Watch(http, checkout)));
        await host.Sql<object>("CREATE EXTENSION IF NOT EXISTS pg_stat_statements SCHEMA public; SELECT 1::int");
        await Reset();

        await Change(checkout, "changed once", notify: true);

        var told = await Task.WhenAll(streams.Select(stream => stream.Next()));
        Assert.All(told, data => Assert.Equal("changed once", (string?)data["description"]));
        Assert.InRange(await Reads(), 1, 2);
        Array.ForEach(streams, stream => stream.Dispose());
    }

    [Fact]
    public async Task A_shop_sees_whole_phones_and_a_shopper_on_the_same_checkout_does_not()
    {
        var checkout = await host.Checkout(phone: null);
        await host.Sql<int>($"UPDATE checkouts SET phone = '{PaymentsHost.Customer}' WHERE id = '{PayoutCalls.IdOf(checkout)}' RETURNING 1");
        using var shop = Browser("sk_test_shop");
        using var shopper = Browser((string)checkout["clientSecret"]!);
        using var one = await Watch(shop, checkout);
        using var other = await Watch(shopper, checkout);

        await Change(checkout, "told to both", notify: true);

        Assert.Equal(PaymentsHost.Customer, (string?)(await one.Next())["phone"]);
        Assert.Equal("2547••••4149", (string?)(await other.Next())["phone"]);
    }

    [Fact]
    public async Task A_change_nobody_told_of_is_found()
    {
        var checkout = await host.Checkout(phone: null);
        using var http = Browser("sk_test_shop");
        using var stream = await Watch(http, checkout);
        await Change(checkout, "in silence", notify: false);

        await host.Services.GetRequiredService<WatchedCheckouts>().LookForMissed(CancellationToken.None);

        Assert.Equal("in silence", (string?)(await stream.Next())["description"]);
    }

    [Fact]
    public async Task A_clientSecret_has_a_handful_of_streams_and_gets_another_when_one_ends()
    {
        var checkout = await host.Checkout(phone: null);
        using var http = Browser((string)checkout["clientSecret"]!);
        var streams = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Watch(http, checkout)));

        using var fifth = await http.GetAsync(Address(checkout), HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.TooManyRequests, fifth.StatusCode);
        Assert.True(fifth.Headers.RetryAfter!.Delta > TimeSpan.Zero);
        using var reading = await http.GetAsync($"/api/checkouts/{checkout["id"]}", TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, reading.StatusCode);

        streams[0].Dispose();
        await PaymentsHost.Eventually(
            async () =>
            {
                using var again = await http.GetAsync(Address(checkout), HttpCompletionOption.ResponseHeadersRead);
                return again.StatusCode == HttpStatusCode.OK;
            },
            "another stream is served");
        Array.ForEach(streams, stream => stream.Dispose());
    }

    [Fact]
    public async Task When_the_last_watcher_leaves_nothing_is_kept_of_the_checkout()
    {
        var checkout = await host.Checkout(phone: null);
        var watched = host.Services.GetRequiredService<WatchedCheckouts>();
        using (var http = Browser("sk_test_shop"))
        {
            using var stream = await Watch(http, checkout);
            Assert.True(watched.IsWatched(new(PayoutCalls.IdOf(checkout))));
        }

        await PaymentsHost.Eventually(() => Task.FromResult(!watched.IsWatched(new(PayoutCalls.IdOf(checkout)))), "it is forgotten");
    }

    private async Task Change(JsonNode checkout, string description, bool notify) => await host.Sql<object>(
        $"""
        UPDATE checkouts SET version = version + 1, description = '{description}' WHERE id = '{PayoutCalls.IdOf(checkout)}';
        SELECT {(notify ? $"pg_notify('payments_checkouts', '{PayoutCalls.IdOf(checkout):N}')::text" : "''")}
        """);

    private async Task Reset() => await host.Sql<object>(
        "SELECT public.pg_stat_statements_reset(0, (SELECT oid FROM pg_database WHERE datname = current_database()), 0); SELECT 1::int");

    /// <summary>How often checkouts were read with their attempts since.</summary>
    private Task<long> Reads() => host.Sql<long>(
        """
        SELECT coalesce(sum(calls), 0)::bigint FROM public.pg_stat_statements
        WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database()) AND query LIKE '%FROM attempts WHERE checkout_id = ANY%'
        """);

    private HttpClient Browser(string key)
    {
        var http = new HttpClient { BaseAddress = host.ApiUrl, Timeout = TimeSpan.FromSeconds(30) };
        http.DefaultRequestHeaders.Authorization = new("Bearer", key);
        return http;
    }

    private static string Address(JsonNode checkout) => $"/api/checkouts/{checkout["id"]}/events";

    /// <summary>Watches; the snapshot has been read.</summary>
    private static async Task<Stream> Watch(HttpClient http, JsonNode checkout)
    {
        var answer = await http.GetAsync(Address(checkout), HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var stream = new Stream(answer, new(await answer.Content.ReadAsStreamAsync()));
        await stream.Next();
        return stream;
    }

    private sealed class Stream(HttpResponseMessage answer, StreamReader reader) : IDisposable
    {
        public async Task<JsonNode> Next()
        {
            while (await reader.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(20)) is { } line)
            {
                if (line.StartsWith("data: ", StringComparison.Ordinal))
                {
                    return JsonNode.Parse(line["data: ".Length..])!;
                }
            }

            throw new EndOfStreamException();
        }

        public void Dispose()
        {
            reader.Dispose();
            answer.Dispose();
        }
    }

    public sealed class NoWorkers(TestDatabase databases) : Running(databases)
    {
        protected override string[] Settings => ["Roles=api"];
    }
}
