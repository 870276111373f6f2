using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using Xunit;

namespace Payments.Tests.SystemTests;

/// <summary>A day in the life of the service, for what it says meanwhile: whoever reads that must meet no customer, and no secret.</summary>
/// <param name="all">A key with every scope.</param>
internal sealed class BusyDay(HttpClient all, HttpClient anyone, HttpClient simulator, Func<string, Task> sql)
{
    /// <summary>Every answer that was no success.</summary>
    public List<string> Problems { get; } = [];

    /// <summary>Customers whose numbers must appear nowhere, as the country writes them and without its code.</summary>
    public static readonly string[] Customers = ["700071001", "700071032", "700070505", "700070606", "700079999", "700078888"];

    /// <summary>Names of the simulator's customers, and those that hostile bodies name.</summary>
    public static readonly string[] Names = ["JOHN", "DOE", "WANJIKU"];

    public async Task Live()
    {
        await Post("/api/ops/c2b/register", new { });
        var paid = await Pay("254700071001");
        await Pay("254700071032");
        await Pay("254700070505");
        await Pay("254700070606");
        await Pay("0700 071 001");

        // By hand, with an order and without one; a stranger's word with a name in it, broken in several ways.
        await simulator.PostAsJsonAsync("/simulator/c2b", new { amount = 20, account = Reference(), msisdn = "254700079999" });
        await simulator.PostAsJsonAsync("/simulator/c2b", new { amount = 20, account = "254700079999", msisdn = "254700079999" });
        foreach (var (path, body) in new[]
        {
            ("/callbacks/c2b/confirm", """{"TransID":"UGA7RT61SV","TransAmount":"5.00","BusinessShortCode":"174379","BillRefNumber":"254700078888","MSISDN":"254700078888","FirstName":"WANJIKU"}"""),
            ("/callbacks/c2b/validate", """{"TransID":"UGA7RT61SW","TransAmount":"5.00","BusinessShortCode":"174379","BillRefNumber":"254700078888","MSISDN":"254700078888","FirstName":"WANJIKU"}"""),
            ("/callbacks/stk/callback", """{"Body":{"stkCallback":{"CheckoutRequestID":"ws_CO_1700078888","ResultCode":1,"ResultDesc":"WANJIKU 254700078888"""),
            ("/callbacks/b2c/result", """{"Result":{"ResultCode":"x","ResultDesc":"254700078888 - WANJIKU"}}"""),
            ("/callbacks/stk/callback/00000000.00000000000000000000000000000000.00000000000000000000000000000000", "254700078888"),
        })
        {
            await anyone.PostAsync(path, new StringContent(body, Encoding.UTF8, "application/json"));
        }

        // Money out and back.
        var payout = await Post("/api/payouts", new { method = "mpesa", recipient = "254700079999", amount = 50, reference = Reference(), remarks = "for WANJIKU" });
        await Post($"/api/checkouts/{paid["id"]}/refunds", new { amount = 20, reason = "WANJIKU brought it back" });
        await Post($"/api/payouts", new { method = "mpesa", recipient = "254700079999", amount = 50, reference = (string?)payout["reference"] });

        // What cannot be taken, with a number in every field.
        foreach (var body in new object[]
        {
            new { orderReference = "254700078888", amount = "254700078888" }, new { orderReference = Reference(), amount = 5, phone = "25470007888800" },
            new { orderReference = "WANJIKU 254700078888", amount = 5 }, new { orderReference = Reference(), amount = 5, returnUrl = "https://254700078888" },
            new { orderReference = Reference(), amount = 5, WANJIKU = "254700078888" },
        })
        {
            await Post("/api/checkouts", body);
        }

        await Post("/api/payouts", new { method = "254700078888", recipient = "WANJIKU", amount = 5, reference = "x" });
        await Get("/api/checkouts?cursor=254700078888&status=254700078888");
        await Get("/api/checkouts/254700078888");
        await Get("/api/ops/callbacks?kind=254700078888");

        // A callback PostgreSQL will not have applied: its job fails, is kept, and tells why.
        await sql("ALTER TABLE payments.receipts ADD CONSTRAINT nobody CHECK (amount <> 13700) NOT VALID");
        await Pay("254700071501", amount: 137, wait: false);
        await PaymentsHost.Eventually(
            async () => (await Get("/api/ops/callbacks?verdict=failed"))["items"]!.AsArray().Count > 0, "a callback is parked", 30);
        await PaymentsHost.Eventually(
            async () => (await Get($"/api/checkouts/{paid["id"]}"))["refunds"]!.AsArray().Any(r => (string?)r!["status"] is "completed" or "failed"), "the refund has ended", 30);
        await PaymentsHost.Eventually(async () => (string?)(await Get($"/api/payouts/{payout["id"]}"))["status"] == "completed", "the payout has ended", 30);
    }

    private async Task<JsonNode> Pay(string phone, int amount = 100, bool wait = true)
    {
        var made = await Post("/api/checkouts", new { orderReference = Reference(), amount, phone, description = "for WANJIKU", metadata = new { who = "WANJIKU" } });
        if (wait && made["id"] is { } id)
        {
            await PaymentsHost.Eventually(
                async () => (string?)(await Get($"/api/checkouts/{id}"))["status"] is "paid" or "failed"
                    || (string?)(await Get($"/api/checkouts/{id}"))["attempts"]!.AsArray().LastOrDefault()?["status"] == "unknown",
                "the prompt has ended", 30);
        }

        return made;
    }

    private async Task<JsonNode> Get(string path) => await Read(await all.GetAsync(path));

    private async Task<JsonNode> Post(string path, object body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = JsonContent.Create(body) };
        request.Headers.Add("Idempotency-Key", Guid.NewGuid().ToString());
        return await Read(await all.SendAsync(request));
    }

    private async Task<JsonNode> Read(HttpResponseMessage answer)
    {
        var text = await answer.Content.ReadAsStringAsync();
        if (!answer.IsSuccessStatusCode)
        {
            Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
            Problems.Add(text);
        }

        return JsonNode.Parse(text)!;
    }

    private static string Reference() => PaymentsHost.NewReference();
}
