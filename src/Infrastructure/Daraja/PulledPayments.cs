using System.Text.Json;
using Payments.Application;
using Payments.Domain;

namespace Payments.Infrastructure;

/// <summary>Reads the Pull Transactions API (daraja.md §10): lists in lists, another spelling than everywhere else.</summary>
internal static class PulledPayments
{
    private const int MaxText = 100;

    /// <summary>True when the shortcode is registered for pulling, now (1000) or before (1001).</summary>
    public static bool IsRegistered(DarajaExchange exchange) =>
        exchange is DarajaExchange.Answered { IsSuccess: true } answer
        && (answer.Json.Get("ResponseStatus"u8).Code() ?? answer.Json.Get("Response Status"u8).Code()) is "1000" or "1001";

    /// <summary>Reads one page. 1001 means that there is nothing.</summary>
    public static PullPage Read(DarajaExchange exchange)
    {
        switch (exchange)
        {
            case DarajaExchange.NotSent notSent:
                return new([], notSent.Why);
            case DarajaExchange.Lost lost:
                return new([], lost.Why);
        }

        var answer = (DarajaExchange.Answered)exchange;
        if (!answer.IsSuccess || answer.ErrorCode is not null)
        {
            return new([], answer.Shape);
        }

        return answer.Json.Get("ResponseCode"u8).Code() switch
        {
            "1000" => Page(answer.Json.Get("Response"u8)),
            "1001" => new([], null),
            var code => new([], $"Pull answered with code {code ?? "none"}"),
        };
    }

    private static PullPage Page(JsonElement response)
    {
        var rows = new List<JsonElement>();
        Collect(response, rows, depth: 0);
        return new([.. rows.Select(ReadOne).OfType<PulledPayment>()], null) { Rows = rows.Count };
    }

    private static void Collect(JsonElement value, List<JsonElement> rows, int depth)
    {
        if (value.ValueKind == JsonValueKind.Object)
        {
            rows.Add(value);
        }
        else if (value.ValueKind == JsonValueKind.Array && depth < 3)
        {
            foreach (var inner in value.EnumerateArray())
            {
                Collect(inner, rows, depth + 1);
            }
        }
    }

    private static PulledPayment? ReadOne(JsonElement row)
    {
        return row.Get("transactionId"u8).Receipt() is { } receipt && row.Get("amount"u8).Amount() is { Cents: > 0 } amount
            && row.Get("trxDate"u8).Time() is { } at
            ? new PulledPayment(receipt, at, Payer(row.Get("msisdn"u8).Text(MaxText)), row.Get("billreference"u8).Typed(MaxText), amount)
            : null;
    }

    /// <summary>Comes without its country code: 722000000.</summary>
    private static string? Payer(string? text) => PayerHint.NumberIn(text)?.Value ?? text;
}
