using System.IO.Compression;
using System.Text;
using CsCheck;
using Payments.Application.Callbacks;
using Payments.Domain.Checkouts;
using Payments.Domain.Common;
using Payments.Infrastructure.Daraja;
using Xunit;

namespace Payments.Tests.Unit;

/// <summary>What an authentic body says in a form nobody published: made out where it can be, never guessed.</summary>
public sealed class LenientReadingTests
{
    private readonly CallbackReader reader = new();

    public static TheoryData<string> Readable => [.. OddBodies.Readable.Keys];

    public static TheoryData<string> Unreadable => [.. OddBodies.Unreadable.Keys];

    [Theory]
    [MemberData(nameof(Readable))]
    public void Number_amount_and_account_are_made_out(string form)
    {
        var told = Assert.IsType<CallbackMessage.Confirmation>(reader.Read(CallbackKind.C2bConfirm, OddBodies.Readable[form]));

        Assert.Equal(("RKL51ZDR4F", Money.FromShillings(5), "INV8"), (told.Receipt.Value, told.Amount, OrderReference.KeyOf(told.Account)));
        Assert.Equal(("2547 ***** 149", DateTimeOffset.Parse("2023-11-21T09:13:25Z", System.Globalization.CultureInfo.InvariantCulture)), (told.Payer, told.At));
        Assert.Equal(form == "no number of ours" ? null : "600966", told.Shortcode);
        Assert.NotNull(told.ReadLeniently);
    }

    [Theory]
    [MemberData(nameof(Unreadable))]
    public void What_may_mean_two_things_means_nothing(string form) =>
        Assert.IsType<CallbackMessage.Malformed>(reader.Read(CallbackKind.C2bConfirm, OddBodies.Unreadable[form]));

    [Theory]
    [InlineData("1,500.00", 150_000)]
    [InlineData("1,234,567.5", 123_456_750)]
    [InlineData("1,234,567", 123_456_700)]
    [InlineData("1 500.00", 150_000)]
    [InlineData("1\u00a0500", 150_000)]
    [InlineData("1'500.00", 150_000)]
    [InlineData("1.500,00", 150_000)]
    [InlineData("15E2", 150_000)]
    [InlineData("1.5e+3", 150_000)]
    [InlineData("Ksh 1,500.00", 150_000)]
    [InlineData("KES1500", 150_000)]
    [InlineData("1500.00 KES", 150_000)]
    [InlineData("1500/-", 150_000)]
    [InlineData("0001500.000", 150_000)]
    [InlineData("1,500", null)]
    [InlineData("1.500", 150)]
    [InlineData("1,5", null)]
    [InlineData("15,00.00", null)]
    [InlineData("1,50.00", null)]
    [InlineData("1,500,00", null)]
    [InlineData("1 500,000.00", null)]
    [InlineData("1500.00.00", null)]
    [InlineData("1e30", null)]
    [InlineData("1e-3", null)]
    [InlineData("USD 1500.00", null)]
    [InlineData("1500 2000", null)]
    [InlineData("0x5DC", null)]
    [InlineData("\u0661\u0665", null)]
    public void An_amount_is_read_only_where_it_can_mean_one_thing(string written, int? cents)
    {
        var body = Encoding.UTF8.GetString(Recorded.Body("c2b-paybill-masked-phone")).Replace("\"5.00\"", $"\"{written}\"");

        Assert.Equal(cents, (reader.Read(CallbackKind.C2bConfirm, Encoding.UTF8.GetBytes(body)) as CallbackMessage.Confirmation)?.Amount.Cents);
    }

    [Fact]
    public void Two_accounts_are_none_and_the_money_is_read_all_the_same()
    {
        var body = Encoding.UTF8.GetString(Recorded.Body("c2b-paybill-masked-phone"))
            .Replace("\"BillRefNumber\":\"INV-8\"", "\"BillRefNumber\":\"INV-8\",\"BillRefNumber\":\"INV-9\"")
            .Replace("\"MSISDN\":\"2547 ***** 149\"", "\"MSISDN\":\"254708374149\",\"MSISDN\":\"254700000001\"");

        var told = Assert.IsType<CallbackMessage.Confirmation>(reader.Read(CallbackKind.C2bConfirm, Encoding.UTF8.GetBytes(body)));

        Assert.Equal(("RKL51ZDR4F", "", null), (told.Receipt.Value, told.Account, told.Payer));
    }

    [Theory]
    [InlineData("two amounts", "RKL51ZDR4F")]
    [InlineData("a number in lower case", "RKL51ZDR4F")]
    [InlineData("no amount", "RKL51ZDR4F")]
    [InlineData("two numbers", null)]
    [InlineData("two documents with different numbers", null)]
    [InlineData("an error page", null)]
    public void Of_what_cannot_be_read_the_number_is_kept_where_it_can_be_asked_about(string form, string? number)
    {
        var malformed = Assert.IsType<CallbackMessage.Malformed>(reader.Read(CallbackKind.C2bConfirm, OddBodies.Unreadable[form]));

        Assert.Equal((number, number is null ? "" : "INV-8"), (malformed.Number?.Value, malformed.Number is null ? "" : malformed.Account));
    }

    [Fact]
    public void A_question_in_another_form_asks_the_same_and_needs_no_number()
    {
        var plain = Encoding.UTF8.GetString(Recorded.Body("c2b-paybill-masked-phone")).Replace("RKL51ZDR4F", "");
        foreach (var body in new[]
        {
            plain.Replace("}", ",}"), plain.Replace("BillRefNumber", "billRefNumber"), plain.Replace("BusinessShortCode", "business_short_code"), $"[{plain}]",
        })
        {
            var asked = Assert.IsType<CallbackMessage.Validation>(reader.Read(CallbackKind.C2bValidate, Encoding.UTF8.GetBytes(body)));

            Assert.Equal(("600966", "INV-8", Money.FromShillings(5)), (asked.Shortcode, asked.Account, asked.Amount));
            Assert.NotNull(asked.ReadLeniently);
        }

        // What it asks for may be two things: the configured default answers. An amount that may be two is none.
        foreach (var field in new[] { "BillRefNumber", "BusinessShortCode" })
        {
            Assert.IsType<CallbackMessage.Malformed>(reader.Read(CallbackKind.C2bValidate, Encoding.UTF8.GetBytes(plain.Replace($"\"{field}\":", $"\"{field}\":\"600777\",\"{field}\":"))));
        }

        var odd = Assert.IsType<CallbackMessage.Validation>(reader.Read(
            CallbackKind.C2bValidate, Encoding.UTF8.GetBytes(plain.Replace("\"TransAmount\":", "\"TransAmount\":\"7.00\",\"TransAmount\":"))));
        Assert.Equal(("INV-8", null), (odd.Account, odd.Amount));
    }

    [Fact]
    public void A_result_is_read_leniently_too_and_says_the_same()
    {
        foreach (var (kind, name) in new[]
        {
            (CallbackKind.Stk, "stk-paid"), (CallbackKind.Stk, "stk-cancelled"), (CallbackKind.B2cResult, "b2c-completed"),
            (CallbackKind.B2bResult, "b2b-completed-all-text"), (CallbackKind.ReversalResult, "reversal-completed"),
            (CallbackKind.StatusResult, "status-completed"), (CallbackKind.BalanceResult, "balance-five-accounts"), (CallbackKind.B2cTimeout, "timeout-flat"),
        })
        {
            var plain = Encoding.UTF8.GetString(Recorded.Body(name));
            var expected = Shown(reader.Read(kind, Recorded.Body(name)));
            foreach (var (form, body) in new Dictionary<string, byte[]>
            {
                ["gzip"] = OddBodies.Packed(stream => new GZipStream(stream, CompressionLevel.Optimal), Recorded.Body(name)),
                ["UTF-16"] = Encoding.Unicode.GetBytes(plain),
                ["a comma too many"] = Encoding.UTF8.GetBytes(plain[..^1] + ",}"),
                ["a key twice"] = Encoding.UTF8.GetBytes(plain.Replace("\"ResultCode\":", "\"ResultCode\":0,\"ResultCode\":", StringComparison.Ordinal)),
                ["twice"] = Encoding.UTF8.GetBytes(plain + plain),
                ["keys in lower case"] = Encoding.UTF8.GetBytes(System.Text.RegularExpressions.Regex.Replace(plain, "\"([A-Za-z]+)\":", m => m.Value.ToLowerInvariant())),
                ["in a text"] = Encoding.UTF8.GetBytes(System.Text.Json.JsonSerializer.Serialize(plain)),
            })
            {
                if (form == "a key twice" && !plain.Contains("\"ResultCode\":0,", StringComparison.Ordinal))
                {
                    continue;
                }

                var read = reader.Read(kind, body);
                Assert.True(Shown(read) == expected, $"{name}, {form}: {Shown(read)}");
                Assert.NotNull(read.ReadLeniently);
            }
        }
    }

    [Fact]
    public void A_receivers_name_that_is_no_UTF8_does_not_keep_his_payout_in_doubt()
    {
        var body = Encoding.UTF8.GetString(Recorded.Body("b2c-completed")).Replace("JOHN DOE", "NG\\'ANG\\'A JOS\u00c9\nDOE");

        var result = Assert.IsType<CallbackMessage.TransferResult>(reader.Read(CallbackKind.B2cResult, Encoding.Latin1.GetBytes(body)));

        Assert.Equal("SG632NMUAB", Assert.IsType<PaymentResult.Succeeded>(result.Outcome).Receipt?.Value);
        Assert.Equal("254708374149 - NG'ANG'A JOS\u00c9DOE", result.Counterparty);
    }

    [Theory]
    [InlineData(CallbackKind.Stk, "stk-paid")]
    [InlineData(CallbackKind.B2cResult, "b2c-completed")]
    [InlineData(CallbackKind.StatusResult, "status-completed")]
    public void Two_results_in_one_body_that_disagree_are_none(CallbackKind kind, string name)
    {
        var plain = Encoding.UTF8.GetString(Recorded.Body(name));

        Assert.IsType<CallbackMessage.Malformed>(reader.Read(kind, Encoding.UTF8.GetBytes(plain + plain.Replace("\"ResultCode\":0", "\"ResultCode\":1032"))));
        Assert.IsType<CallbackMessage.Malformed>(reader.Read(kind, Encoding.UTF8.GetBytes(plain.Replace("\"ResultCode\":0", "\"ResultCode\":0,\"ResultCode\":1032"))));
    }

    [Fact]
    public void Whatever_is_typed_as_a_name_or_an_account_and_written_raw_makes_no_other_money_of_it()
    {
        string[] parts =
        [
            "\"", "'", "\\", "{", "}", "[", "]", ":", ",", "=", "&", "<", ">", "\n", "\0", " ", "0", "9.00", "\",\"", "\":\"", "\\\"", "TransAmount", "TransID", "transamount",
            "\",\"TransAmount\":\"9.00", "\",\"TransID\":\"RKL51ZDR4G", "\"},{\"TransAmount\":\"9.00", "\",\"Z\":[\"", "\",\"Z\":{\"", "</TransAmount>", "&TransAmount=9.00", "\u0000",
        ];
        var typed = Gen.Int[0, parts.Length - 1].Array[0, 6].Select(which => string.Concat(which.Select(i => parts[i])));
        var order = Gen.Shuffle(new[] { "TransID", "TransAmount", "BusinessShortCode", "BillRefNumber", "FirstName" });
        var readable = 0;
        Gen.Select(typed, typed, order).Sample((account, name, keys) =>
        {
            var values = new Dictionary<string, string>
            {
                ["TransID"] = "RKL51ZDR4F",
                ["TransAmount"] = "5.00",
                ["BusinessShortCode"] = "600966",
                ["BillRefNumber"] = account,
                ["FirstName"] = name,
            };
            var body = "{" + string.Join(',', keys.Select(key => $"\"{key}\":\"{values[key]}\"")) + "}";
            if (reader.Read(CallbackKind.C2bConfirm, Encoding.UTF8.GetBytes(body)) is not CallbackMessage.Confirmation told)
            {
                return true;
            }

            Interlocked.Increment(ref readable);
            return told.Receipt.Value == "RKL51ZDR4F" && told.Amount == Money.FromShillings(5);
        }, iter: Counts.FuzzCases);
        Assert.True(readable > Counts.FuzzCases / 20, $"{readable} were readable: too few to mean anything.");
    }

    [Fact]
    public void What_is_plain_is_not_called_lenient() => Assert.All(Recorded.Names.Where(n => n.StartsWith("c2b-", StringComparison.Ordinal)), name =>
        Assert.Null(Assert.IsType<CallbackMessage.Confirmation>(reader.Read(CallbackKind.C2bConfirm, Recorded.Body(name))).ReadLeniently));

    [Fact]
    public void The_worst_body_there_is_room_for_costs_milliseconds()
    {
        string[] worst =
        [
            "{\"a\":\"" + string.Concat(Enumerable.Repeat("\\\", ", 16_000)), "{\"" + string.Concat(Enumerable.Repeat("\",\"", 20_000)),
            string.Concat(Enumerable.Repeat("{\"TransID\":", 5_000)), string.Concat(Enumerable.Repeat("{}", 32_000)), new string('=', 64_000),
            string.Concat(Enumerable.Repeat("<TransID>", 7_000)), string.Concat(Enumerable.Repeat("a=%7B&", 10_000)), new string('"', 64_000), new string(' ', 64_000) + "x",
            "{\"TransAmount\":\"" + new string('1', 60_000) + "\"}", "{\"TransAmount\":\"" + string.Concat(Enumerable.Repeat("1,111", 12_000)) + "\"}",
        ];
        foreach (var body in worst.Select(Encoding.UTF8.GetBytes))
        {
            reader.Read(CallbackKind.C2bConfirm, body);
            var clock = System.Diagnostics.Stopwatch.StartNew();
            Assert.IsType<CallbackMessage.Malformed>(reader.Read(CallbackKind.C2bConfirm, body));
            Assert.True(clock.Elapsed < TimeSpan.FromSeconds(1), $"{clock.Elapsed} for {Encoding.UTF8.GetString(body)[..30]}");
        }
    }

    /// <summary>Everything it says but how it had to be read; a record does not write its lists out.</summary>
    private static string Shown(CallbackMessage message)
    {
        IReadOnlyList<AccountBalance> accounts = message switch
        {
            CallbackMessage.TransferResult transfer => transfer.Accounts,
            CallbackMessage.BalanceResult balance => balance.Accounts,
            _ => [],
        };
        var parties = (message as CallbackMessage.StatusResult)?.Transaction?.Parties ?? [];
        return $"{message with { ReadLeniently = null }} {string.Join(',', accounts)} {string.Join(',', parties)}".Replace("`1[System.String]", "", StringComparison.Ordinal).Replace("[]", "", StringComparison.Ordinal);
    }
}
