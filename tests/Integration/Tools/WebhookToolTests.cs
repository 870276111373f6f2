using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Payments.Application.Webhooks;
using Payments.Build;
using StandardWebhooks;
using StandardWebhooks.Diagnostics;
using Xunit;

namespace Payments.Tests.Integration;

/// <summary>The developer's tools for webhooks, against a running service and endpoints good and bad.</summary>
public sealed class WebhookToolTests(WebhookToolTests.Registered running) : IClassFixture<WebhookToolTests.Registered>
{
    private readonly PaymentsHost host = running.Host;

    public static TheoryData<string> Types => [.. Trigger.Types.Where(type => type != "checkout.expired")];

    [Theory]
    [MemberData(nameof(Types))]
    public async Task Trigger_makes_a_real_one(string type)
    {
        using var api = new RunningApi(host.ApiUrl, "sk_test_ops");
        var made = await new Trigger(api, host.Simulator.BaseAddress!).Make(type, TestContext.Current.CancellationToken);

        Assert.Equal(type, (string?)made["type"]);
        Assert.StartsWith("evt_", (string?)made["id"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Listen_passes_on_what_happens_signed_and_tries_again()
    {
        await using var shop = await ShopEndpoint.Start();
        shop.AnswerWith(500);
        var secret = WebhookMessage.NewSecret();
        using var api = new RunningApi(host.ApiUrl, "sk_test_shop");
        await using var output = new StringWriter();
        using var stop = new CancellationTokenSource();
        var listening = Listen.Run(api, new(shop.Url), secret, new HashSet<string> { "checkout.cancelled" }, output, stop.Token);
        await PaymentsHost.Eventually(() => Task.FromResult(output.ToString().Contains("Listening", StringComparison.Ordinal)), "it listens");
        var checkout = await host.Checkout(phone: null);
        await host.Shop.PostAsync($"/api/checkouts/{checkout["id"]}/cancel", null);

        var told = await shop.Until("checkout.cancelled", 2);
        await stop.CancelAsync();
        await listening;
        Assert.Equal(told[0].Id, told[1].Id);
        new StandardWebhook(secret).Verify(told[1].Text, Headers(told[1]));
        Assert.Equal((string?)checkout["id"], (string?)told[1].Data["id"]);
        Assert.Contains($"{told[0].Id}  {checkout["id"]}  cancelled", output.ToString(), StringComparison.Ordinal);
        Assert.Contains("→ 500", output.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("checkout.created", output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wrong_key_or_address_is_one_sentence()
    {
        using var wrongKey = new RunningApi(host.ApiUrl, "sk_wrong");
        using var nobody = new RunningApi(new($"http://127.0.0.1:{Payments.Tests.Faults.ChildProcess.FreePort()}"), "sk_test_shop");

        Assert.Contains("does not know this key", (await Assert.ThrowsAsync<StartProblemException>(() => wrongKey.End(CancellationToken.None))).Message, StringComparison.Ordinal);
        Assert.Contains("Nothing answers at", (await Assert.ThrowsAsync<StartProblemException>(() => nobody.End(CancellationToken.None))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_secret_of_a_clone_stays_the_same()
    {
        var folder = Directory.CreateTempSubdirectory();
        var secret = Listen.Secret(folder.FullName);
        Assert.True(SignedEvent.IsSecret(secret));
        Assert.Equal(secret, Listen.Secret(folder.FullName));
        folder.Delete(recursive: true);
    }

    [Theory]
    [InlineData("verifies", "10 of 10", null)]
    [InlineData("believes everybody", "6 of 10", "FAILED   refuses a wrong signature: wanted 4xx, got 200")]
    [InlineData("fails on repetitions", "9 of 10", "FAILED   takes the same event once more: wanted 2xx, doing nothing, got 500")]
    [InlineData("fails on what it does not know", "9 of 10", "FAILED   takes a type it does not know")]
    [InlineData("looks at the first signature only", "9 of 10", "FAILED   takes an event signed by two secrets")]
    public async Task Grade_marks_an_endpoint_by_what_it_does(string kind, string mark, string? failed)
    {
        await using var shop = await ShopEndpoint.Start();
        var secret = WebhookMessage.NewSecret();
        var seen = new HashSet<string>();
        shop.Answer = (told, http) =>
        {
            http.Response.StatusCode = kind == "believes everybody" || IsSigned(told, secret, kind)
                ? (kind == "fails on repetitions" && !seen.Add(told.Id)) || (kind == "fails on what it does not know" && told.Type.Contains("later", StringComparison.Ordinal)) ? 500 : 200
                : 401;
            return Task.CompletedTask;
        };
        await using var output = new StringWriter();

        Assert.Equal(failed is null, await new Grade(new(shop.Url), secret, output).Run(TestContext.Current.CancellationToken));

        var lines = output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(mark, lines[^1].Trim());
        if (failed is not null)
        {
            Assert.Contains(lines, line => line.StartsWith(failed, StringComparison.Ordinal));
            Assert.Contains($"curl -i '{shop.Url}'", output.ToString(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task What_grade_makes_up_has_all_that_the_document_says()
    {
        await using var shop = await ShopEndpoint.Start();
        await new Grade(new(shop.Url), WebhookMessage.NewSecret(), TextWriter.Null).Run(TestContext.Current.CancellationToken);
        var schemas = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(RepositoryRoot.Find(), "docs", "openapi", "v1.json")))!["components"]!["schemas"]!;
        var paid = shop.All.First(told => told.Type == "checkout.paid").Data;
        var failed = shop.All.First(told => told.Type == "checkout.failed").Data;

        AssertHas("CheckoutView", paid);
        AssertHas("CheckoutView", failed);
        AssertHas("PaymentView", paid["payment"]!);
        AssertHas("FailureView", failed["failure"]!);

        void AssertHas(string schema, JsonNode made) =>
            Assert.Equal(schemas[schema]!["required"]!.AsArray().Select(name => (string?)name).Order(), made.AsObject().Select(member => member.Key).Order());
    }

    [Fact]
    public async Task An_answer_without_end_is_not_read_to_its_end()
    {
        await using var shop = await ShopEndpoint.Start();
        shop.Answer = async (_, http) =>
        {
            while (!http.RequestAborted.IsCancellationRequested)
            {
                await http.Response.WriteAsync(new string('x', 10_000));
            }
        };
        using var client = SignedEvent.Client();

        var answer = await SignedEvent.Of("evt_1", "{}", DateTimeOffset.UtcNow, WebhookMessage.NewSecret()).Send(client, new(shop.Url), TestContext.Current.CancellationToken);

        Assert.True(answer.IsTaken);
        Assert.Equal(501, answer.Body.Length);
    }

    private static bool IsSigned(Told told, string secret, string kind)
    {
        try
        {
            var headers = Headers(told);
            if (kind == "looks at the first signature only")
            {
                headers["webhook-signature"] = headers["webhook-signature"].ToString().Split(' ')[0];
            }

            new StandardWebhook(secret).Verify(told.Text, headers);
            return true;
        }
        catch (WebhookVerificationException)
        {
            return false;
        }
    }

    private static HeaderDictionary Headers(Told told) =>
        new(told.Headers.ToDictionary(header => header.Key, header => new Microsoft.Extensions.Primitives.StringValues(header.Value)));

    public sealed class Registered(TestDatabase databases) : Running(databases);
}
