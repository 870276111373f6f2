using System.Text;
using System.Text.Json.Nodes;
using Payments.Application.Callbacks;
using Payments.Application.Daraja;
using Payments.Domain.Common;
using Payments.Domain.Transfers;
using Xunit;

namespace Payments.Tests.Integration;

/// <summary>Every body as it goes over the wire, with Daraja's own spelling.</summary>
public sealed class RequestBodyTests(TokenTable table) : IClassFixture<TokenTable>, IAsyncDisposable
{
    private static readonly Guid Id = Guid.Parse("0190a4c8-5b1e-7c3d-9a2f-0123456789ab");

    /// <summary>Past midnight in Nairobi, still yesterday in UTC.</summary>
    private static readonly StoppedClock Clock = new(new DateTimeOffset(2026, 7, 9, 22, 15, 44, TimeSpan.Zero));

    private readonly FakeGateway gateway = new();

    public ValueTask DisposeAsync() => gateway.DisposeAsync();

    [Fact]
    public async Task A_push_to_a_pay_bill()
    {
        await using var rig = await Rig();
        await rig.Daraja.SendStkPush(DarajaRig.Prompt(250_000) with { AttemptId = new(Id) }, CancellationToken.None);
        Check("/mpesa/stkpush/v1/processrequest", new()
        {
            ["BusinessShortCode"] = "174379",
            ["Password"] = Convert.ToBase64String(Encoding.UTF8.GetBytes("174379" + DarajaRig.Passkey + "20260710011544")),
            ["Timestamp"] = "20260710011544",
            ["TransactionType"] = "CustomerPayBillOnline",
            ["Amount"] = "250000",
            ["PartyA"] = "254708374149",
            ["PartyB"] = "174379",
            ["PhoneNumber"] = "254708374149",
            ["CallBackURL"] = "https://pay.example.co.ke/callbacks/stk/callback/" + rig.Tokens.Make(SubjectKind.Attempt, Id),
            ["AccountReference"] = "ORDER-123",
            ["TransactionDesc"] = "Two loaves",
        });
        Assert.Equal("application/json", gateway.Posts.Single().ContentType);
    }

    [Fact]
    public async Task A_push_to_a_till()
    {
        await using var rig = await Rig(new() { ["Daraja:TillNumber"] = "5123456" });
        await rig.Daraja.SendStkPush(DarajaRig.Prompt(), CancellationToken.None);
        var body = Body("/mpesa/stkpush/v1/processrequest");
        Assert.Equal(("174379", "5123456", "CustomerBuyGoodsOnline"), (body["BusinessShortCode"], body["PartyB"], body["TransactionType"]));
    }

    [Theory]
    [InlineData(null, "Payment")]
    [InlineData("", "Payment")]
    [InlineData("@#&", "Payment")]
    [InlineData("Café @ 5 & 6th; \"x\"", "Caf 5 6th x")]
    [InlineData("Thirteen char and more", "Thirteen char")]
    [InlineData("twelve chars and", "twelve chars")]
    public async Task A_description_is_cut_and_cleaned_for_phones_that_show_nothing_otherwise(string? given, string sent)
    {
        await using var rig = await Rig();
        await rig.Daraja.SendStkPush(DarajaRig.Prompt() with { Description = given }, CancellationToken.None);
        Assert.Equal(sent, Body("/mpesa/stkpush/v1/processrequest")["TransactionDesc"]);
    }

    [Fact]
    public async Task A_question_about_a_push()
    {
        await using var rig = await Rig();
        await rig.Daraja.QueryStk("ws_CO_1", CancellationToken.None);
        Check("/mpesa/stkpushquery/v1/query", new()
        {
            ["BusinessShortCode"] = "174379",
            ["Password"] = Convert.ToBase64String(Encoding.UTF8.GetBytes("174379" + DarajaRig.Passkey + "20260710011544")),
            ["Timestamp"] = "20260710011544",
            ["CheckoutRequestID"] = "ws_CO_1",
        });
    }

    [Theory]
    [InlineData("business", "BusinessPayment")]
    [InlineData("salary", "SalaryPayment")]
    [InlineData("promotion", "PromotionPayment")]
    public async Task A_payout_to_a_phone(string reason, string command)
    {
        await using var rig = await Rig();
        var transfer = new TransferRequest(
            SubjectKind.Payout, Id, "pay-1", PayoutMethod.Mpesa, "254708374149", null, Money.FromShillings(10), reason, "July: 1/2 & more");
        await rig.Daraja.Transfer(transfer, CancellationToken.None);
        var token = rig.Tokens.Make(SubjectKind.Payout, Id);
        Check("/mpesa/b2c/v3/paymentrequest", new()
        {
            ["OriginatorConversationID"] = "pay-1",
            ["InitiatorName"] = "apiuser",
            ["SecurityCredential"] = DarajaRig.InitiatorPassword,
            ["CommandID"] = command,
            ["Amount"] = "10",
            ["PartyA"] = "174379",
            ["PartyB"] = "254708374149",
            ["Remarks"] = "July 12 more",
            ["QueueTimeOutURL"] = "https://pay.example.co.ke/callbacks/b2c/timeout/" + token,
            ["ResultURL"] = "https://pay.example.co.ke/callbacks/b2c/result/" + token,
        });
    }

    [Theory]
    [InlineData(PayoutMethod.Paybill, "BusinessPayBill", "4", "ACC-1")]
    [InlineData(PayoutMethod.Till, "BusinessBuyGoods", "2", null)]
    public async Task A_payout_to_a_business(PayoutMethod method, string command, string receiver, string? account)
    {
        await using var rig = await Rig();
        var transfer = new TransferRequest(SubjectKind.Payout, Id, "pay-1", method, "600000", "ACC-1", Money.FromShillings(190), "business", "x");
        await rig.Daraja.Transfer(transfer, CancellationToken.None);
        var token = rig.Tokens.Make(SubjectKind.Payout, Id);
        var expected = new Dictionary<string, string>
        {
            ["Initiator"] = "apiuser",
            ["SecurityCredential"] = DarajaRig.InitiatorPassword,
            ["CommandID"] = command,
            ["SenderIdentifierType"] = "4",
            ["RecieverIdentifierType"] = receiver,
            ["Amount"] = "190",
            ["PartyA"] = "174379",
            ["PartyB"] = "600000",
            ["Remarks"] = "Payment",
            ["QueueTimeOutURL"] = "https://pay.example.co.ke/callbacks/b2b/timeout/" + token,
            ["ResultURL"] = "https://pay.example.co.ke/callbacks/b2b/result/" + token,
        };
        if (account is not null)
        {
            expected["AccountReference"] = account;
        }

        Check("/mpesa/b2b/v1/paymentrequest", expected);
    }

    [Fact]
    public async Task An_account_too_long_for_a_business_is_refused_here_and_never_shortened()
    {
        await using var rig = await Rig();
        var transfer = new TransferRequest(
            SubjectKind.Payout, Id, "pay-1", PayoutMethod.Paybill, "600000", "12345678901234", Money.FromShillings(190), "business", "Rent");
        var reply = await rig.Daraja.Transfer(transfer, CancellationToken.None);
        Assert.Equal(FailureCode.Rejected, Assert.IsType<Reply.Refused>(reply).Failure.Code);
        Assert.Empty(gateway.Posts);
    }

    [Fact]
    public async Task A_reversal_repeats_the_receipts_cents()
    {
        await using var rig = await Rig();
        await rig.Daraja.Reverse(new(new(Id), new("UGA7RT61SV"), Money.FromCents(10_050), "Wrong order"), CancellationToken.None);
        var token = rig.Tokens.Make(SubjectKind.Refund, Id);
        Check("/mpesa/reversal/v1/request", new()
        {
            ["Initiator"] = "apiuser",
            ["SecurityCredential"] = DarajaRig.InitiatorPassword,
            ["CommandID"] = "TransactionReversal",
            ["TransactionID"] = "UGA7RT61SV",
            ["Amount"] = "100.50",
            ["ReceiverParty"] = "174379",
            ["RecieverIdentifierType"] = "11",
            ["ResultURL"] = "https://pay.example.co.ke/callbacks/reversal/result/" + token,
            ["QueueTimeOutURL"] = "https://pay.example.co.ke/callbacks/reversal/timeout/" + token,
            ["Remarks"] = "Wrong order",
        });
    }

    [Theory]
    [InlineData("UGA7RT61SV", null)]
    [InlineData(null, "pay-1")]
    public async Task A_status_question_by_receipt_or_by_our_own_id(string? receipt, string? originator)
    {
        await using var rig = await Rig();
        await rig.Daraja.QueryStatus(new(new(Id), receipt is { } number ? new ReceiptNumber(number) : null, originator), CancellationToken.None);
        var token = rig.Tokens.Make(SubjectKind.Question, Id);
        var expected = new Dictionary<string, string>
        {
            ["Initiator"] = "apiuser",
            ["SecurityCredential"] = DarajaRig.InitiatorPassword,
            ["CommandID"] = "TransactionStatusQuery",
            ["PartyA"] = "174379",
            ["IdentifierType"] = "4",
            ["ResultURL"] = "https://pay.example.co.ke/callbacks/status/result/" + token,
            ["QueueTimeOutURL"] = "https://pay.example.co.ke/callbacks/status/timeout/" + token,
            ["Remarks"] = "Status query",
        };
        if (receipt is not null)
        {
            expected["TransactionID"] = receipt;
        }
        else
        {
            expected["OriginatorConversationID"] = originator!;
            expected["OriginalConversationID"] = originator!;
        }

        Check("/mpesa/transactionstatus/v1/query", expected);
    }

    [Fact]
    public async Task Payouts_may_have_a_shortcode_and_an_app_of_their_own()
    {
        await using var rig = await Rig(new()
        {
            ["Daraja:Payouts:Shortcode"] = "600999",
            ["Daraja:Payouts:ConsumerKey"] = "another-" + Guid.NewGuid(),
            ["Daraja:Payouts:ConsumerSecret"] = "another",
        });
        await rig.Daraja.QueryBalance(new(Id), CancellationToken.None);
        await rig.Daraja.QueryStatus(new(new(Id), null, "pay-1", OfPayouts: true), CancellationToken.None);
        await rig.Daraja.QueryStatus(new(new(Id), new ReceiptNumber("UGA7RT61SV"), null), CancellationToken.None);
        await rig.Daraja.Reverse(new(new(Id), new("UGA7RT61SV"), Money.FromShillings(1), "Back"), CancellationToken.None);
        var posts = gateway.Posts.Select(post => JsonNode.Parse(post.Body)!).ToList();
        Assert.Equal(["600999", "600999", "174379", "174379"], posts.Select(post => (string?)(post["PartyA"] ?? post["ReceiverParty"])));
        Assert.Equal("4", (string?)posts[0]["IdentifierType"]);
        Assert.Equal(2, gateway.Grants.Count);
        Assert.Equal(2, gateway.Posts.Select(post => post.Authorization).Distinct().Count());
    }

    [Fact]
    public async Task Without_an_initiator_nothing_is_sent_and_the_reason_names_the_key()
    {
        await using var rig = await Rig(new() { ["Daraja:CertificatePath"] = "/nowhere/at/all.cer" });
        var refused = Assert.IsType<Reply.Refused>(await rig.Daraja.QueryBalance(new(Id), CancellationToken.None));
        Assert.Contains("Daraja__CertificatePath", refused.Failure.Message);
        Assert.DoesNotContain("/nowhere", refused.Failure.Message);
        Assert.Empty(gateway.Posts);
    }

    private async Task<DarajaRig> Rig(Dictionary<string, string?>? settings = null) => new(await table.Open(), gateway.Url, settings, Clock);

    private Dictionary<string, string> Body(string path)
    {
        var post = gateway.Posts.Single();
        Assert.Equal(("POST", path), (post.Method, post.Path));
        return JsonNode.Parse(post.Body)!.AsObject().ToDictionary(member => member.Key, member => (string)member.Value!);
    }

    private void Check(string path, Dictionary<string, string> expected)
    {
        var body = Body(path);
        if (body.TryGetValue("SecurityCredential", out var credential))
        {
            body["SecurityCredential"] = DarajaRig.Decrypt(credential);
        }

        Assert.Equal(expected.OrderBy(member => member.Key), body.OrderBy(member => member.Key));
    }
}
