using System.Text.Json;
using Payments.Application.C2b;
using Payments.Application.Daraja;
using Payments.Domain.Receipts;

namespace Payments.Infrastructure.Daraja.Pull;

/// <summary>Reads the Pull Transactions API (docs/protocol/pull.md): lists in lists, another spelling than everywhere else, one code for several things.</summary>
internal static class PulledPayments
{
    private const int MaxText = 100;

    /// <summary>Why the shortcode is not registered for pulling; null when it is, now (1000) or before (1001).</summary>
    public static PullPage? WhyNotRegistered(DarajaResponse exchange)
    {
        if (DarajaReplies.ErrorOf(exchange) == DarajaReplies.GatewayError.AlreadyRegistered)
        {
            return null;
        }

        if (exchange is DarajaResponse.Received { IsSuccess: true, ErrorCode: null } answer)
        {
            var text = Text(answer);
            var status = PullRows.Member(answer.Json, "responsestatus", "responsecode").Code();
            if (status == "1000" || (status == "1001" && (text is null || text.Contains("already", StringComparison.OrdinalIgnoreCase))))
            {
                return null;
            }

            if (status is not null)
            {
                return Refused("refuses to register Pull", $"{status} {text}");
            }
        }

        return Failure(exchange, "refuses to register Pull", "Pull could not be registered: ") with { EndsRound = true };
    }

    /// <summary>Reads one page of what was paid between two times.</summary>
    public static PullPage Read(DarajaResponse exchange, DateTimeOffset from, DateTimeOffset to)
    {
        if (exchange is not DarajaResponse.Received { IsSuccess: true, ErrorCode: null } answer)
        {
            return exchange is DarajaResponse.Received { ErrorText: { } error } && PullWords.SayNothingIsThere(error)
                ? new([], null) { Unsaid = error } : Failure(exchange, "says that Pull is not registered for this shortcode", "");
        }

        var (code, text) = (answer.Json.Get("ResponseCode"u8).Code(), Text(answer));
        var found = PullRows.Of(answer.Json);
        if (found.Rows.Count > 0)
        {
            return Page(found, code, answer, from, to);
        }

        return (code, found) switch
        {
            (_, { Others: > 0 }) => new([], null) { Unread = $"{found.Others} rows could not be read" },
            ("1000", { HasList: true }) => new([], null),
            ("1000", _) => new([], null) { Unread = "Pull answered with success and no list" },
            ("1001", _) when PullWords.Refuse(text) => Refused("says that Pull is not registered for this shortcode", $"1001 {text}"),
            ("1001", _) when PullWords.SayPlainlyNothingIsThere(text) => new([], null),
            ("1001", _) => new([], null) { Unsaid = $"1001 {text ?? "without a word"}" },
            _ => new([], $"Pull answered with code {code ?? "none"}{(text is null ? "" : $": {text}")}"),
        };
    }

    private static PullPage Page(PullRows found, string? code, DarajaResponse.Received answer, DateTimeOffset from, DateTimeOffset to)
    {
        var outside = 0;
        var payments = new List<PulledPayment>();
        var keys = new List<string>();
        foreach (var row in found.Rows)
        {
            var payment = ReadOne(row, from, to, out var isInside);
            keys.Add(payment?.Receipt.Value ?? row.GetRawText());
            if (payment is not null)
            {
                payments.Add(payment);
                outside += isInside ? 0 : 1;
            }
        }

        var unread = found.Rows.Count - payments.Count + found.Others;
        return new(payments, null)
        {
            Rows = found.Rows.Count,
            Keys = keys,
            TotalPages = PullRows.Member(answer.Json, "totalpages").Number() is { } pages and > 0 and < int.MaxValue ? (int)pages : null,
            Unread = unread > 0 ? $"{unread} of {found.Rows.Count + found.Others} rows could not be read"
                : outside > 0 ? $"{outside} rows lie outside the time that was asked for"
                : code is "1000" or null ? null : $"Pull listed rows with code {code}",
        };
    }

    private static PulledPayment? ReadOne(JsonElement row, DateTimeOffset from, DateTimeOffset to, out bool isInside)
    {
        var time = PullTime.Read(PullRows.Member(row, "trxdate", "transtime", "transactiondate", "transactiontime"), from, to, out isInside);
        var payer = PullRows.Member(row, "msisdn", "phonenumber").Text(MaxText);
        var account = PullRows.Member(row, "billreference", "billrefnumber", "accountreference").Typed(MaxText);
        return PullRows.Receipt(row).Receipt() is { } receipt && PullRows.Member(row, "amount", "transamount", "transactionamount").Amount() is { Cents: > 0 } amount
            && time is { } at
            ? new PulledPayment(receipt, at, Payer(payer), account, amount)
            : null;
    }

    /// <summary>Comes without its country code: 722000000.</summary>
    private static string? Payer(string? text) => PayerHint.NumberIn(text)?.Value ?? text;

    /// <summary>An exchange that gave no page: a refusal when Safaricom has a reason of its own, else trouble that passes.</summary>
    private static PullPage Failure(DarajaResponse exchange, string refusing, string before) => exchange switch
    {
        DarajaResponse.NotSent notSent => new([], before + notSent.Why) { EndsRound = true },
        DarajaResponse.NoResponse lost => new([], before + lost.Why),
        DarajaResponse.Received answer when DarajaReplies.ErrorOf(answer) is DarajaReplies.GatewayError.Refused or DarajaReplies.GatewayError.Token =>
            Refused(refusing, $"{answer.ErrorCode} {answer.ErrorText}"),
        DarajaResponse.Received answer => new([], before + (answer.ErrorText is { } text ? $"{answer.Shape}: {text}" : answer.Shape)),
        _ => throw new InvalidOperationException($"Unknown exchange {exchange.GetType().Name}."),
    };

    private static PullPage Refused(string what, string words) => new([], $"Safaricom {what}: {words.Trim()}") { IsRefused = true, EndsRound = true };

    private static string? Text(DarajaResponse.Received answer) =>
        answer.Words(PullRows.Member(answer.Json, "responsemessage", "responsedescription", "message"), MaxText * 2);
}
