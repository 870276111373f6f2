using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Payments.Infrastructure.Callbacks;
using Payments.Infrastructure.Diagnostics;
using Xunit;

namespace Payments.Tests.Integration;

/// <summary>A public address that is a tunnel's, and changes while payments are under way.</summary>
public sealed class TunnelTests(TestDatabase databases)
{
    // The first question after 12 s, when callbacks have come on a busy machine too: a success is believed whenever it is told.
    private const string Soon = "Reconciliation:PendingSchedule=00:00:12 00:00:05 00:00:10";

    [Fact]
    public async Task A_change_of_address_while_payments_are_under_way_loses_none_of_them()
    {
        await using var first = await Front.Start();
        await using var stand = await TunnelStandIn.Ngrok(first.Address, "");
        await using var host = await PaymentsHost.Start(
            databases, "Callbacks:Tunnel=auto", $"Callbacks:TunnelApi={stand.Address}", "Callbacks:PublicBaseUrl=", Soon);
        first.Behind = host.ApiUrl;
        stand.LeadsTo = $"http://localhost:{host.ApiUrl.Port}";
        (await host.Ops.PostAsync("/api/ops/c2b/register", null)).EnsureSuccessStatusCode();
        var before = await host.Until(await host.Checkout("254700000000"), "paid");
        Assert.Equal("callback", (string?)before["payment"]!["settledBy"]);
        var old = await host.Ringing();

        // The old tunnel ends, another one has another name.
        await first.DisposeAsync();
        await using var second = await Front.Start();
        second.Behind = host.ApiUrl;
        stand.Public = second.Address;
        await PaymentsHost.Eventually(() => Task.FromResult(host.Services.GetRequiredService<PublicAddress>().Current == second.Address), "the change is noticed");

        var late = await host.Until(await host.Checkout("254700000010"), "paid");
        (await host.Simulator.PostAsJsonAsync($"/simulator/phones/{(string)old["phone"]!}/answer", new { outcome = "paid" })).EnsureSuccessStatusCode();
        var settled = await host.Until(old, "paid", 60);

        Assert.Equal("callback", (string?)late["payment"]!["settledBy"]);
        Assert.Equal("stk_query", (string?)settled["payment"]!["settledBy"]);
        Assert.Contains(await host.Deliveries(), d => d.Path.StartsWith("/callbacks/stk/", StringComparison.Ordinal));
        Assert.Equal(1500, (int)(await host.Get(late))["amountPaid"]!);

        // Payments by hand are told to the new address too.
        await PaymentsHost.Eventually(
            async () => (await host.Sql<string>("SELECT confirmation_url FROM c2b_registrations")).StartsWith(second.Address.ToString(), StringComparison.Ordinal),
            "C2B is registered for the new address");
        var byHand = await host.Checkout(null);
        await host.Simulator.PostAsJsonAsync("/simulator/c2b", new { amount = 1500, account = (string)byHand["orderReference"]!, msisdn = "254708374149" });
        await host.Until(byHand, "paid");
    }

    [Fact]
    public async Task A_tunnel_that_is_gone_leaves_the_address_as_it_was_until_one_is_back()
    {
        await using var front = await Front.Start();
        await using var stand = await TunnelStandIn.Cloudflared(new Uri("https://sad-words-in-a-row.trycloudflare.example"), "");
        await using var host = await PaymentsHost.Start(
            databases, "Callbacks:Tunnel=cloudflared", $"Callbacks:TunnelApi={stand.Address}", "Callbacks:PublicBaseUrl=");
        var address = host.Services.GetRequiredService<PublicAddress>();
        stand.LeadsTo = $"http://localhost:{host.ApiUrl.Port}";
        Assert.Equal("https://sad-words-in-a-row.trycloudflare.example/", address.Current.AbsoluteUri);

        stand.Public = null;
        var asked = stand.Asked;
        await PaymentsHost.Eventually(() => Task.FromResult(stand.Asked > asked + 3), "it was looked for twice in vain");
        Assert.Equal("https://sad-words-in-a-row.trycloudflare.example/", address.Current.AbsoluteUri);

        stand.Public = new("https://other-words-in-a-row.trycloudflare.example");
        await PaymentsHost.Eventually(() => Task.FromResult(address.Current.Host.StartsWith("other-", StringComparison.Ordinal)), "the new one is taken");
    }

    [Fact]
    public async Task Tunnels_are_found_by_their_programs_local_apis_and_somebody_elses_are_left_alone()
    {
        await using var ngrok = await TunnelStandIn.Ngrok(new("https://ours.ngrok-free.example"), "http://localhost:5080");
        await using var cloudflared = await TunnelStandIn.Cloudflared(new("https://four-words-in-order.trycloudflare.example"), "http://127.0.0.1:3000");

        Assert.Equal(("ngrok", "https://ours.ngrok-free.example/"), await Find("auto", ngrok, 5080));
        Assert.Equal(("ngrok", "https://ours.ngrok-free.example/"), await Find("ngrok", ngrok, null));
        Assert.Equal(("cloudflared", "https://four-words-in-order.trycloudflare.example/"), await Find("auto", cloudflared, 3000));

        var (found, problem) = await Tunnels.Find("auto", cloudflared.Address, 5080, true, null, CancellationToken.None);
        Assert.Null(found);
        Assert.Contains("finds only what leads elsewhere: https://four-words-in-order.trycloudflare.example/ of cloudflared to port 3000", problem, StringComparison.Ordinal);

        ngrok.Public = new("http://ours.ngrok-free.example");
        (found, _) = await Tunnels.Find("auto", ngrok.Address, 5080, true, null, CancellationToken.None);
        Assert.Null(found);

        // A named tunnel of cloudflared's says no name.
        cloudflared.Public = null;
        (found, problem) = await Tunnels.Find("cloudflared", cloudflared.Address, 3000, true, null, CancellationToken.None);
        Assert.Null(found);
        Assert.Contains($"no cloudflared answers at {cloudflared.Address}", problem, StringComparison.Ordinal);

        static async Task<(string, string)> Find(string program, TunnelStandIn stand, int? port)
        {
            var (tunnel, _) = await Tunnels.Find(program, stand.Address, port, true, null, CancellationToken.None);
            return (tunnel!.Program, tunnel.Address.AbsoluteUri);
        }
    }

    [Fact]
    public async Task The_doctor_looks_at_the_tunnels_address_of_the_moment()
    {
        await using var front = await Front.Start();
        await using var stand = await TunnelStandIn.Ngrok(front.Address, "");
        await using var host = await PaymentsHost.Start(
            databases, "Callbacks:Tunnel=ngrok", $"Callbacks:TunnelApi={stand.Address}", "Callbacks:PublicBaseUrl=");
        front.Behind = host.ApiUrl;

        var called = (await host.Ops.GetFromJsonAsync<JsonNode>("/api/ops/doctor?noInitiator=true"))!;
        var visit = await DoctorRun.To(host, "--no-initiator");

        Assert.Equal(front.Address.ToString().TrimEnd('/'), (string?)called["publicBaseUrl"]);
        visit.Says("address.form", "ok", front.Address.ToString().TrimEnd('/'));
        visit.Says("probe.json", "ok");
    }
}
