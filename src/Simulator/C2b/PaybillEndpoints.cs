using System.Text.Json;

namespace Payments.Simulator;

/// <summary>/simulator/c2b: a customer pays the Pay Bill or the till by hand.</summary>
internal static class PaybillEndpoints
{
    public static void MapPaybill(this IEndpointRouteBuilder app)
    {
        app.MapPost("/simulator/c2b", Pay);
        app.MapGet("/simulator/c2b/urls", (Registrations registrations) => Results.Json(new { items = registrations.Show() }, Json.Own));
        // What two operators do in Safaricom's portal before URLs can be registered again (docs/protocol/c2b.md).
        app.MapDelete("/simulator/c2b/urls", (Registrations registrations, Pull pull) =>
        {
            registrations.Clear();
            pull.Forget();
            return Results.NoContent();
        });
    }

    private static async Task<IResult> Pay(HttpRequest request, Organisations organisations, SettingsStore settings, Planner planner, C2bPayments payments, Wallets wallets)
    {
        JsonElement body;
        try
        {
            body = await JsonSerializer.DeserializeAsync<JsonElement>(request.Body);
        }
        catch (JsonException e)
        {
            return ScriptEndpoints.Problem([e.Message]);
        }

        if (body.ValueKind != JsonValueKind.Object)
        {
            return ScriptEndpoints.Problem(["A payment is an object: amount, account, msisdn, shortcode?"]);
        }

        string Text(string name) => body.TryGetProperty(name, out var value) ? Json.Scalar(value) ?? "" : "";
        var shortcode = Text("shortcode") is { Length: > 0 } given ? given : organisations.Default.Shortcode;
        var shop = organisations.Find(shortcode) ?? (settings.Current.Siblings.Contains(shortcode) ? organisations.Default : null);
        var msisdn = ScriptEndpoints.Party(Text("msisdn"));
        var buyGoods = shop is not null && shortcode == shop.TillNumber;
        List<string> problems = [];
        if (shop is null)
        {
            problems.Add($"shortcode '{shortcode}' is nobody's here.");
        }

        if (!Check.Amount(Text("amount"), out var amount) || amount is < 1 or > 250_000)
        {
            problems.Add("amount is shillings from 1 to 250000, cents allowed.");
        }

        if (!Check.Msisdn(msisdn))
        {
            problems.Add("msisdn is a Kenyan mobile number.");
        }
        // The phone's menu takes no more (docs/protocol/c2b.md).
        if (!buyGoods && Text("account").Length is 0 or > 20)
        {
            problems.Add("account is 1 to 20 characters.");
        }

        if (problems.Count > 0)
        {
            return ScriptEndpoints.Problem(problems);
        }

        // Who gives a PIN pays as the phone does: it must be the right one, and there must be enough money.
        if (Text("pin") is { Length: > 0 } pin && wallets.Refusal(msisdn, pin, amount) is { } refusal)
        {
            return Results.Json(Show(new("failed", null, refusal, null, [], 0)), Json.Own);
        }

        var plan = planner.For("c2b", msisdn);
        if (plan.Delay is { } thinking)
        {
            await Task.Delay(thinking, request.HttpContext.RequestAborted);
        }

        return Results.Json(Show(await payments.Pay(new(shortcode, buyGoods, amount, Text("account"), msisdn), plan, default)), Json.Own);
    }

    private static object Show(C2bReport report) => new
    {
        status = report.Status,
        receipt = report.Receipt,
        resultCode = report.Outcome.Code,
        resultDesc = report.Outcome.Text,
        validation = report.Validation is not { } verdict ? null : new
        {
            accepted = verdict.Accepted,
            decidedBy = verdict.DecidedBy,
            status = verdict.Exchange?.Status,
            answer = verdict.Exchange?.Answer,
        },
        confirmations = report.Confirmations.Select(c => new { status = c.Status, answer = c.Answer }),
        laterConfirmations = report.LaterConfirmations,
    };
}
