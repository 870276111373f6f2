using System.Globalization;
using System.Text.Json.Nodes;

namespace Payments.Simulator;

/// <summary>How a page of the Pull API looks: rows, the list they stand in, and a list without any (docs/protocol/pull.md).</summary>
internal static class PullAnswers
{
    /// <summary>A page; <paramref name="of"/> is how many rows the whole list has.</summary>
    public static Answer Page(IReadOnlyList<Transaction> rows, int page, int of, PullManners manners, int pageSize, string type)
    {
        if (rows.Count == 0)
        {
            return Empty(manners);
        }

        var body = new JsonObject
        {
            ["ResponseRefID"] = Ids.Request(),
            ["ResponseCode"] = "1000",
            ["ResponseMessage"] = "Success",
        };
        JsonArray written = [.. rows.Select(t => (JsonNode)(manners.List == "unreadable" ? Unreadable(t) : Row(t, manners.Time, type)))];
        switch (manners.List)
        {
            case "flat": body["Response"] = written; break;
            case "string": body["Response"] = Json.Text(new JsonArray(written)); break;
            case "transaction": body["Transaction"] = new JsonArray(written); break;
            case "transaction-string": body["Transaction"] = Json.Text(new JsonArray(written)); break;
            case "null": body["Response"] = new JsonArray(new JsonArray((JsonNode?)null)); break;
            case "missing": break;
            default: body["Response"] = new JsonArray(written); break;
        }

        if (manners.PageInfo)
        {
            body["CurrentPage"] = page;
            body["PageSize"] = pageSize;
            body["TotalPages"] = (of + pageSize - 1) / pageSize;
        }

        return Answer.Json(body);
    }

    /// <summary>A list without rows.</summary>
    public static Answer Empty(PullManners manners) => manners.Empty switch
    {
        "none-500" => Answer.Error(500, "500", "Failed to retrieve transactions. The short code does not have any available transactions."),
        "not-found" => Answer.Error(404, "404.001.01", "Transaction not found /no transaction on G2"),
        "empty-list" => List("1000", "Success", manners),
        "organization" => List("1001", "No records found or Organization Name not available", manners),
        _ => List("1001", "No transactions available for the selected time period", manners),
    };

    private static Answer List(string code, string message, PullManners manners)
    {
        var (name, isText) = (manners.List.StartsWith("transaction", StringComparison.Ordinal) ? "Transaction" : "Response", manners.List.EndsWith("string", StringComparison.Ordinal));
        return Answer.Json(new()
        {
            ["ResponseRefID"] = Ids.Request(),
            ["ResponseCode"] = code,
            ["ResponseMessage"] = message,
            // An array in an array, also where there is nothing in it.
            [name] = isText ? "[[]]" : new JsonArray(new JsonArray()),
        });
    }

    private static JsonObject Row(Transaction t, string time, string type)
    {
        var row = Row(t, time);
        if (type == "absent")
        {
            row.Remove("transactiontype");
        }
        else if (type != "auto")
        {
            row["transactiontype"] = type;
        }

        return row;
    }

    private static JsonObject Row(Transaction t, string time) => new()
    {
        ["transactionId"] = t.Settled!.Receipt,
        ["trxDate"] = Time(t.Settled.At, time),
        ["msisdn"] = Json.Code(t.Msisdn!),
        ["sender"] = "MPESA",
        ["transactiontype"] = t.Account is null ? "c2b-buy-goods-debit" : "c2b-pay-bill-debit",
        ["billreference"] = t.Account ?? "",
        ["amount"] = t.Amount.ToString("0.00", CultureInfo.InvariantCulture),
        ["organizationname"] = "Simulated Shop",
    };

    // What a new version of the API would look like to a client of the old one.
    private static JsonObject Unreadable(Transaction t) => new()
    {
        ["ref"] = t.Settled!.Receipt,
        ["value"] = new JsonObject { ["minor"] = (long)(t.Amount * 100), ["currency"] = "KES" },
    };

    private static JsonNode Time(DateTimeOffset at, string form) => form switch
    {
        "eat-z" => Eat.Format(at, "yyyy-MM-dd'T'HH:mm:ss'Z'"),
        "eat" => Eat.Format(at, "yyyy-MM-dd HH:mm:ss"),
        "offset" => Eat.Format(at, "yyyy-MM-dd'T'HH:mm:sszzz"),
        "offset-compact" => Eat.Format(at, "yyyy-MM-dd'T'HH:mm:ss'+0300'"),
        "epoch" => at.ToUnixTimeSeconds(),
        "epoch-ms" => at.ToUnixTimeMilliseconds(),
        "digits" => long.Parse(Eat.Digits(at), CultureInfo.InvariantCulture),
        _ => at.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture),
    };
}
