using System.Text.Json.Nodes;

namespace Payments.Simulator;

/// <summary>POST /mpesa/c2b/v1|v2/registerurl (docs/protocol/c2b.md).</summary>
internal sealed class RegisterUrl(Organisations organisations, Registrations registrations, Planner planner, SettingsStore settings)
{
    // Any of these anywhere in a URL, in any case. "exec" is covered by "exe".
    private static readonly string[] Forbidden = ["m-pesa", "mpesa", "safaricom", "exe", "cmd", "sql", "query"];

    // Public testers that production blocks.
    private static readonly string[] Testers = ["ngrok", "mockbin", "requestbin"];

    public Func<Call, Task<Answer>> Version(int version) => call => Handle(call, version);

    private async Task<Answer> Handle(Call call, int version)
    {
        var now = settings.Current;
        if (now.C2bVersion != "any" && now.C2bVersion != $"v{version}")
        {
            return Api.NoProduct();
        }

        if (!call.IsObject || call["ShortCode"].Length == 0)
        {
            return Answer.Error(400, "400.002.05", "Invalid Request Payload");
        }

        var bad = Check.FirstBad(
            ("ShortCode", organisations.Find(call["ShortCode"]) is not null),
            ("ResponseType", call["ResponseType"] is "Completed" or "Cancelled"),
            ("ConfirmationURL", Allowed(call["ConfirmationURL"], now.Production)),
            ("ValidationURL", Allowed(call["ValidationURL"], now.Production)));
        if (bad is not null)
        {
            return Answer.Error(400, "400.003.02", $"Bad Request - Invalid {bad}");
        }

        var plan = planner.ForQuestion(Api.C2bRegister);
        if (await Gateway.Refused(plan, Api.C2bRegister) is { } fault)
        {
            return fault;
        }

        var registration = new Registration(version, call["ResponseType"] == "Completed", call["ConfirmationURL"], call["ValidationURL"]);
        return registrations.TryRegister(call["ShortCode"], registration, once: now.Production)
            ? await Gateway.Accepted(plan, Api.C2bRegister, Registered(version, now.C2bRegisterReply))
            : Faults.Make("already-registered", Api.C2bRegister);
    }

    private static bool Allowed(string url, bool production)
    {
        if (!Check.Url(url) || Forbidden.Any(word => url.Contains(word, StringComparison.OrdinalIgnoreCase)))
        {
            return false;
        }

        if (!production)
        {
            return true;
        }

        var uri = new Uri(url);
        // Production wants https; one's own machine is let through all the same, or one-shot registration could not be tried here.
        return (uri.Scheme == "https" || uri.IsLoopback) && !Testers.Any(t => uri.Host.Contains(t, StringComparison.OrdinalIgnoreCase));
    }

    private static Answer Registered(int version, string form)
    {
        // The misspelt key is Safaricom's.
        var answer = new JsonObject { ["OriginatorCoversationID"] = Ids.Request() };
        if (form != "no-code")
        {
            answer["ResponseCode"] = form == "zeros" ? "00000000" : "0";
        }

        answer["ResponseDescription"] = version == 1 ? "success" : "Success";
        return Answer.Json(answer);
    }
}
