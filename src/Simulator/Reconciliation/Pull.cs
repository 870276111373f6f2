using System.Collections.Concurrent;
using System.Globalization;

namespace Payments.Simulator;

/// <summary>/pulltransactions/v1/register and /query (docs/protocol/pull.md): what customers paid in the last 48 hours, callbacks or not.</summary>
internal sealed class Pull(Organisations organisations, Planner planner, Ledger ledger, SettingsStore settings, Chance chance)
{
    private static readonly TimeSpan Kept = TimeSpan.FromHours(48);

    // The page shows both, with and without seconds.
    private static readonly string[] TimeForms = ["yyyy-MM-dd HH:mm:ss", "yyyy-MM-dd H:mm:ss", "yyyy-MM-dd HH:mm"];

    /// <summary>Answers that say nothing true of the list, for rates.pullOdd.</summary>
    private static readonly Func<PullManners, PullManners>[] Oddities =
    [
        m => m with { Hides = true, Empty = "organization" },
        m => m with { Hides = true, Empty = "none-500" },
        m => m with { List = "missing" },
        m => m with { List = "null" },
        m => m with { List = "unreadable" },
        m => m with { List = "string" },
        m => m with { Offset = "ignored" },
    ];

    private readonly ConcurrentDictionary<string, byte> registered = new();
    private int dropped;

    public async Task<Answer> Register(Call call)
    {
        if (organisations.Find(call["ShortCode"]) is null)
        {
            return Answer.Error(400, "400.001", "Invalid ShortCode");
        }

        var number = settings.Current.Pull.Number == "international" ? call["NominatedNumber"] : ScriptEndpoints.Party(call["NominatedNumber"]);
        var bad = Check.FirstBad(
            ("RequestType", call["RequestType"] == "Pull"),
            ("NominatedNumber", Check.Msisdn(number)),
            ("CallBackURL", Check.Url(call["CallBackURL"])));
        if (bad is not null)
        {
            return Answer.Error(400, "400.003.02", $"Bad Request - Invalid {bad}");
        }

        var plan = planner.ForQuestion(Api.PullRegister);
        if (await Gateway.Refused(plan, Api.PullRegister) is { } fault)
        {
            return fault;
        }

        var added = registered.TryAdd(call["ShortCode"], 0);
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
        if (organisations.Find(call["ShortCode"]) is not { } shop || !registered.ContainsKey(call["ShortCode"]))
        {
            return Answer.Error(400, "400.001", "Invalid ShortCode");
        }

        if (!Time(call["StartDate"], out var from) || !Time(call["EndDate"], out var to))
        {
            return Answer.Error(400, "400.003.02", "Bad Request - Invalid StartDate or EndDate");
        }

        if (!int.TryParse(call["OffSetValue"], NumberStyles.None, CultureInfo.InvariantCulture, out var offset))
        {
            return Answer.Error(400, "400.003.02", "Bad Request - Invalid OffSetValue");
        }

        var plan = planner.ForQuestion(Api.PullQuery);
        if (await Gateway.Refused(plan, Api.PullQuery) is { } fault)
        {
            return fault;
        }

        return await Gateway.Accepted(plan, Api.PullQuery, Page(Listed(shop, from, to), offset, Shaken(settings.Current)));
    }

    /// <summary>Forgets who registered.</summary>
    public void Forget() => registered.Clear();

    private List<Transaction> Listed(Organisation shop, DateTimeOffset from, DateTimeOffset to)
    {
        var dropped = Interlocked.Add(ref this.dropped, settings.Current.Pull.Drop) - settings.Current.Pull.Drop;
        return [.. ledger.Since(DateTimeOffset.UtcNow - Kept).Where(t => t.Kind is "stk" or "c2b" && shop.Has(t.To)).Skip(dropped)
            .Where(t => t.Settled!.At >= from && t.Settled.At <= to)];
    }

    private Answer Page(List<Transaction> listed, int offset, PullManners manners)
    {
        var size = settings.Current.PullPageSize;
        if (offset < manners.First && manners.Zero != "first")
        {
            return manners.Zero == "empty" ? PullAnswers.Empty(manners) : Answer.Error(400, "400.003.02", "Bad Request - Invalid OffSetValue");
        }

        var at = manners.Offset == "ignored" ? 0 : Math.Max(0, offset - manners.First);
        var skip = manners.Offset == "pages" ? (long)at * size : at;
        return PullAnswers.Page(manners.Hides ? [] : [.. listed.Skip((int)Math.Min(skip, listed.Count)).Take(size)], at, listed.Count, manners, size, settings.Current.PullType);
    }

    private PullManners Shaken(Settings now)
    {
        if (now.Rates.PullOdd == 0)
        {
            return now.Pull;
        }

        var dice = chance.For("pull");
        return dice.NextDouble() < now.Rates.PullOdd ? Oddities[dice.Next(Oddities.Length)](now.Pull) : now.Pull;
    }

    // Asked in East Africa Time.
    private static bool Time(string text, out DateTimeOffset time)
    {
        var good = DateTime.TryParseExact(text, TimeForms, CultureInfo.InvariantCulture, DateTimeStyles.None, out var local);
        time = good ? new DateTimeOffset(local, TimeSpan.FromHours(3)) : default;
        return good;
    }
}
