using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Payments.Application.C2b;
using Xunit;

namespace Payments.Tests.Integration;

/// <summary>Pull must be registered first: the number goes out in the form production takes, and a refusal is no silence.</summary>
public sealed class PullRegistrationTests(TestDatabase databases)
{
    [Theory]
    [InlineData("0708374149", "254708374149")]
    [InlineData("0110374149", "254110374149")]
    [InlineData("254708374149", "254708374149")]
    public async Task The_nominated_number_goes_out_in_the_international_form(string configured, string sent)
    {
        await using var host = await PaymentsHost.Start(databases, $"Daraja:NominatedNumber={configured}");
        await host.PullAnswers(new { number = "international" });
        await host.PayByHand(10, "NOBODY-1");

        Assert.Equal(1, await host.Send(new PullConfirmations()));

        Assert.Equal(sent, (string?)Assert.Single(await host.Requests("/pulltransactions/v1/register"))["body"]!["NominatedNumber"]);
    }

    [Fact]
    public async Task Where_registering_is_refused_nothing_is_asked_everything_says_so_and_it_is_tried_again()
    {
        await using var host = await PaymentsHost.Start(databases, PullHost.Granted);
        await host.PayByHand(10, "NOBODY-1");
        await host.ScriptApi("pull-register", new { error = "400.002.02" });

        Assert.Equal(0, await host.Send(new PullConfirmations()));

        Assert.Equal((1, 0), (await host.Registrations(), await host.Pulls()));
        Assert.Null(await host.Mark());
        (await DoctorRun.To(host, "--no-initiator")).Says("c2b.pull", "problem", "refuses to register", "400.002.02", "Daraja__NominatedNumber");
        var health = await host.Ops.GetFromJsonAsync<JsonNode>("/health/ready");
        var check = Assert.Single(health!["checks"]!.AsArray(), c => (string?)c!["name"] == "pull")!;
        Assert.Equal("warning", (string?)check["state"]);
        Assert.Contains("refuses to register", (string?)check["detail"], StringComparison.Ordinal);
        var shown = (await host.Ops.GetFromJsonAsync<JsonNode>("/api/ops/daraja"))!["pull"]!;
        Assert.Equal("not_registered", (string?)shown["state"]);
        Assert.Contains("400.002.02", (string?)shown["why"], StringComparison.Ordinal);

        await host.Simulator.DeleteAsync("/simulator/apis/pull-register");
        Assert.Equal(1, await host.Send(new PullConfirmations()));
        Assert.NotNull(await host.Mark());
        Assert.Equal("complete", (string?)(await host.Ops.GetFromJsonAsync<JsonNode>("/api/ops/daraja"))!["pull"]!["state"]);
    }

    [Theory]
    [InlineData("html-503")]
    [InlineData("empty")]
    [InlineData("response-code")]
    [InlineData("lost")]
    public async Task An_answer_that_confirms_no_registration_is_none(string fault)
    {
        await using var host = await PaymentsHost.Start(databases, PullHost.Granted);
        await host.ScriptApi("pull-register", new { error = fault });

        await host.Send(new PullConfirmations());

        Assert.Equal(0, await host.Pulls());
        Assert.Null(await host.Mark());
    }

    [Fact]
    public async Task A_registration_that_was_taken_away_is_made_again_in_the_same_round()
    {
        await using var host = await PaymentsHost.Start(databases, PullHost.Granted);
        await host.Send(new PullConfirmations());
        await host.Simulator.DeleteAsync("/simulator/c2b/urls");
        await host.PayByHand(10, "NOBODY-1");

        Assert.Equal(1, await host.Send(new PullConfirmations()));
    }

    [Fact]
    public async Task A_round_that_stands_is_not_begun_again_every_few_seconds()
    {
        await using var host = await PaymentsHost.Start(databases, PullHost.Granted);
        await host.ScriptApi("pull-register", new { error = "400.002.02" });
        await host.Age("05:00:00", isForgotten: true);

        // What makes up for missing rounds looks every five seconds.
        await PaymentsHost.Eventually(async () => await host.Registrations() > 0, "the missing round was made up for", seconds: 40);
        var before = await host.Registrations();
        await Task.Delay(TimeSpan.FromSeconds(12));

        Assert.Equal(before, await host.Registrations());
    }
}
