using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Xunit;

namespace Payments.Tests.Integration;

/// <summary>Who may say what became of a payout (R3), and what a replay may not change.</summary>
public sealed class PayoutTrustTests(QuickQuestions running) : IClassFixture<QuickQuestions>
{
    private readonly PaymentsHost host = running.Host;

    [Fact]
    public async Task A_result_without_the_token_is_a_hint()
    {
        var (payout, _) = await Held("254700001001");
        await host.Call("/callbacks/b2c/result", Result(PayoutCalls.IdOf(payout).ToString(), "FAKE000001"));

        await Understood("FAKE000001", "hint");
        Assert.Equal("sent", (string?)(await host.GetTransfer(payout))["status"]);
    }

    [Fact]
    public async Task The_token_of_one_payout_with_the_ids_of_another_is_a_hint()
    {
        var (payout, path) = await Held("254700001002");
        await host.Call(path, Result("another", "FAKE000002"));
        await host.Call(path, Result(null, "FAKE000003"));

        await Understood("FAKE000002", "hint");
        await Understood("FAKE000003", "hint");
        Assert.Equal("sent", (string?)(await host.GetTransfer(payout))["status"]);
    }

    [Fact]
    public async Task Token_and_id_together_are_trusted_and_a_replay_of_either_changes_nothing()
    {
        var (payout, path) = await Held("254700001003");
        await host.Call("/callbacks/b2c/result", Result(PayoutCalls.IdOf(payout).ToString(), "TRUE000004").Replace("JOHN", "NOBODY", StringComparison.Ordinal));
        await Understood("NOBODY", "hint");
        await host.Call(path, Result(PayoutCalls.IdOf(payout).ToString(), "TRUE000004"));
        await host.UntilTransfer(payout, "completed");

        Assert.Equal("hint", (string?)(await Replay("NOBODY", dryRun: false))["verdict"]);
        var again = await Replay("JOHN", dryRun: false);
        Assert.Equal("duplicate", (string?)again["verdict"]);
        Assert.Empty(again["changes"]!.AsArray());
        Assert.Equal("applied", await host.Sql<string>($"SELECT verdict FROM callbacks WHERE body::text LIKE '%' AND position('JOHN'::bytea in body) > 0 AND subject_id = '{PayoutCalls.IdOf(payout)}'"));
    }

    [Fact]
    public async Task A_dry_run_tells_what_would_change_and_changes_nothing()
    {
        var (payout, path) = await Held("254700001004");
        await host.Call(path, Result(PayoutCalls.IdOf(payout).ToString(), "DRY0000005").Replace("JOHN", "DRYRUN", StringComparison.Ordinal));
        await host.UntilTransfer(payout, "completed");

        // As if it had been parked before it could change anything.
        await host.Sql<int>($"UPDATE payouts SET status = 'sent', ended_at = NULL, settled_by = NULL, receipt = NULL WHERE id = '{PayoutCalls.IdOf(payout)}' RETURNING 1");
        var dry = await Replay("DRYRUN", dryRun: true);
        Assert.Equal(("applied", true), ((string?)dry["verdict"], (bool)dry["dryRun"]!));
        var change = Assert.Single(dry["changes"]!.AsArray());
        Assert.Equal(((string?)payout["id"], "sent", "completed"), ((string?)change!["id"], (string?)change["before"], (string?)change["after"]));
        Assert.Equal("sent", (string?)(await host.GetTransfer(payout))["status"]);

        Assert.Equal("applied", (string?)(await Replay("DRYRUN", dryRun: false))["verdict"]);
        Assert.Equal("completed", (string?)(await host.GetTransfer(payout))["status"]);
    }

    /// <summary>A payout that was accepted and whose result nobody sends, with the path its result would come on.</summary>
    private async Task<(JsonNode Payout, string Path)> Held(string recipient)
    {
        await host.Script(recipient, new { outcome = "ringing" });
        var payout = await host.UntilTransfer(await host.Payout(recipient), "sent");
        var request = (await host.Requests("/b2c/v3/paymentrequest")).Last(r => (string?)r["body"]!["PartyB"] == recipient);
        return (payout, new Uri((string)request["body"]!["ResultURL"]!).AbsolutePath);
    }

    private static string Result(string? originator, string receipt) => new JsonObject
    {
        ["Result"] = new JsonObject
        {
            ["ResultType"] = 0,
            ["ResultCode"] = 0,
            ["ResultDesc"] = "The service request is processed successfully.",
            ["OriginatorConversationID"] = originator,
            ["TransactionID"] = receipt,
            ["ResultParameters"] = new JsonObject
            {
                ["ResultParameter"] = new JsonArray(
                    new JsonObject { ["Key"] = "TransactionAmount", ["Value"] = 100 },
                    new JsonObject { ["Key"] = "TransactionReceipt", ["Value"] = receipt },
                    new JsonObject { ["Key"] = "ReceiverPartyPublicName", ["Value"] = "JOHN DOE" }),
            },
        },
    }.ToJsonString();

    private Task Understood(string text, string verdict) => PaymentsHost.Eventually(
        async () => (string?)(await Stored(text))["verdict"] == verdict, $"the callback with {text} is a {verdict}");

    private async Task<JsonNode> Stored(string text)
    {
        var page = await host.Ops.GetFromJsonAsync<JsonNode>($"/api/ops/callbacks?kind=b2c_result&q={text}");
        return page!["items"]!.AsArray() is [{ } first, ..] ? first : new JsonObject();
    }

    private async Task<JsonNode> Replay(string text, bool dryRun)
    {
        var answer = await host.Ops.PostAsync($"/api/ops/callbacks/{(await Stored(text))["id"]}/replay?dryRun={dryRun}", null);
        return (await answer.Content.ReadFromJsonAsync<JsonNode>())!;
    }
}
