using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace Payments.Build;

/// <summary>Makes an event happen on the laptop stack: by real calls and a simulated customer, never by writing it down.</summary>
internal sealed class Trigger(RunningApi api, Uri simulator)
{
    private const int Amount = 150;

    /// <summary>A number whose digits mean nothing to the simulator: it pays.</summary>
    private const string Pays = "254700000000";
    private const string Cancels = "254700001032";

    /// <summary>Told with another amount than was sent, by a script of the simulator.</summary>
    private const string ToldWrongly = "254700004242";

    private static readonly Dictionary<string, Func<Trigger, CancellationToken, Task<JsonNode>>> Ways = new()
    {
        ["checkout.created"] = (t, stop) => t.Checkout(null, stop),
        ["checkout.pending"] = (t, stop) => t.Checkout(Pays, stop),
        ["checkout.paid"] = (t, stop) => t.Checkout(Pays, stop),
        ["checkout.failed"] = (t, stop) => t.Checkout(Cancels, stop),
        ["checkout.expired"] = (t, stop) => t.Checkout(null, stop, expiresInMinutes: 1),
        ["checkout.cancelled"] = async (t, stop) => await t.Post($"/api/checkouts/{(await t.Checkout(null, stop))["id"]}/cancel", null, stop),
        ["checkout.partially_paid"] = (t, stop) => t.PaidByHand(Amount - 50, stop),
        ["checkout.surplus"] = (t, stop) => t.PaidByHand(Amount + 50, stop),
        ["payout.completed"] = (t, stop) => t.Payout("254708374149", stop),
        ["payout.failed"] = (t, stop) => t.Payout("254700002001", stop),
        ["payout.in_doubt"] = (t, stop) => t.PayoutToldWrongly(stop),
        ["refund.completed"] = (t, stop) => t.Refund(stop),
        ["receipt.unmatched"] = (t, stop) => t.Unmatched(stop),
        ["case.opened"] = (t, stop) => t.PayoutToldWrongly(stop),
    };

    /// <summary>What can be made.</summary>
    public static IReadOnlyCollection<string> Types => Ways.Keys;

    /// <summary>Makes one and waits until the feed tells it; that event.</summary>
    public async Task<JsonNode> Make(string type, CancellationToken stop)
    {
        var place = await api.End(stop);
        var thing = await Ways[type](this, stop);
        var limit = type == "checkout.expired" ? TimeSpan.FromSeconds(120) : TimeSpan.FromSeconds(30);
        for (var until = DateTime.UtcNow + limit; DateTime.UtcNow < until; await Task.Delay(300, stop))
        {
            var (items, next) = await api.Events(place, stop);
            if (items.FirstOrDefault(one => (string?)one!["type"] == type && Is(one["data"]!, thing)) is { } found)
            {
                return found;
            }

            place = next;
        }

        throw new StartProblemException($"{type} did not come within {limit.TotalSeconds:0} s; {thing["id"]} stands as it is");
    }

    private static bool Is(JsonNode told, JsonNode thing) =>
        thing["id"] is { } id ? (string?)(told["subjectId"] ?? told["id"]) == (string?)id : (string?)told["receipt"] == (string?)thing["receipt"];

    private Task<JsonNode> Post(string path, object? body, CancellationToken stop) => api.Post(path, body, stop);

    private Task<JsonNode> Checkout(string? phone, CancellationToken stop, int? expiresInMinutes = null) =>
        Post("/api/checkouts", new { amount = Amount, phone, description = "Triggered", expiresInMinutes }, stop);

    private Task<JsonNode> Payout(string recipient, CancellationToken stop) =>
        Post("/api/payouts", new { method = "mpesa", recipient, amount = 50, reference = $"trigger {Guid.NewGuid():N}", remarks = "Triggered" }, stop);

    /// <summary>What was told is not what was sent: it is in doubt, and a person has to look.</summary>
    private async Task<JsonNode> PayoutToldWrongly(CancellationToken stop)
    {
        await Simulate(HttpMethod.Put, $"/simulator/phones/{ToldWrongly}", new { callbackAmount = 40, api = "b2c", times = 1 }, stop);
        return await Payout(ToldWrongly, stop);
    }

    private async Task<JsonNode> PaidByHand(int amount, CancellationToken stop)
    {
        var checkout = await Checkout(null, stop);
        await PayByHand(amount, (string)checkout["account"]!, stop);
        return checkout;
    }

    private async Task<JsonNode> Refund(CancellationToken stop)
    {
        var checkout = await Checkout(Pays, stop);
        for (var until = DateTime.UtcNow.AddSeconds(30); (string?)checkout["payment"]?["receipt"] is null; await Task.Delay(300, stop))
        {
            checkout = DateTime.UtcNow < until ? await api.Get($"/api/checkouts/{checkout["id"]}", stop)
                : throw new StartProblemException($"{checkout["id"]} was not paid within 30 s, so there is nothing to refund");
        }

        return await Post($"/api/checkouts/{checkout["id"]}/refunds", new { reason = "Triggered" }, stop);
    }

    private Task<JsonNode> Unmatched(CancellationToken stop) => PayByHand(Amount, "NOBODY-" + Guid.NewGuid().ToString("N")[..5].ToUpperInvariant(), stop);

    /// <summary>The Pay Bill's addresses are registered first; the same again changes nothing.</summary>
    private async Task<JsonNode> PayByHand(int amount, string account, CancellationToken stop)
    {
        await Post("/api/ops/c2b/register", null, stop);
        return (await Simulate(HttpMethod.Post, "/simulator/c2b", new { amount, account, msisdn = "254708374149" }, stop))!;
    }

    private async Task<JsonNode?> Simulate(HttpMethod method, string path, object body, CancellationToken stop)
    {
        using var client = SignedEvent.Client();
        try
        {
            using var request = new HttpRequestMessage(method, new Uri(simulator, path)) { Content = JsonContent.Create(body) };
            using var answer = await client.SendAsync(request, stop);
            var text = await answer.Content.ReadAsStringAsync(stop);
            return !answer.IsSuccessStatusCode ? throw new StartProblemException($"The simulator answered {(int)answer.StatusCode}: {text}")
                : text.Length == 0 ? null : JsonNode.Parse(text);
        }
        catch (HttpRequestException)
        {
            throw new StartProblemException($"The simulator does not answer at {simulator}; say where it is with --simulator");
        }
    }
}
