using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Npgsql;
using Xunit;

namespace Payments.Tests.Integration;

/// <summary>How many requests are worked on at once: whoever sends more waits for a moment or is told to come again, and nobody else is.</summary>
public sealed class AdmissionTests(AdmissionTests.Narrow running) : IClassFixture<AdmissionTests.Narrow>
{
    private static int phones;
    private readonly PaymentsHost host = running.Host;

    [Fact]
    public async Task A_key_with_many_requests_under_way_is_told_to_wait_and_another_is_served()
    {
        var answers = await Slow(host.Shop, 20, async () =>
        {
            var clock = Stopwatch.StartNew();
            Assert.Equal(HttpStatusCode.OK, (await host.OtherShop.GetAsync("/api/checkouts")).StatusCode);
            Assert.True(clock.Elapsed < TimeSpan.FromSeconds(2), $"Another key waited {clock.Elapsed.TotalSeconds:0.0} s.");
        });

        // Six at once, six in line.
        await Refused(answers, 8, HttpStatusCode.TooManyRequests, "too_many_requests");
    }

    [Fact]
    public async Task When_all_keys_together_are_too_many_it_is_nobodys_own_fault()
    {
        var answers = (await Task.WhenAll(Slow(host.Shop, 6), Slow(host.OtherShop, 6), Slow(host.Ops, 6), Slow(running.Fourth, 6))).SelectMany(a => a).ToList();

        // Nine at once, nine in line.
        await Refused(answers, 6, HttpStatusCode.ServiceUnavailable, "unavailable");
    }

    [Fact]
    public async Task A_clientSecret_has_a_small_share_of_its_own()
    {
        var checkout = await host.Checkout(phone: null);
        using var secret = host.WithKey((string)checkout["clientSecret"]!);
        await using var holder = new NpgsqlConnection(host.ConnectionString + ";Search Path=payments;Pooling=false");
        await holder.OpenAsync(TestContext.Current.CancellationToken);
        await using var holding = await holder.BeginTransactionAsync(TestContext.Current.CancellationToken);
        await using (var command = new NpgsqlCommand("LOCK TABLE idempotency_keys IN ACCESS EXCLUSIVE MODE", holder, holding))
        {
            await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        }

        // Two at once and two in line stand still; the others hear at once, and the shop's own key is served.
        var all = Enumerable.Range(0, 10).Select(_ => secret.Keyed($"/api/checkouts/{checkout["id"]}/pay", new { phone = PaymentsHost.Customer })).ToList();
        await PaymentsHost.Eventually(() => Task.FromResult(all.Count(a => a.IsCompleted) == 6), "six were refused", 4);
        Assert.All(all.Where(a => a.IsCompleted), a => Assert.Equal(HttpStatusCode.TooManyRequests, a.Result.Status));
        Assert.Equal(HttpStatusCode.OK, (await host.Shop.GetAsync($"/api/checkouts/{checkout["id"]}", TestContext.Current.CancellationToken)).StatusCode);

        await holding.RollbackAsync(TestContext.Current.CancellationToken);
        await Task.WhenAll(all);
        Assert.Equal(HttpStatusCode.OK, (await secret.GetAsync($"/api/checkouts/{checkout["id"]}", TestContext.Current.CancellationToken)).StatusCode);
    }

    [Fact]
    public async Task Health_is_answered_and_an_operator_served_however_many_requests_are_under_way()
    {
        await Slow(host.Shop, 20, async () =>
        {
            var many = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => host.Anonymous.GetAsync("/health/ready")));
            Assert.All(many, answer => Assert.Equal(HttpStatusCode.OK, answer.StatusCode));
            Assert.Equal(HttpStatusCode.OK, (await host.Ops.GetAsync("/api/ops/callbacks")).StatusCode);
        });
    }

    /// <summary>Prompts whose reply takes its time; meanwhile something else.</summary>
    private async Task<List<HttpResponseMessage>> Slow(HttpClient key, int count, Func<Task>? meanwhile = null)
    {
        var orders = Enumerable.Range(0, count).Select(_ => $"25470000{5000 + Interlocked.Increment(ref phones)}").ToList();
        await Task.WhenAll(orders.Select(phone => host.Script(phone, new { outcome = "ringing", replyDelayMs = 2500 })));
        var all = orders.ConvertAll(phone => key.PostAsJsonAsync("/api/checkouts", new { orderReference = PaymentsHost.NewReference(), amount = 10, phone }));
        await Task.Delay(200);
        await (meanwhile?.Invoke() ?? Task.CompletedTask);
        return [.. await Task.WhenAll(all)];
    }

    private static async Task Refused(List<HttpResponseMessage> answers, int count, HttpStatusCode status, string code)
    {
        var refused = answers.FindAll(a => a.StatusCode != HttpStatusCode.Created);
        Assert.Equal(count, refused.Count);
        Assert.All(refused, answer =>
        {
            Assert.Equal(status, answer.StatusCode);
            Assert.True(answer.Headers.RetryAfter!.Delta > TimeSpan.Zero);
        });
        Assert.Equal(code, (string?)(await refused[0].Content.ReadFromJsonAsync<JsonNode>())!["code"]);
    }

    public sealed class Narrow(TestDatabase databases) : Running(databases)
    {
        public HttpClient Fourth { get; private set; } = null!;

        protected override string[] Settings =>
        [
            "Limits:ConcurrentRequests=9", "Limits:ConcurrentRequestsPerKey=6", "Limits:ConcurrentRequestsPerCheckout=2",
        ];

        public override async ValueTask InitializeAsync()
        {
            await base.InitializeAsync();
            var made = await Host.Ops.PostAsJsonAsync("/api/ops/keys", new { client = "fourth", scopes = new[] { "checkouts" } });
            Fourth = Host.WithKey((string)(await made.Content.ReadFromJsonAsync<JsonNode>())!["key"]!);
        }
    }
}

/// <summary>One address has its share, whatever keys it shows.</summary>
public sealed class SourceAdmissionTests(SourceAdmissionTests.Narrow running) : IClassFixture<SourceAdmissionTests.Narrow>
{
    private readonly PaymentsHost host = running.Host;

    [Fact]
    public async Task An_address_with_many_requests_under_way_is_told_to_wait_and_its_callbacks_are_taken()
    {
        var phones = Enumerable.Range(0, 12).Select(i => $"25470000{6000 + i}").ToList();
        await Task.WhenAll(phones.Select(phone => host.Script(phone, new { outcome = "ringing", replyDelayMs = 2500 })));
        var all = phones.Select((phone, i) => (i % 2 == 0 ? host.Shop : host.OtherShop).PostAsJsonAsync(
            "/api/checkouts", new { orderReference = PaymentsHost.NewReference(), amount = 10, phone })).ToList();
        await Task.Delay(500, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.TooManyRequests, (await host.Anonymous.GetAsync("/api/checkouts", TestContext.Current.CancellationToken)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await host.Call("/callbacks/stk/callback", "x")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await host.Anonymous.GetAsync("/health/ready", TestContext.Current.CancellationToken)).StatusCode);

        var answers = await Task.WhenAll(all);
        Assert.Equal((8, 4), (answers.Count(a => a.StatusCode == HttpStatusCode.Created), answers.Count(a => a.StatusCode == HttpStatusCode.TooManyRequests)));
    }

    public sealed class Narrow(TestDatabase databases) : Running(databases)
    {
        protected override string[] Settings => ["Limits:ConcurrentRequestsPerSource=4"];
    }
}
