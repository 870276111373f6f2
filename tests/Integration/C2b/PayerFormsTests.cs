using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Payments.Application.Checkouts;
using Payments.Application.Common;
using Payments.Application.Privacy;
using Xunit;

namespace Payments.Tests.Integration;

/// <summary>However M-PESA shows a payer, one payment is one receipt, with a real database (R16).</summary>
public sealed class PayerFormsTests(RegisteredPaybill running, TestDatabase databases) : IClassFixture<RegisteredPaybill>
{
    private readonly PaymentsHost host = running.Host;

    public static TheoryData<string> Forms =>
        ["0700****%3", "07****%3", "0%9", "%9", "00254%9", "254\u00A0%9", "0722XXXXXX", "%starred", "%other", "%hash", "112233", "2547 ***** %3", "+254 %9", ""];

    [Theory]
    [MemberData(nameof(Forms))]
    public async Task It_is_one_receipt_and_nothing_is_over(string form)
    {
        foreach (var queryFirst in new[] { true, false })
        {
            var checkout = queryFirst ? await host.PaidByQuery(1500) : await host.PaidUntold(1500);
            var number = PaymentsHost.NewReceipt();

            Assert.Equal("applied", await host.Confirm(
                running.Token, Confirmed.Body(number, (string)checkout["orderReference"]!, 1500, "174379", payer: Shown((string)checkout["phone"]!, form))));
            if (!queryFirst)
            {
                await host.AskAbout(checkout);
                await host.Sql<int>($"UPDATE receipts SET surplus_due_at = now() WHERE surplus_due_at IS NOT NULL; SELECT 1");
                await host.Send(new ExpireDueCheckouts());
            }

            await host.HasOne(checkout, number);
            Assert.DoesNotContain("checkout.surplus", await Events(checkout), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("local")]
    [InlineData("grouped")]
    [InlineData("local-masked")]
    [InlineData("prefix")]
    [InlineData("starred-hash")]
    [InlineData("other-hash")]
    [InlineData("business")]
    [InlineData("empty")]
    public async Task As_the_simulator_plays_it_whatever_the_words_of_its_type(string form)
    {
        var phone = PaymentsHost.NewPhone();
        await host.Simulator.PutAsJsonAsync("/simulator/settings", new { c2bType = "Organization To Organization Transfer" });
        try
        {
            await host.Script(phone, new { outcome = "ringing" });
            var checkout = await host.Checkout(phone);
            await host.Simulator.PostAsJsonAsync(
                $"/simulator/phones/{phone}/answer", new { outcome = "paid", callback = "never", confirmation = "once", confirmationDelayMs = 400, payer = form });
            await PaymentsHost.Eventually(
                async () => (await host.Simulator.GetStringAsync("/simulator/ledger")).Contains(phone, StringComparison.Ordinal), "the money moved");
            await host.AskAbout(checkout);
            await PaymentsHost.Eventually(
                async () => await host.Sql<long>($"SELECT count(*) FROM callbacks WHERE kind = 'c2b_confirm' AND state = 'done' AND position('{checkout["orderReference"]}'::bytea in body) > 0") == 1,
                "it is confirmed");

            await host.HasOne(checkout, await host.Sql<string>($"SELECT receipt FROM receipts WHERE account = '{checkout["orderReference"]}'"));
        }
        finally
        {
            await host.Simulator.PutAsJsonAsync("/simulator/settings", new { c2bType = "auto" });
        }
    }

    [Theory]
    [InlineData(-4)]
    [InlineData(6)]
    [InlineData(-180)]
    public async Task With_the_databases_clock_minutes_off_nothing_becomes_surplus_and_the_late_callback_makes_it_one(int minutes)
    {
        var checkout = await host.PaidByQuery(1500);
        var number = PaymentsHost.NewReceipt();

        await host.Confirm(running.Token, Confirmed.Body(
            number, (string)checkout["orderReference"]!, 1500, "174379", payer: (string)checkout["phone"]!, off: TimeSpan.FromMinutes(minutes)));

        Assert.DoesNotContain("checkout.surplus", await Events(checkout), StringComparison.Ordinal);
        Assert.Equal("0 ambiguous_match", await host.Sql<string>(
            $"SELECT r.applied + r.surplus || ' ' || c.kind FROM receipts r JOIN cases c ON c.subject_id = r.id WHERE r.receipt = '{number}'"));

        var (path, body) = host.SuccessCallback(checkout, number);
        await host.Call(path, body);
        Assert.Equal("applied", await host.Verdict(body));
        var paid = await host.Get(checkout);
        Assert.Equal(("paid", number), ((string?)paid["status"], (string?)Assert.Single(paid["payments"]!.AsArray())!["receipt"]));
    }

    [Fact]
    public async Task A_hash_that_differs_is_proof_only_once_the_shortcode_has_been_seen_to_use_it()
    {
        await using var other = await PaymentsHost.Start(databases);
        var token = await other.RegisterC2b();
        async Task<string> Second(string payer)
        {
            var checkout = await other.PaidByQuery(1500);
            await other.Confirm(token, Confirmed.Body(
                PaymentsHost.NewReceipt(), (string)checkout["orderReference"]!, 1500, "174379", payer: Shown((string)checkout["phone"]!, payer)));
            return await other.Sql<string>($"SELECT count(*) || ' ' || sum(surplus) FROM receipts WHERE checkout_id = '{Guid.ParseExact(((string)checkout["id"]!)["chk_".Length..], "N")}'");
        }

        for (var seen = 0; seen < 10; seen++)
        {
            Assert.Equal("1 0", await Second("%other"));
            Assert.Equal("1 0", await Second("%hash"));
        }

        // Ten in a row: another one is somebody else's now.
        Assert.Equal("msisdn 10", await other.Sql<string>("SELECT payer_hash || ' ' || payer_hash_seen FROM c2b_registrations"));
        Assert.Equal("2 150000", await Second("%other"));
        Assert.Equal("1 0", await Second("%hash"));

        // A payment whose number its prompt names is shown with a hash of something else: the form has changed, and proves nothing any more.
        var known = await other.PaidUntold(1500);
        var number = PaymentsHost.NewReceipt();
        var (path, body) = other.SuccessCallback(known, number);
        await other.Call(path, body);
        await other.Verdict(body);
        Assert.Equal("duplicate", await other.Confirm(token, Confirmed.Body(
            number, (string)known["orderReference"]!, 1500, "174379", payer: Shown((string)known["phone"]!, "%other"))));
        Assert.Equal("1 0", await Second("%other"));
    }

    [Fact]
    public async Task What_is_kept_of_a_number_is_found_in_whatever_writing_it_came()
    {
        var phone = "254700077123";
        foreach (var form in new[] { "0%9", "%9", "00254%9", "+254 %9", "254\u00A0%9", "%hash" })
        {
            await host.Confirm(running.Token, Confirmed.Body(PaymentsHost.NewReceipt(), "NOBODY", 33, "174379", payer: Shown(phone, form)));
        }

        await host.Confirm(running.Token, Confirmed.Body(PaymentsHost.NewReceipt(), "NOBODY", 33, "174379", payer: "07****123"));

        var found = (await host.Send(new ShowSubject(new Caller("ops", true, null), phone))).Value!;
        Assert.Equal(6, JsonNode.Parse(found.Data!)!["paymentsWithoutOrder"]!.AsArray().Count);
    }

    private async Task<string> Events(JsonNode checkout) => await host.Sql<string>(
        $"SELECT string_agg(type, ' ') FROM events WHERE subject_id = '{Guid.ParseExact(((string)checkout["id"]!)["chk_".Length..], "N")}'");

    private static string Shown(string phone, string form)
    {
        static string Sha(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(text)));
        return form switch
        {
            "%hash" => Sha(phone),
            "%other" => Sha("salt" + phone),
            "%starred" => $"{Sha(phone)[..34]} ***** {Sha(phone)[^25..]}",
            _ => form.Replace("%9", phone[3..], StringComparison.Ordinal).Replace("%3", phone[^3..], StringComparison.Ordinal),
        };
    }
}
