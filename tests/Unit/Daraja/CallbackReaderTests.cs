using Payments.Application.Callbacks;
using Payments.Domain.Checkouts;
using Payments.Domain.Common;
using Payments.Domain.Transfers;
using Payments.Infrastructure.Daraja;
using Xunit;

namespace Payments.Tests.Unit;

public sealed class CallbackReaderTests
{
    private readonly CallbackReader reader = new();

    [Fact]
    public void A_paid_prompt_gives_receipt_amount_payer_and_time() =>
        Assert.Equal(
            new CallbackMessage.StkResult("ws_CO_10072026091526171708374149",
                new PaymentResult.Succeeded(new ReceiptNumber("UGA7RT61SV"), Money.FromShillings(1), "254708374149", Utc("2026-07-10T06:15:44Z"))),
            Read(CallbackKind.Stk, "stk-paid"));

    [Fact]
    public void A_paid_prompt_may_come_with_every_value_as_text_and_the_phone_masked() =>
        Assert.Equal(
            new CallbackMessage.StkResult("ws_CO_10072026091526171708374149",
                new PaymentResult.Succeeded(new ReceiptNumber("UGA7RT61SV"), Money.FromCents(150_050), "2547****4149", Utc("2026-07-10T06:15:44Z"))),
            Read(CallbackKind.Stk, "stk-paid-everything-as-text"));

    [Fact]
    public void A_success_without_details_is_left_to_the_domain() =>
        Assert.Equal(new CallbackMessage.StkResult("ws_CO_10072026091526171708374149", new PaymentResult.Succeeded(null, null, null, null)),
            Read(CallbackKind.Stk, "stk-paid-without-details"));

    [Theory]
    [InlineData("stk-cancelled", FailureCode.Cancelled, "1032", true)]
    [InlineData("stk-insufficient-funds", FailureCode.InsufficientFunds, "1", true)]
    [InlineData("stk-handset-timeout", FailureCode.Unreachable, "1036", false)]
    [InlineData("stk-unknown-operator", FailureCode.Rejected, "SFC_IC0003", true)]
    [InlineData("stk-code-nobody-published", FailureCode.ProviderError, "7777", false)]
    public void A_prompt_that_was_not_paid_says_why_and_how_surely(string name, FailureCode code, string resultCode, bool certain)
    {
        var result = Assert.IsType<CallbackMessage.StkResult>(Read(CallbackKind.Stk, name));
        var notPaid = Assert.IsType<PaymentResult.Failed>(result.Outcome);
        Assert.Equal((code, resultCode, certain), (notPaid.Failure.Code, notPaid.Failure.ResultCode, notPaid.Certainty == Certainty.Final));
        Assert.NotNull(notPaid.Failure.ProviderText);
        Assert.DoesNotContain(notPaid.Failure.ProviderText, notPaid.Failure.Message);
    }

    [Fact]
    public void A_confirmation_is_taken_with_the_phone_masked() =>
        Assert.Equal(
            new CallbackMessage.Confirmation(new("RKL51ZDR4F"), "600966", "INV-8", Money.FromShillings(5), "2547 ***** 149", "JOHN", Utc("2023-11-21T09:13:25Z")),
            Read(CallbackKind.C2bConfirm, "c2b-paybill-masked-phone"));

    [Fact]
    public void A_validation_asks_about_an_account_and_an_amount() =>
        Assert.Equal(new CallbackMessage.Validation("600966", "INV-8", Money.FromShillings(5)), Read(CallbackKind.C2bValidate, "c2b-paybill-masked-phone"));

    [Theory]
    [InlineData("""{"BillRefNumber":"INV-8"}""", null, "INV-8")]
    [InlineData("""{"TransID":"","TransAmount":[],"BusinessShortCode":600966,"BillRefNumber":null}""", "600966", "")]
    [InlineData("""{"TransactionType":"Buy Goods","BusinessShortCode":"600966"}""", "600966", "")]
    public void A_validation_needs_no_receipt_number(string body, string? shortcode, string account) =>
        Assert.Equal(new CallbackMessage.Validation(shortcode, account, null), reader.Read(CallbackKind.C2bValidate, System.Text.Encoding.UTF8.GetBytes(body)));

    [Theory]
    [InlineData("""INV\t8""", "INV 8")]
    [InlineData("""INV\u00008""", "INV\uFFFD8")]
    [InlineData("""INV\u200B8 """, "INV\u200B8")]
    public void An_account_is_kept_as_it_was_typed(string typed, string account) =>
        Assert.Equal(account, Assert.IsType<CallbackMessage.Confirmation>(reader.Read(CallbackKind.C2bConfirm, System.Text.Encoding.UTF8.GetBytes(
            $$"""{"TransID":"RKL51ZDR4F","TransAmount":5,"BillRefNumber":"{{typed}}"}"""))).Account);

    [Fact]
    public void An_account_that_is_cut_matches_nothing()
    {
        var body = $$"""{"TransID":"RKL51ZDR4F","TransAmount":5,"BillRefNumber":"INV-8{{new string('.', 200)}}9"}""";

        var account = Assert.IsType<CallbackMessage.Confirmation>(reader.Read(CallbackKind.C2bConfirm, System.Text.Encoding.UTF8.GetBytes(body))).Account;

        Assert.Equal((100, ""), (account.Length, OrderReference.KeyOf(account)));
    }

    [Fact]
    public void A_confirmation_is_taken_with_the_phone_hashed_and_no_names() =>
        Assert.Equal(
            new CallbackMessage.Confirmation(new("RKL51ZDR4G"), "600966", "inv 8", Money.FromCents(25_075),
                "8dd2e7a1d9a3b3a54a2fd8ac3c1d84cc0df6e4b80ba5e1a4f0b1f3c2d8a96b57", "", Utc("2023-11-21T09:13:25Z")),
            Read(CallbackKind.C2bConfirm, "c2b-paybill-hashed-phone"));

    [Fact]
    public void An_account_may_be_missing_and_numbers_may_be_numbers() =>
        Assert.Equal(
            new CallbackMessage.Confirmation(new("RKL51ZDR4H"), "600966", "", Money.FromShillings(100), "254708374149", "JOHN K DOE",
                Utc("2023-11-21T09:13:25Z")),
            Read(CallbackKind.C2bConfirm, "c2b-till"));

    [Fact]
    public void A_completed_b2c_reads_its_own_date_format_and_the_float_that_is_left()
    {
        var result = Transfer(CallbackKind.B2cResult, "b2c-completed");
        Assert.Equal(("AG_20240706_2010364430d9bbdaf872", "inv-8-a1", true), (result.ConversationId, result.OriginatorId, result.IsFinal));
        Assert.Equal(new PaymentResult.Succeeded(new ReceiptNumber("SG632NMUAB"), Money.FromShillings(10), "254708374149", Utc("2024-07-06T19:48:52Z")), result.Outcome);
        Assert.Equal("254708374149 - JOHN DOE", result.Counterparty);
        Assert.Equal(
            [
                new AccountBalance("Utility Account", Money.FromCents(895_926_960)), new AccountBalance("Working Account", Money.FromShillings(1_199_371)),
                new AccountBalance("Charges Paid Account", Money.FromShillings(-1980)),
            ],
            result.Accounts);
    }

    [Fact]
    public void Result_type_1_is_never_final() => Assert.False(Transfer(CallbackKind.B2cResult, "b2c-more-to-come").IsFinal);

    [Fact]
    public void A_completed_b2b_is_read_with_every_value_as_text()
    {
        var result = Transfer(CallbackKind.B2bResult, "b2b-completed-all-text");
        Assert.Equal(new PaymentResult.Succeeded(new ReceiptNumber("QKA81LK5CY"), Money.FromShillings(190), "000000", Utc("2022-11-10T08:07:17Z")), result.Outcome);
        Assert.Equal([new AccountBalance("Working Account", Money.FromCents(618_683))], result.Accounts);
    }

    [Fact]
    public void A_completed_reversal_names_the_payment_it_undid()
    {
        var result = Transfer(CallbackKind.ReversalResult, "reversal-completed");
        Assert.Equal(new PaymentResult.Succeeded(new ReceiptNumber("UGA91MRT0Q"), Money.FromShillings(1), "254708374149", Utc("2026-07-10T07:15:44Z")), result.Outcome);
        Assert.Equal("UGA7RT61SV", result.OriginalReceipt?.Value);
        Assert.Equal([new AccountBalance("Utility Account", Money.FromCents(772_217_962))], result.Accounts);
    }

    [Theory]
    [InlineData(CallbackKind.B2cResult, "b2c-wrong-initiator", FailureCode.ProviderError, "2001", true, "Our initiator")]
    [InlineData(CallbackKind.B2cResult, "b2c-no-float", FailureCode.InsufficientFunds, "1", true, "Utility account")]
    [InlineData(CallbackKind.B2bResult, "b2c-no-float", FailureCode.InsufficientFunds, "1", true, "Working account")]
    [InlineData(CallbackKind.B2cResult, "b2c-duplicate-originator", FailureCode.ProviderError, "15", false, "seen this request's id")]
    [InlineData(CallbackKind.B2bResult, "b2b-failed-single-parameter", FailureCode.ProviderError, "2001", true, "Our initiator")]
    [InlineData(CallbackKind.B2bResult, "b2b-till-sent-as-paybill", FailureCode.Rejected, "SFC_IC0003", true, "Pay Bill or a till")]
    [InlineData(CallbackKind.ReversalResult, "reversal-already-reversed", FailureCode.Rejected, "R000001", true, "reversed already")]
    public void A_transfer_that_failed_says_what_an_operator_can_do(
        CallbackKind kind, string name, FailureCode code, string resultCode, bool certain, string says)
    {
        var notPaid = Assert.IsType<PaymentResult.Failed>(Transfer(kind, name).Outcome);
        Assert.Equal((code, resultCode, certain), (notPaid.Failure.Code, notPaid.Failure.ResultCode, notPaid.Certainty == Certainty.Final));
        Assert.Contains(says, notPaid.Failure.Message);
    }

    [Theory]
    [InlineData("status-completed", TransactionState.Completed)]
    [InlineData("status-declined-credit-party-named", TransactionState.NotCompleted)]
    public void A_status_answer_tells_the_question_from_the_transaction(string name, TransactionState state)
    {
        var result = Assert.IsType<CallbackMessage.StatusResult>(Read(CallbackKind.StatusResult, name));
        Assert.Equal(("AG_20170727_000059c52529a8e080bd", "10816-694520-2"), (result.ConversationId, result.OriginatorId));
        Assert.Null(result.Problem);
        var found = result.Transaction!;
        Assert.Equal(
            (state, "SG632NMUAB", "inv-8-a1", "AG_20240706_2010364430d9bbdaf872"), (found.State, found.Receipt?.Value, found.OriginatorId, found.ConversationId));
        Assert.Equal((Money.FromShillings(10), Utc("2024-07-06T19:48:52Z")), (found.Amount, found.At));
        Assert.Equal(["600310 - Safaricom333", "254708374149 - John Doe"], found.Parties);
    }

    [Fact]
    public void A_refused_question_says_nothing_of_the_transaction()
    {
        var result = Assert.IsType<CallbackMessage.StatusResult>(Read(CallbackKind.StatusResult, "status-question-refused"));
        Assert.Null(result.Transaction);
        Assert.Equal((FailureCode.ProviderError, "2001"), (result.Problem!.Code, result.Problem.ResultCode));
    }

    [Fact]
    public void A_balance_answer_lists_what_is_available_in_each_account()
    {
        var result = Assert.IsType<CallbackMessage.BalanceResult>(Read(CallbackKind.BalanceResult, "balance-five-accounts"));
        Assert.Equal(
            ["Working Account: KES 690000.00", "Float Account: KES 0.00", "Utility Account: KES 228037.00", "Charges Paid Account: KES -1540.00",
                "Organization Settlement Account: KES 0.00"],
            result.Accounts.Select(account => $"{account.Name}: {account.Available}"));
    }

    [Theory]
    [InlineData("Working Account|KES|700000.00|690000.00|0.00|0.00&Utility Account|KES|??|??|0.00|0.00", 1, 1)]
    [InlineData("Working Account|USD|10.00|10.00|0.00|0.00&Utility Account|KES|5.00|5.00|0.00|0.00", 1, 1)]
    [InlineData("{Amount={CurrencyCode=KES, MinimumAmount=618683, BasicAmount=6186.83}}", 0, 1)]
    [InlineData("", 0, 0)]
    public void A_balance_list_is_believed_only_as_far_as_it_was_read(string accounts, int read, int unread)
    {
        var body = $$$$"""{"Result":{"ResultType":"0","ResultCode":"0","ResultParameters":{"ResultParameter":[{"Key":"AccountBalance","Value":"{{{{accounts}}}}"}]}}}""";
        var result = Assert.IsType<CallbackMessage.BalanceResult>(new CallbackReader().Read(CallbackKind.BalanceResult, System.Text.Encoding.UTF8.GetBytes(body)));
        Assert.Equal((read, unread), (result.Accounts.Count, result.Unread));
    }

    [Fact]
    public void A_balance_list_is_never_cut_in_the_middle_of_an_amount()
    {
        var accounts = string.Join('&', Enumerable.Range(0, 200).Select(n => $"Account number {n}|KES|700000.00|700000.00|0.00|0.00"));
        var body = $$$$$"""{"Result":{"ResultCode":0,"ResultParameters":{"ResultParameter":{"Key":"AccountBalance","Value":"{{{{{accounts}}}}}"}}}}""";
        var result = Assert.IsType<CallbackMessage.BalanceResult>(new CallbackReader().Read(CallbackKind.BalanceResult, System.Text.Encoding.UTF8.GetBytes(body)));
        Assert.All(result.Accounts, account => Assert.Equal(Money.FromShillings(700_000), account.Available));
        Assert.Equal(200, result.Accounts.Count + result.Unread);
    }

    [Theory]
    [InlineData("timeout-in-envelope")]
    [InlineData("timeout-flat")]
    public void A_queue_timeout_is_recognised_in_any_shape(string name)
    {
        foreach (var kind in Enum.GetValues<CallbackKind>().Where(kind => kind.ToString().EndsWith("Timeout", StringComparison.Ordinal)))
        {
            Assert.Equal(new CallbackMessage.QueueTimeout("AG_20240706_20106e9209f64bebd05b", "inv-8-a1"), Read(kind, name));
        }
    }

    private CallbackMessage Read(CallbackKind kind, string name) => reader.Read(kind, Recorded.Body(name));

    private CallbackMessage.TransferResult Transfer(CallbackKind kind, string name) => Assert.IsType<CallbackMessage.TransferResult>(Read(kind, name));

    private static DateTimeOffset Utc(string text) => DateTimeOffset.Parse(text, System.Globalization.CultureInfo.InvariantCulture);
}
