using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Xunit;

namespace Payments.Testing;

/// <summary>What tests of payouts and refunds call again and again.</summary>
internal static class PayoutCalls
{
    /// <summary>Posts with an Idempotency-Key, of its own unless one is given.</summary>
    public static async Task<(HttpStatusCode Status, JsonNode Body)> Keyed(this HttpClient client, string path, object? body, string? key = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = JsonContent.Create(body) };
        request.Headers.Add("Idempotency-Key", key ?? Guid.NewGuid().ToString());
        var answer = await client.SendAsync(request);
        return (answer.StatusCode, (await answer.Content.ReadFromJsonAsync<JsonNode>())!);
    }

    /// <summary>Orders a payout.</summary>
    public static async Task<JsonNode> Payout(this PaymentsHost host, string recipient, int amount = 100, string method = "mpesa", string? account = null)
    {
        var (status, payout) = await host.Shop.Keyed(
            "/api/payouts", new { method, recipient, account, amount, reference = PaymentsHost.NewReference(), remarks = "July salary" });
        Assert.Equal(HttpStatusCode.Accepted, status);
        return payout;
    }

    /// <summary>Reads a payout or refund.</summary>
    public static async Task<JsonNode> GetTransfer(this PaymentsHost host, JsonNode transfer) =>
        (await host.Ops.GetFromJsonAsync<JsonNode>(Address(transfer)))!;

    /// <summary>
    /// Waits until a payout or refund has a status. A job that a worker fetched and did not come to begin is another's after 30 s, as the service has it: with
    /// dozens of hosts in one process that happens.
    /// </summary>
    public static async Task<JsonNode> UntilTransfer(this PaymentsHost host, JsonNode transfer, string status, int seconds = 60)
    {
        var now = transfer;
        await PaymentsHost.Eventually(
            async () => (string?)(now = await host.GetTransfer(transfer))["status"] == status, $"{transfer["id"]} is {status}", seconds, () => now.ToJsonString());
        return now;
    }

    /// <summary>What Daraja was asked under a path, oldest first.</summary>
    public static async Task<IReadOnlyList<JsonNode>> Requests(this PaymentsHost host, string path)
    {
        var log = await host.Simulator.GetFromJsonAsync<JsonNode>("/simulator/requests");
        return [.. log!["items"]!.AsArray().Where(item => ((string)item!["path"]!).Contains(path, StringComparison.Ordinal)).Select(item => item!)];
    }

    /// <summary>How often a payout to this recipient reached Daraja.</summary>
    public static async Task<int> SentTo(this PaymentsHost host, string recipient) =>
        (await host.Requests("/paymentrequest")).Count(r => r["body"]!.ToJsonString().Contains($"\"{recipient}\"", StringComparison.Ordinal));

    /// <summary>The verdicts on callbacks of a payout or refund that are understood, sorted.</summary>
    public static async Task<string> Verdicts(this PaymentsHost host, JsonNode transfer) => await host.Sql<string>(
        $"SELECT coalesce(string_agg(verdict, ' ' ORDER BY verdict), '') FROM callbacks WHERE state = 'done' AND subject_id = '{IdOf(transfer)}'");

    /// <summary>The cases about something, or about what concerns a checkout, open or settled.</summary>
    public static async Task<IReadOnlyList<JsonNode>> Cases(this PaymentsHost host, JsonNode subject)
    {
        var page = await host.Ops.GetFromJsonAsync<JsonNode>("/api/ops/cases?limit=100");
        return [.. page!["items"]!.AsArray().Where(c => (string?)subject["id"] is var id && ((string?)c!["subjectId"] == id || (string?)c["checkoutId"] == id)).Select(c => c!)];
    }

    /// <summary>Our own id inside a public one.</summary>
    public static Guid IdOf(JsonNode thing) => Guid.ParseExact(((string)thing["id"]!).Split('_')[1], "N");

    /// <summary>Writes the script of an API.</summary>
    public static async Task ScriptApi(this PaymentsHost host, string api, object script) =>
        (await host.Simulator.PutAsJsonAsync($"/simulator/apis/{api}", script)).EnsureSuccessStatusCode();

    private static string Address(JsonNode transfer) =>
        ((string)transfer["id"]!).StartsWith("pay_", StringComparison.Ordinal) ? $"/api/payouts/{transfer["id"]}" : $"/api/refunds/{transfer["id"]}";
}

/// <summary>A running service whose questions come quickly, for a whole class of tests.</summary>
public sealed class QuickQuestions(TestDatabase databases) : IAsyncLifetime
{
    public PaymentsHost Host { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Host = await PaymentsHost.Start(
        databases, "Reconciliation:TransferSchedule=00:00:01 00:00:01 00:00:01", "Reconciliation:DoubtSchedule=00:00:01 00:00:01 00:00:01",
        "Reconciliation:LastAnswer=00:00:02");

    public ValueTask DisposeAsync() => Host.DisposeAsync();
}
