using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Payments.Application.Callbacks;
using Payments.Application.Daraja;
using Payments.Domain.Common;
using Payments.Domain.Transfers;
using Payments.Infrastructure.Callbacks;
using Payments.Simulator;
using Payments.Tests.Faults;
using Xunit;

namespace Payments.Tests.Integration;

/// <summary>The client against the simulator over a real socket: two readings of the same protocol have to agree.</summary>
public sealed class DarajaAgainstSimulatorTests(TokenTable table) : IClassFixture<TokenTable>, IAsyncLifetime
{
    private readonly string url = $"http://127.0.0.1:{ChildProcess.FreePort()}";
    private readonly HttpClient phone = new();
    private readonly string certificate = Path.Combine(Path.GetTempPath(), $"payments-simulator-{Guid.NewGuid():N}.pem");
    private WebApplication simulator = null!;

    public async ValueTask InitializeAsync()
    {
        phone.BaseAddress = new Uri(url);
        simulator = SimulatorHost.Build(
            ["--urls", url, "--Simulator:DelayMs", "50", "--Simulator:CertificatePath", certificate, "--Logging:LogLevel:Default", "Warning"]);
        await simulator.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        phone.Dispose();
        await simulator.StopAsync();
        await simulator.DisposeAsync();
        File.Delete(certificate);
    }

    [Fact]
    public async Task A_push_is_accepted_and_its_question_answered()
    {
        await using var rig = await Rig();
        var accepted = Assert.IsType<Reply.Accepted>(await Push(rig, "254700000000"));
        Assert.StartsWith("ws_CO_", accepted.RequestId, StringComparison.Ordinal);
        Assert.NotNull(accepted.OtherId);
        Assert.IsType<PaymentResult.Succeeded>(await AnswerTo(rig, accepted));
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
        var notPaid = Assert.IsType<PaymentResult.Failed>(await AnswerTo(rig, Assert.IsType<Reply.Accepted>(await Push(rig, digits))));
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
        Assert.IsType<PaymentResult.Pending>(await rig.Daraja.QueryStk(accepted.RequestId!, CancellationToken.None));
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
        Assert.IsType<Reply.Indeterminate>(await Push(rig, "254700000505"));
    }

    [Fact]
    public async Task A_token_that_somebody_else_ended_is_replaced_without_the_customer_noticing()
    {
        await using var rig = await Rig();
        await rig.Daraja.QueryStk("ws_CO_1", CancellationToken.None);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/oauth/v1/generate?grant_type=client_credentials");
        request.Headers.Authorization = new("Basic", Convert.ToBase64String("local-consumer-key:local-consumer-secret"u8));
        (await phone.SendAsync(request)).EnsureSuccessStatusCode();
        Assert.IsType<Reply.Accepted>(await Push(rig, "254700000000"));
        Assert.Contains(rig.Log, line => line.StartsWith("daraja_token_refused: ", StringComparison.Ordinal));
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

    [Fact]
    public async Task A_payout_to_a_phone_comes_back_under_our_own_id_and_can_be_asked_about()
    {
        await using var rig = await Rig();
        var id = Guid.NewGuid();
        var transfer = ToPhone(id);
        var accepted = Assert.IsType<Reply.Accepted>(await rig.Daraja.Transfer(transfer, CancellationToken.None));
        var result = Assert.IsType<CallbackMessage.TransferResult>(await Delivered(rig, CallbackKind.B2cResult, SubjectKind.Payout, id));
        Assert.Equal((accepted.RequestId, transfer.OriginatorId, true), (result.ConversationId, result.OriginatorId, result.IsFinal));
        var paid = Assert.IsType<PaymentResult.Succeeded>(result.Outcome);
        Assert.Equal((Money.FromShillings(10), "254700000000"), (paid.Amount, paid.Payer));

        // The same id again is no second payout, and no refusal either.
        Assert.IsType<Reply.Indeterminate>(await rig.Daraja.Transfer(transfer, CancellationToken.None));

        var question = Guid.NewGuid();
        Assert.IsType<Reply.Accepted>(await rig.Daraja.QueryStatus(new(new(question), null, transfer.OriginatorId, OfPayouts: true), CancellationToken.None));
        var status = Assert.IsType<CallbackMessage.StatusResult>(await Delivered(rig, CallbackKind.StatusResult, SubjectKind.Question, question));
        Assert.Equal((TransactionState.Completed, paid.Receipt, transfer.OriginatorId),
            (status.Transaction!.State, status.Transaction.Receipt, status.Transaction.OriginatorId));
    }

    [Theory]
    [InlineData(PayoutMethod.Paybill, "RENT-7")]
    [InlineData(PayoutMethod.Till, null)]
    public async Task A_payout_to_a_business_arrives(PayoutMethod method, string? account)
    {
        await using var rig = await Rig();
        var id = Guid.NewGuid();
        Assert.IsType<Reply.Accepted>(await rig.Daraja.Transfer(
            new(SubjectKind.Payout, id, "unused", method, "600000", account, Money.FromShillings(190), "business", "Rent"), CancellationToken.None));
        var result = Assert.IsType<CallbackMessage.TransferResult>(await Delivered(rig, CallbackKind.B2bResult, SubjectKind.Payout, id));
        Assert.Equal(Money.FromShillings(190), Assert.IsType<PaymentResult.Succeeded>(result.Outcome).Amount);
    }

    [Fact]
    public async Task A_queue_timeout_is_told_from_the_result()
    {
        await using var rig = await Rig();
        (await phone.PutAsJsonAsync("/simulator/phones/254700000000", new { queueTimeout = "flat" })).EnsureSuccessStatusCode();
        var id = Guid.NewGuid();
        var accepted = Assert.IsType<Reply.Accepted>(await rig.Daraja.Transfer(
            ToPhone(id), CancellationToken.None));
        var timeout = Assert.IsType<CallbackMessage.QueueTimeout>(await Delivered(rig, CallbackKind.B2cTimeout, SubjectKind.Payout, id));
        Assert.Equal(accepted.RequestId, timeout.ConversationId);
        Assert.IsType<CallbackMessage.TransferResult>(await Delivered(rig, CallbackKind.B2cResult, SubjectKind.Payout, id));
    }

    [Fact]
    public async Task A_payment_is_pulled_and_reversed()
    {
        await using var rig = await Rig(new() { ["Daraja:NominatedNumber"] = "0700000000" });
        (await phone.PostAsJsonAsync("/simulator/c2b", new { amount = 250.50m, account = "ORDER-9", msisdn = "254708374149" })).EnsureSuccessStatusCode();
        var now = DateTimeOffset.UtcNow;
        var page = await rig.Daraja.Pull(now.AddHours(-1), now.AddHours(1), 0, CancellationToken.None);
        Assert.Null(page.Problem);
        var pulled = Assert.Single(page.Payments);
        Assert.Equal(("254708374149", "ORDER-9", Money.FromCents(25_050)), (pulled.Payer, pulled.Account, pulled.Amount));

        var refund = Guid.NewGuid();
        Assert.IsType<Reply.Accepted>(await rig.Daraja.Reverse(new(new(refund), pulled.Receipt, pulled.Amount, "Sold out"), CancellationToken.None));
        var result = Assert.IsType<CallbackMessage.TransferResult>(await Delivered(rig, CallbackKind.ReversalResult, SubjectKind.Refund, refund));
        Assert.Equal((pulled.Receipt, pulled.Amount), (result.OriginalReceipt, Assert.IsType<PaymentResult.Succeeded>(result.Outcome).Amount));
        Assert.Equal("Utility Account", Assert.Single(result.Accounts).Name);

        var again = Guid.NewGuid();
        await rig.Daraja.Reverse(new(new(again), pulled.Receipt, pulled.Amount, "Sold out"), CancellationToken.None);
        var second = Assert.IsType<CallbackMessage.TransferResult>(await Delivered(rig, CallbackKind.ReversalResult, SubjectKind.Refund, again));
        Assert.Equal("R000001", Assert.IsType<PaymentResult.Failed>(second.Outcome).Failure.ResultCode);
    }

    [Fact]
    public async Task The_float_is_told()
    {
        await using var rig = await Rig();
        var question = Guid.NewGuid();
        Assert.IsType<Reply.Accepted>(await rig.Daraja.QueryBalance(new(question), CancellationToken.None));
        var balance = Assert.IsType<CallbackMessage.BalanceResult>(await Delivered(rig, CallbackKind.BalanceResult, SubjectKind.Question, question));
        Assert.Contains(new AccountBalance("Utility Account", Money.FromShillings(10_000_000)), balance.Accounts);
    }

    [Fact]
    public async Task Wrong_initiator_credentials_are_told_to_be_ours()
    {
        await using var rig = await Rig(new() { ["Daraja:InitiatorPassword"] = "wrong" });
        var question = Guid.NewGuid();
        Assert.IsType<Reply.Accepted>(await rig.Daraja.QueryBalance(new(question), CancellationToken.None));
        var balance = Assert.IsType<CallbackMessage.BalanceResult>(await Delivered(rig, CallbackKind.BalanceResult, SubjectKind.Question, question));
        Assert.Equal("2001", balance.Problem!.ResultCode);
        Assert.Contains("Our initiator", balance.Problem.Message);
    }

    private static TransferRequest ToPhone(Guid id) => new(
        SubjectKind.Payout, id, "pay-" + id.ToString("N"), PayoutMethod.Mpesa, "254700000000", null, Money.FromShillings(10), "salary", "July");

    /// <summary>What the simulator posted to the URL that was made for one thing of ours, read.</summary>
    private async Task<CallbackMessage> Delivered(DarajaRig rig, CallbackKind kind, SubjectKind subject, Guid id)
    {
        var path = CallbackUrls.PathOf(kind) + "/" + rig.Tokens.Make(subject, id);
        for (var tries = 0; tries < 250; tries++)
        {
            var items = (await phone.GetFromJsonAsync<JsonNode>("/simulator/deliveries"))!["items"]!.AsArray();
            if (items.FirstOrDefault(item => ((string)item!["path"]!).EndsWith(path, StringComparison.Ordinal)) is { } item)
            {
                var body = item["body"]!;
                return rig.Reader.Read(kind, Encoding.UTF8.GetBytes(body is JsonValue text ? (string)text! : body.ToJsonString()));
            }

            await Task.Delay(20);
        }

        throw new TimeoutException($"Nothing came to {kind}.");
    }

    private static async Task<PaymentResult> AnswerTo(DarajaRig rig, Reply.Accepted accepted)
    {
        for (var tries = 0; ; tries++)
        {
            var outcome = await rig.Daraja.QueryStk(accepted.RequestId!, CancellationToken.None);
            if (outcome is not PaymentResult.Pending || tries == 100)
            {
                return outcome;
            }

            await Task.Delay(20);
        }
    }

    private static Task<Reply> Push(DarajaRig rig, string digits) =>
        rig.Daraja.SendStkPush(DarajaRig.Prompt() with { Phone = DarajaRig.Phone(digits) }, CancellationToken.None);

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
            ["Daraja:InitiatorName"] = "local-initiator",
            ["Daraja:InitiatorPassword"] = "local-initiator-password",
            ["Daraja:CertificatePath"] = certificate,

            // Nobody listens there: what was posted is read from the simulator's own record.
            ["Callbacks:PublicBaseUrl"] = "http://127.0.0.1:1",
        };
        foreach (var (key, value) in more ?? [])
        {
            settings[key] = value;
        }

        return new(database, url, settings);
    }
}
