using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Payments.Application;
using Payments.Domain;
using Payments.Simulator;
using Xunit;

namespace Payments.Tests.Integration;

/// <summary>The client against the simulator over a real socket: two readings of the same protocol have to agree.</summary>
public sealed class DarajaAgainstSimulatorTests(TokenTable table) : IClassFixture<TokenTable>, IAsyncLifetime
{
    private readonly string url = $"http://127.0.0.1:{FreePort()}";
    private readonly HttpClient phone = new();
    private WebApplication simulator = null!;

    public async ValueTask InitializeAsync()
    {
        phone.BaseAddress = new Uri(url);
        simulator = SimulatorHost.Build(["--urls", url, "--Simulator:DelayMs", "50", "--Logging:LogLevel:Default", "Warning"]);
        await simulator.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        phone.Dispose();
        await simulator.DisposeAsync();
    }

    [Fact]
    public async Task A_push_is_accepted_and_its_question_answered()
    {
        await using var rig = await Rig();
        var accepted = Assert.IsType<Reply.Accepted>(await Push(rig, "254700000000"));
        Assert.StartsWith("ws_CO_", accepted.RequestId, StringComparison.Ordinal);
        Assert.NotNull(accepted.OtherId);
        Assert.IsType<Outcome.Paid>(await AnswerTo(rig, accepted));
    }

    [Theory]
    [InlineData("254700001032", FailureCode.Cancelled)]
    [InlineData("254700001037", FailureCode.Unreachable)]
    [InlineData("254700000001", FailureCode.InsufficientFunds)]
    [InlineData("254700002001", FailureCode.WrongPin)]
    [InlineData("254700001019", FailureCode.Expired)]
    public async Task A_customer_who_does_not_pay_is_understood(string digits, FailureCode why)
    {
        await using var rig = await Rig();
        var notPaid = Assert.IsType<Outcome.NotPaid>(await AnswerTo(rig, Assert.IsType<Reply.Accepted>(await Push(rig, digits))));
        Assert.Equal((why, Certainty.Final), (notPaid.Failure.Code, notPaid.Certainty));
    }

    [Theory]
    [InlineData("500")]
    [InlineData("4999")]
    public async Task A_ringing_phone_is_pending_in_both_forms(string form)
    {
        await using var rig = await Rig();
        (await phone.PutAsJsonAsync("/simulator/settings", new { pendingForm = form })).EnsureSuccessStatusCode();
        var accepted = Assert.IsType<Reply.Accepted>(await Push(rig, "254700007777"));
        Assert.IsType<Outcome.Pending>(await rig.Daraja.AskPrompt(accepted.RequestId!, CancellationToken.None));
    }

    [Fact]
    public async Task A_second_push_to_a_ringing_phone_is_refused_as_busy()
    {
        await using var rig = await Rig();
        Assert.IsType<Reply.Accepted>(await Push(rig, "254700007777"));
        Assert.Equal(FailureCode.Busy, Assert.IsType<Reply.Refused>(await Push(rig, "254700007777")).Failure.Code);
    }

    [Fact]
    public async Task A_reply_that_was_lost_leaves_a_doubt()
    {
        await using var rig = await Rig();
        Assert.IsType<Reply.Doubtful>(await Push(rig, "254700000505"));
    }

    [Fact]
    public async Task A_token_that_somebody_else_ended_is_replaced_without_the_customer_noticing()
    {
        await using var rig = await Rig();
        await rig.Daraja.AskPrompt("ws_CO_1", CancellationToken.None);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/oauth/v1/generate?grant_type=client_credentials");
        request.Headers.Authorization = new("Basic", Convert.ToBase64String("local-consumer-key:local-consumer-secret"u8));
        (await phone.SendAsync(request)).EnsureSuccessStatusCode();
        Assert.IsType<Reply.Accepted>(await Push(rig, "254700000000"));
        Assert.Contains(rig.Log, line => line.StartsWith("DarajaTokenRefused: ", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("Daraja:Passkey", "wrong", FailureCode.ProviderError)]
    [InlineData("Daraja:Shortcode", "600000", FailureCode.ProviderError)]
    [InlineData("Daraja:ConsumerSecret", "wrong", FailureCode.ProviderError)]
    [InlineData("Daraja:TillNumber", "600001", FailureCode.Rejected)]
    public async Task Wrong_settings_are_refused_and_say_so(string key, string value, FailureCode why)
    {
        await using var rig = await Rig(new() { [key] = value });
        Assert.Equal(why, Assert.IsType<Reply.Refused>(await Push(rig, "254700000000")).Failure.Code);
    }

    [Theory]
    [InlineData("v1")]
    [InlineData("v2")]
    public async Task Urls_are_registered_and_in_production_only_once(string version)
    {
        await using var rig = await Rig();
        Assert.IsType<Reply.Accepted>(await Register());
        (await phone.PutAsJsonAsync("/simulator/settings", new { production = true })).EnsureSuccessStatusCode();
        Assert.Contains("registered", Assert.IsType<Reply.Refused>(await Register()).Failure.Message);

        Task<Reply> Register() => rig.Daraja.RegisterUrls(new("0123456789abcdef", version, "Completed"), CancellationToken.None);
    }

    private static async Task<Outcome> AnswerTo(DarajaRig rig, Reply.Accepted accepted)
    {
        for (var tries = 0; ; tries++)
        {
            var outcome = await rig.Daraja.AskPrompt(accepted.RequestId!, CancellationToken.None);
            if (outcome is not Outcome.Pending || tries == 100)
            {
                return outcome;
            }

            await Task.Delay(20);
        }
    }

    private static Task<Reply> Push(DarajaRig rig, string digits) =>
        rig.Daraja.Push(DarajaRig.Prompt() with { Phone = DarajaRig.Phone(digits) }, CancellationToken.None);

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>The simulator's own app; the table is emptied, for its tokens die with each simulator.</summary>
    private async Task<DarajaRig> Rig(Dictionary<string, string?>? more = null)
    {
        var database = await table.Open();
        await using var command = database.CreateCommand("DELETE FROM access_tokens");
        await command.ExecuteNonQueryAsync();
        var settings = new Dictionary<string, string?>
        {
            ["Daraja:ConsumerKey"] = "local-consumer-key",
            ["Daraja:ConsumerSecret"] = "local-consumer-secret",
            ["Daraja:Passkey"] = "local-passkey",
        };
        foreach (var (key, value) in more ?? [])
        {
            settings[key] = value;
        }

        return new(database, url, settings);
    }
}
