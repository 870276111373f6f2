using System.Globalization;
using System.Text.Json.Nodes;
using Payments.Application.Webhooks;

namespace Payments.Build;

/// <summary>
/// Marks a shop's endpoint: what a shop meets sooner or later, sent to it in a minute. The events are made up: their checkout does not exist, which an
/// endpoint that reads the checkout before it ships finds out.
/// </summary>
internal sealed class Grade(Uri url, string secret, TextWriter output)
{
    private static readonly TimeSpan Slow = TimeSpan.FromSeconds(5);

    private readonly string checkout = "chk_00000000000000000000" + Guid.NewGuid().ToString("N")[..12];
    private int good, all;

    /// <summary>True with full marks.</summary>
    public async Task<bool> Run(CancellationToken stop)
    {
        using var client = SignedEvent.Client();
        await output.WriteLineAsync($"The events are made up: {checkout} does not exist, and nothing may be shipped for it.");
        var now = DateTimeOffset.UtcNow;
        var (id, paid) = (NewId(), Body("checkout.paid", "paid", 4, now));
        await Check(client, "takes a signed event", SignedEvent.Of(id, paid, now, secret), IsTaken, "2xx", stop);
        await Check(client, "takes the same event once more", SignedEvent.Of(id, paid, DateTimeOffset.UtcNow, secret), IsTaken, "2xx, doing nothing", stop);
        await Check(client, "takes an older version that comes late", SignedEvent.Of(NewId(), Body("checkout.failed", "failed", 3, now.AddMinutes(-1)), now, secret), IsTaken, "2xx", stop);
        await Check(client, "takes a type it does not know", SignedEvent.Of(NewId(), Body("checkout.of_a_later_version", "paid", 5, now), now, secret), IsTaken, "2xx", stop);
        await Check(
            client, "takes an event signed by two secrets, as in a rotation", SignedEvent.Of(NewId(), paid, now, WebhookMessage.NewSecret(), secret), IsTaken,
            "2xx: one of the signatures is right", stop);
        await Check(client, "refuses a wrong signature", SignedEvent.Of(NewId(), paid, now, WebhookMessage.NewSecret()), IsRefused, "4xx", stop);
        await Check(client, "refuses a body that was changed", SignedEvent.Of(NewId(), paid, now, secret) with { Body = Body("checkout.paid", "paid", 9, now) }, IsRefused, "4xx", stop);
        await Check(
            client, "refuses what was signed ten minutes ago", SignedEvent.Of(NewId(), paid, now.AddMinutes(-10), secret), IsRefused, "4xx: somebody plays it back", stop);
        await Check(client, "refuses what is not signed", new SignedEvent(paid, new Dictionary<string, string>()), IsRefused, "4xx", stop);
        await Check(client, "is still there after all that", SignedEvent.Of(NewId(), paid, DateTimeOffset.UtcNow, secret), IsTaken, "2xx", stop);
        await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{good} of {all}"));
        return good == all;
    }

    private static bool IsTaken(EndpointAnswer answer) => answer.IsTaken;

    private static bool IsRefused(EndpointAnswer answer) => answer.Status is >= 400 and < 500;

    private async Task Check(HttpClient client, string what, SignedEvent sent, Func<EndpointAnswer, bool> isRight, string wanted, CancellationToken stop)
    {
        var answer = await sent.Send(client, url, stop);
        all++;
        if (!isRight(answer))
        {
            await output.WriteLineAsync($"FAILED   {what}: wanted {wanted}, got {answer}{(answer.Body.Length > 0 ? $"\n         {answer.Body.ReplaceLineEndings(" ")}" : "")}\n         {sent.AsCurl(url)}");
            return;
        }

        good++;
        await output.WriteLineAsync(answer.Took < Slow ? $"ok       {what} ({answer})" : $"slow     {what} ({answer}); store it, answer, and work afterwards: after 15 s it counts as refused");
    }

    private static string NewId() => "evt_" + Guid.NewGuid().ToString("N");

    /// <summary>A checkout as docs/openapi/v1.json has it, so that what reads it finds all that it looks for.</summary>
    private string Body(string type, string status, int version, DateTimeOffset at)
    {
        var time = at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        var isPaid = status == "paid";
        var payment = $$"""{"receipt":"MADEUP0000","amount":1500,"method":"stk","settledBy":"callback","late":false,"at":"{{time}}"}""";
        const string failure = """{"code":"cancelled","resultCode":"1032","message":"Made up","retryable":true,"retryAt":null}""";
        return new JsonObject
        {
            ["type"] = type,
            ["timestamp"] = time,
            ["data"] = JsonNode.Parse(
                $$"""
                {"id":"{{checkout}}","status":"{{status}}","account":"MADE-UP","orderReference":null,"externalId":"made-up-by-grade","amount":1500,
                 "amountPaid":{{(isPaid ? 1500 : 0)}},"amountDue":{{(isPaid ? 0 : 1500)}},"amountRefunded":0,"surplus":0,"late":false,"currency":"KES",
                 "description":"Made up","phone":"254708374149","metadata":{"madeUp":"true"},"payment":{{(isPaid ? payment : "null")}},
                 "payments":[{{(isPaid ? payment : "")}}],"failure":{{(isPaid ? "null" : failure)}},"attempts":[],"refunds":[],"returnUrl":null,"payUrl":null,
                 "version":{{version}},"createdAt":"{{time}}","updatedAt":"{{time}}","expiresAt":"{{time}}"}
                """),
        }.ToJsonString();
    }
}
