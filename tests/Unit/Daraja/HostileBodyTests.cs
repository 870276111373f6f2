using System.Text;
using CsCheck;
using Payments.Application.Callbacks;
using Payments.Domain.Common;
using Payments.Infrastructure.Daraja;
using Xunit;

namespace Payments.Tests.Unit;

/// <summary>Bodies that nobody at Safaricom would send, and some that they might.</summary>
public sealed class HostileBodyTests
{
    private static readonly CallbackKind[] Kinds = Enum.GetValues<CallbackKind>();

    private readonly CallbackReader reader = new();

    [Theory]
    [InlineData("")]
    [InlineData(" \r\n\t")]
    [InlineData("\uFEFF")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("\"Body\"")]
    [InlineData("<html><body>Request unsuccessful. Incapsula incident ID</body></html>")]
    [InlineData("{\"Body\":{}} trailing")]
    [InlineData("{\"Body\":{}}{\"Body\":{}}")]
    [InlineData("{\"Body\":{},\"Body\":{}}")]
    [InlineData("{\"Result\":{\"ResultCode\":0,\"ResultCode\":1}}")]
    [InlineData("{\"Body\":")]
    [InlineData("{'Body':1}")]
    [InlineData("{\"Body\":1,}")]
    [InlineData("{\"Body\":1} // no")]
    [InlineData("{\"\\ud800\":1,\"\\ud800\":2}")]
    public void What_is_not_one_json_object_is_malformed_for_every_kind(string body) =>
        Assert.All(Kinds, kind => Assert.IsType<CallbackMessage.Malformed>(reader.Read(kind, Encoding.UTF8.GetBytes(body))));

    [Theory]
    [InlineData("{}")]
    [InlineData("{\"Body\":null,\"Result\":null}")]
    [InlineData("{\"Body\":[],\"Result\":[]}")]
    [InlineData("{\"Body\":{\"stkCallback\":{}},\"Result\":{}}")]
    [InlineData("{\"Body\":{\"stkCallback\":{\"ResultCode\":null}},\"Result\":{\"ResultCode\":\"\"}}")]
    [InlineData("{\"Body\":{\"stkCallback\":{\"ResultCode\":true}},\"Result\":{\"ResultCode\":{}}}")]
    [InlineData("{\"Body\":{\"stkCallback\":{\"ResultCode\":\"0\\u0000\"}},\"Result\":{\"ResultCode\":\"0 0\"}}")]
    [InlineData("{\"Body\":{\"stkCallback\":{\"ResultCode\":1111111111111111111111}},\"Result\":{\"ResultCode\":\"\\ud800\"}}")]
    public void A_body_without_what_its_kind_is_about_is_malformed(string body) =>
        Assert.All(Kinds.Where(kind => !kind.ToString().EndsWith("Timeout", StringComparison.Ordinal)), kind =>
            Assert.IsType<CallbackMessage.Malformed>(reader.Read(kind, Encoding.UTF8.GetBytes(body))));

    [Theory]
    [InlineData("\"TransID\":\"RKL51ZDR4F\"", "\"TransID\":\"\"")]
    [InlineData("\"TransID\":\"RKL51ZDR4F\"", "\"TransID\":\"rkl51zdr4f\"")]
    [InlineData("\"TransID\":\"RKL51ZDR4F\"", "\"TransID\":\"RKL51ZDR4F'--\"")]
    [InlineData("\"TransID\":\"RKL51ZDR4F\"", "\"TransID\":\"AAAAAAAAAAAAAAAAAAAAA\"")]
    [InlineData("\"TransAmount\":\"5.00\"", "\"TransAmount\":\"-5.00\"")]
    [InlineData("\"TransAmount\":\"5.00\"", "\"TransAmount\":\"0.00\"")]
    [InlineData("\"TransAmount\":\"5.00\"", "\"TransAmount\":\"5,000\"")]
    [InlineData("\"TransAmount\":\"5.00\"", "\"TransAmount\":\"5.001\"")]
    [InlineData("\"TransAmount\":\"5.00\"", "\"TransAmount\":1e30")]
    [InlineData("\"TransAmount\":\"5.00\"", "\"TransAmount\":1e999999999")]
    [InlineData("\"TransAmount\":\"5.00\"", "\"TransAmount\":\"NaN\"")]
    [InlineData("\"TransAmount\":\"5.00\"", "\"TransAmount\":\"\u0665\"")]
    public void A_confirmation_without_a_receipt_or_an_amount_is_malformed(string part, string changed)
    {
        var body = Encoding.UTF8.GetString(Recorded.Body("c2b-paybill-masked-phone"));
        Assert.Contains(part, body);
        Assert.IsType<CallbackMessage.Malformed>(reader.Read(CallbackKind.C2bConfirm, Encoding.UTF8.GetBytes(body.Replace(part, changed))));
    }

    [Fact]
    public void A_byte_that_is_not_utf8_in_what_matters_is_never_dropped()
    {
        var body = Recorded.Body("c2b-paybill-masked-phone");
        body[Encoding.UTF8.GetString(body).IndexOf("51ZDR4F", StringComparison.Ordinal)] = 0xC3;
        Assert.IsType<CallbackMessage.Malformed>(reader.Read(CallbackKind.C2bConfirm, body));
    }

    [Fact]
    public void A_byte_order_mark_is_no_obstacle()
    {
        byte[] body = [0xEF, 0xBB, 0xBF, .. Recorded.Body("stk-paid")];
        Assert.Equal(reader.Read(CallbackKind.Stk, Recorded.Body("stk-paid")), reader.Read(CallbackKind.Stk, body));
    }

    [Fact]
    public void Nothing_is_read_that_postgresql_could_not_store()
    {
        var body = """{"Body":{"stkCallback":{"CheckoutRequestID":"ws_CO\u0000_1","ResultCode":1032,"ResultDesc":"Request\u0000 cancelled\u0007"}}}""";
        var result = Assert.IsType<CallbackMessage.StkResult>(reader.Read(CallbackKind.Stk, Encoding.UTF8.GetBytes(body)));
        Assert.Null(result.RequestId);
        Assert.Equal("Request cancelled", Assert.IsType<PaymentResult.Failed>(result.Outcome).Failure.ProviderText);
    }

    [Fact]
    public void Half_of_a_surrogate_pair_is_no_text_and_spoils_nothing_else()
    {
        var body = """{"Body":{"stkCallback":{"CheckoutRequestID":"ws_CO_1","ResultCode":1032,"ResultDesc":"\ud800"}}}""";
        var result = Assert.IsType<CallbackMessage.StkResult>(reader.Read(CallbackKind.Stk, Encoding.UTF8.GetBytes(body)));
        Assert.Equal("ws_CO_1", result.RequestId);
        Assert.IsType<PaymentResult.Failed>(result.Outcome);
    }

    [Fact]
    public void Long_texts_are_cut_and_long_ids_are_no_ids()
    {
        var body = """{"Body":{"stkCallback":{"CheckoutRequestID":"THE-ONE","ResultCode":1032,"ResultDesc":"TEXT😀"}}}"""
            .Replace("THE-ONE", new string('a', 101)).Replace("TEXT", new string('x', 1023));
        var result = Assert.IsType<CallbackMessage.StkResult>(reader.Read(CallbackKind.Stk, Encoding.UTF8.GetBytes(body)));
        Assert.Null(result.RequestId);
        Assert.Equal(new string('x', 1023), Assert.IsType<PaymentResult.Failed>(result.Outcome).Failure.ProviderText);
    }

    [Theory]
    [InlineData("20260230120000")]
    [InlineData("00010101000000")]
    [InlineData("99991231235959")]
    [InlineData("2026071009154")]
    [InlineData("tomorrow")]
    public void A_time_that_cannot_be_is_no_time(string time)
    {
        var body = Encoding.UTF8.GetString(Recorded.Body("stk-paid")).Replace("20260710091544", $"\"{time}\"");
        var result = Assert.IsType<CallbackMessage.StkResult>(reader.Read(CallbackKind.Stk, Encoding.UTF8.GetBytes(body)));
        Assert.Null(Assert.IsType<PaymentResult.Succeeded>(result.Outcome).At);
    }

    [Fact]
    public void A_deep_body_is_malformed_and_costs_nothing() =>
        Assert.All(Kinds, kind => Assert.IsType<CallbackMessage.Malformed>(reader.Read(kind, Encoding.UTF8.GetBytes(new string('[', 60_000)))));

    [Theory]
    [InlineData(20, false)]
    [InlineData(40, true)]
    public void A_body_deeper_than_any_real_one_is_malformed_even_where_the_rest_is_good(int depth, bool malformed)
    {
        var deep = new string('[', depth) + new string(']', depth);
        var body = Encoding.UTF8.GetString(Recorded.Body("stk-paid")).Replace("{\"Body\":", $"{{\"More\":{deep},\"Body\":");
        Assert.Equal(malformed, reader.Read(CallbackKind.Stk, Encoding.UTF8.GetBytes(body)) is CallbackMessage.Malformed);
    }

    [Fact]
    public void A_malformed_body_is_never_quoted()
    {
        var why = Assert.IsType<CallbackMessage.Malformed>(reader.Read(CallbackKind.Stk, "{\"MSISDN\":254708374149 oops}"u8.ToArray())).Why;
        Assert.DoesNotContain("254708374149", why);
        Assert.DoesNotContain("oops", why);
    }

    [Fact]
    public void No_bytes_make_the_reader_throw() =>
        Gen.Select(Gen.Int[0, Kinds.Length - 1], Gen.Byte.Array[0, 200]).Sample((kind, body) => reader.Read(Kinds[kind], body) is not null, iter: Counts.FuzzCases);

    [Fact]
    public void No_change_to_a_recorded_body_makes_the_reader_throw()
    {
        var bodies = Recorded.Names.Select(Recorded.Body).ToArray();
        var changed = Gen.Select(Gen.Int[0, 400], Gen.Byte).Array[1, 6];
        Gen.Select(Gen.Int[0, Kinds.Length - 1], Gen.Int[0, bodies.Length - 1], changed).Sample((kind, which, changes) =>
        {
            var body = (byte[])bodies[which].Clone();
            foreach (var (at, value) in changes)
            {
                body[at % body.Length] = value;
            }

            return reader.Read(Kinds[kind], body) is not null;
        }, iter: Counts.FuzzCases);
    }

    [Fact]
    public void A_recorded_body_cut_short_is_always_malformed()
    {
        var bodies = Recorded.Names.Select(Recorded.Body).ToArray();
        Gen.Select(Gen.Int[0, Kinds.Length - 1], Gen.Int[0, bodies.Length - 1], Gen.Int[0, 10_000]).Sample((kind, which, length) =>
            reader.Read(Kinds[kind], bodies[which].AsMemory(0, length % (bodies[which].Length - 1))) is CallbackMessage.Malformed, iter: Counts.FuzzCases);
    }
}
