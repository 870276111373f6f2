using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json.Nodes;

namespace Payments.Simulator;

/// <summary>/pulltransactions/v1/register and /query (daraja.md §10): what customers paid in the last 48 hours, callbacks or not.</summary>
internal sealed class Pull(Organisations organisations, Planner planner, Ledger ledger, SettingsStore settings)
{
    private static readonly TimeSpan Kept = TimeSpan.FromHours(48);

    // The page shows both, with and without seconds.
    private static readonly string[] TimeForms = ["yyyy-MM-dd HH:mm:ss", "yyyy-MM-dd H:mm:ss", "yyyy-MM-dd HH:mm"];

    private readonly ConcurrentDictionary<string, byte> _registered = new();

    public async Task<Answer> Register(Call call)
    {
        if (organisations.Find(call["ShortCode"]) is null) return Answer.Error(400, "400.001", "Invalid ShortCode");
        var bad = Check.FirstBad(
            ("RequestType", call["RequestType"] == "Pull"),
            ("NominatedNumber", Check.Msisdn(ScriptEndpoints.Party(call["NominatedNumber"]))),
            ("CallBackURL", Check.Url(call["CallBackURL"])));
        if (bad is not null) return Answer.Error(400, "400.003.02", $"Bad Request - Invalid {bad}");

        var plan = planner.ForQuestion(Api.PullRegister);
        if (await Gateway.Refused(plan, Api.PullRegister) is { } fault) return fault;
        var added = _registered.TryAdd(call["ShortCode"], 0);
        return await Gateway.Accepted(plan, Api.PullRegister, Answer.Json(new()
        {
            ["ResponseRefID"] = Guid.NewGuid().ToString(),
            [settings.Current.PullSpacedKey ? "Response Status" : "ResponseStatus"] = added ? "1000" : "1001",
            ["ShortCode"] = call["ShortCode"],
            ["ResponseDescription"] = added ? "Shortcode Registered Successfully" : "ShortCode already Registered",
        }));
    }

    public async Task<Answer> Query(Call call)
    {
        // Pull must be registered first; which error tells so is not documented.
        if (organisations.Find(call["ShortCode"]) is not { } shop || !_registered.ContainsKey(call["ShortCode"]))
            return Answer.Error(400, "400.001", "Invalid ShortCode");
        if (!Time(call["StartDate"], out var from) || !Time(call["EndDate"], out var to))
            return Answer.Error(400, "400.003.02", "Bad Request - Invalid StartDate or EndDate");
        if (!int.TryParse(call["OffSetValue"], NumberStyles.None, CultureInfo.InvariantCulture, out var offset))
            return Answer.Error(400, "400.003.02", "Bad Request - Invalid OffSetValue");

        var plan = planner.ForQuestion(Api.PullQuery);
        if (await Gateway.Refused(plan, Api.PullQuery) is { } fault) return fault;
        var earliest = DateTimeOffset.UtcNow - Kept;
        var rows = ledger.Since(from > earliest ? from : earliest)
            .Where(t => t.Kind is "stk" or "c2b" && shop.Has(t.To) && t.Settled!.At <= to)
            .Skip(offset)
            .Take(settings.Current.PullPageSize)
            .Select(t => Row(t, settings.Current.PullType))
            .ToArray<JsonNode>();
        // An array in an array, and 1001 with an empty one when there is nothing.
        return await Gateway.Accepted(plan, Api.PullQuery, Answer.Json(new()
        {
            ["ResponseRefID"] = Ids.Request(),
            ["ResponseCode"] = rows.Length > 0 ? "1000" : "1001",
            ["ResponseMessage"] = rows.Length > 0 ? "Success" : "No transactions available for the selected time period",
            ["Response"] = new JsonArray(new JsonArray(rows)),
        }));
    }

    /// <summary>Forgets who registered.</summary>
    public void Forget() => _registered.Clear();

    // Asked in East Africa Time.
    private static bool Time(string text, out DateTimeOffset time)
    {
        var good = DateTime.TryParseExact(text, TimeForms, CultureInfo.InvariantCulture, DateTimeStyles.None, out var local);
        time = good ? new DateTimeOffset(local, TimeSpan.FromHours(3)) : default;
        return good;
    }

    private static JsonObject Row(Transaction t, string type)
    {
        var row = Row(t);
        if (type == "absent") row.Remove("transactiontype");
        else if (type != "auto") row["transactiontype"] = type;
        return row;
    }

    private static JsonObject Row(Transaction t) => new()
    {
        ["transactionId"] = t.Settled!.Receipt,
        ["trxDate"] = t.Settled.At.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture),
        ["msisdn"] = Json.Code(t.Msisdn!),
        ["sender"] = "MPESA",
        ["transactiontype"] = t.Account is null ? "c2b-buy-goods-debit" : "c2b-pay-bill-debit",
        ["billreference"] = t.Account ?? "",
        ["amount"] = t.Amount.ToString("0.00", CultureInfo.InvariantCulture),
        ["organizationname"] = "Simulated Shop",
    };
}
