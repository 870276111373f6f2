using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Payments.Client;
using Xunit;

namespace Payments.Tests.Integration;

/// <summary>A shop's webhook endpoint made by the client package, on a real server: what reaches the shop's code, and what each sender is answered.</summary>
public sealed class WebhookEndpointTests : IAsyncLifetime
{
    private const string Secret = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

    private const string Other = "whsec_IAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

    private const string Paid = """{"type":"checkout.paid","timestamp":"2026-07-10T06:15:45Z","data":{"id":"chk_1","status":"paid"}}""";

    private readonly ConcurrentQueue<PaymentsEvent> handled = new();
    private WebApplication shop = null!;
    private HttpClient sender = null!;

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseSetting("urls", "http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        builder.Services.AddPayments(options =>
        {
            (options.BaseAddress, options.Key) = (new("http://localhost:5080"), "sk_test_shop");
            options.WebhookSecrets.Add(Secret);
        });
        shop = builder.Build();
        shop.MapPaymentsWebhook("/webhooks/payments", webhook => webhook
            .On<CheckoutEvent>(EventTypes.CheckoutPaid, (happened, _) =>
            {
                handled.Enqueue(happened);
                return happened.Data.Id == "chk_breaks" ? throw new InvalidOperationException("the shop's database is away") : Task.CompletedTask;
            })
            .On<RefundEvent>((happened, _) => Take(happened)));
        shop.MapPaymentsWebhook("/small", webhook =>
        {
            webhook.MaxBodyBytes = 60;
            webhook.Secrets.Add(Other);
        });
        await shop.StartAsync();
        sender = new HttpClient { BaseAddress = new(shop.Urls.First()) };
    }

    public async ValueTask DisposeAsync()
    {
        sender.Dispose();
        await shop.DisposeAsync();
    }

    [Fact]
    public async Task A_signed_event_reaches_the_handler_of_its_type()
    {
        Assert.Equal(HttpStatusCode.NoContent, (await Deliver(Paid)).StatusCode);
        Assert.Equal(HttpStatusCode.NoContent, (await Deliver(Paid.Replace("checkout.paid", "refund.completed", StringComparison.Ordinal))).StatusCode);
        Assert.Collection(
            handled,
            first => Assert.Equal("chk_1", Assert.IsType<CheckoutEvent>(first).Data.Id),
            second => Assert.Equal("refund.completed", Assert.IsType<RefundEvent>(second).Type));
    }

    [Theory]
    [InlineData("checkout.failed")]
    [InlineData("payout.completed")]
    [InlineData("subscription.renewed")]
    [InlineData("webhook.test")]
    public async Task What_nobody_asked_for_is_taken_and_passed_over(string type)
    {
        Assert.Equal(HttpStatusCode.NoContent, (await Deliver(Paid.Replace("checkout.paid", type, StringComparison.Ordinal))).StatusCode);
        Assert.Empty(handled);
    }

    [Fact]
    public async Task A_wrong_signature_or_an_old_one_never_reaches_the_shop()
    {
        await Refused(Deliver(Paid, secret: Other), HttpStatusCode.Unauthorized, "signature_wrong");
        await Refused(Deliver(Paid, at: DateTimeOffset.UtcNow.AddMinutes(-6)), HttpStatusCode.Unauthorized, "timestamp_too_far");
        await Refused(Deliver(Paid, at: DateTimeOffset.UtcNow.AddMinutes(6)), HttpStatusCode.Unauthorized, "timestamp_too_far");
        await Refused(Deliver(Paid, signature: "v1," + Convert.ToBase64String(new byte[32])), HttpStatusCode.Unauthorized, "signature_wrong");
        await Refused(sender.PostAsync("/webhooks/payments", new StringContent(Paid)), HttpStatusCode.BadRequest, "headers_missing");
        Assert.Equal(HttpStatusCode.MethodNotAllowed, (await sender.GetAsync("/webhooks/payments")).StatusCode);
        Assert.Empty(handled);
    }

    [Fact]
    public async Task An_id_given_twice_is_none()
    {
        var signed = Request(Paid);
        var headers = string.Join("\r\n", signed.Headers.Select(header => $"{header.Key}: {header.Value.Single()}"));
        var answer = await RawRequest.Send(
            sender.BaseAddress!,
            $"POST /webhooks/payments HTTP/1.1\r\nHost: shop\r\nContent-Length: {Paid.Length}\r\n{headers}\r\nwebhook-id: evt_2\r\n\r\n{Paid}");
        Assert.Contains("headers_missing", answer.Text, StringComparison.Ordinal);
        Assert.Empty(handled);
    }

    [Fact]
    public async Task Secrets_change_without_a_restart()
    {
        var options = shop.Services.GetRequiredService<IOptionsMonitor<PaymentsOptions>>().CurrentValue;
        options.WebhookSecrets.Add(Other);
        Assert.Equal(HttpStatusCode.NoContent, (await Deliver(Paid, secret: Other)).StatusCode);
        Assert.Equal(HttpStatusCode.NoContent, (await Deliver(Paid, secret: Secret)).StatusCode);
        options.WebhookSecrets.Remove(Secret);
        await Refused(Deliver(Paid, secret: Secret), HttpStatusCode.Unauthorized, "signature_wrong");

        // An endpoint without any secret believes nobody, and what is sent comes again when it has one.
        options.WebhookSecrets.Clear();
        await Refused(Deliver(Paid, secret: Other), HttpStatusCode.InternalServerError, "not_done");
        Assert.Equal(2, handled.Count);
    }

    [Fact]
    public async Task What_the_shop_could_not_do_comes_again()
    {
        await Refused(Deliver(Paid.Replace("chk_1", "chk_breaks", StringComparison.Ordinal)), HttpStatusCode.InternalServerError, "not_done");
        Assert.Single(handled);
        await Refused(Deliver("""{"type":"checkout.paid","timestamp":"2026-07-10T06:15:45Z","data":"what"}"""), HttpStatusCode.InternalServerError, "not_done");
        await Refused(Deliver("not json"), HttpStatusCode.InternalServerError, "not_done");
        Assert.Single(handled);
    }

    [Fact]
    public async Task A_body_that_is_too_large_is_not_read()
    {
        await Refused(Deliver(Paid, secret: Other, path: "/small"), HttpStatusCode.RequestEntityTooLarge, "payload_too_large");

        // Nor where nobody said how much would come.
        using var request = Request(Paid, secret: Other, path: "/small");
        request.Headers.TransferEncodingChunked = true;
        await Refused(sender.SendAsync(request), HttpStatusCode.RequestEntityTooLarge, "payload_too_large");
        Assert.Equal(HttpStatusCode.NoContent, (await Deliver("""{"type":"webhook.test","data":{}}""", secret: Other, path: "/small")).StatusCode);
    }

    private Task Take(PaymentsEvent happened)
    {
        handled.Enqueue(happened);
        return Task.CompletedTask;
    }

    private static async Task Refused(Task<HttpResponseMessage> sending, HttpStatusCode status, string code)
    {
        using var answer = await sending;
        Assert.Equal(status, answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        Assert.Equal(code, (string?)(await answer.Content.ReadFromJsonAsync<JsonNode>())!["code"]);
    }

    private async Task<HttpResponseMessage> Deliver(
        string body, string secret = Secret, DateTimeOffset? at = null, string? signature = null, string path = "/webhooks/payments")
    {
        using var request = Request(body, secret, at, signature, path);
        return await sender.SendAsync(request);
    }

    private static HttpRequestMessage Request(
        string body, string secret = Secret, DateTimeOffset? at = null, string? signature = null, string path = "/webhooks/payments")
    {
        var seconds = (at ?? DateTimeOffset.UtcNow).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        var right = HMACSHA256.HashData(Convert.FromBase64String(secret["whsec_".Length..]), Encoding.UTF8.GetBytes($"evt_1.{seconds}.{body}"));
        var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        request.Headers.Add("webhook-id", "evt_1");
        request.Headers.Add("webhook-timestamp", seconds);
        request.Headers.Add("webhook-signature", signature ?? "v1," + Convert.ToBase64String(right));
        return request;
    }
}
