using System.Text.Json.Nodes;

namespace Payments.Simulator;

/// <summary>
/// What Daraja and the machines before it answer when something is wrong (docs/protocol/README.md#common-rules, stk.md#stk-push, result-codes.md#gateway-error-codes). A script uses a name as
/// <c>error</c> (the request was not accepted) or as <c>reply</c> (it was accepted all the same).
/// </summary>
internal static class Faults
{
    private const string Incapsula =
        "<html style=\"height:100%\"><head><META NAME=\"ROBOTS\" CONTENT=\"NOINDEX, NOFOLLOW\"></head><body style=\"margin:0px;height:100%\">" +
        "<iframe id=\"main-iframe\" src=\"/_Incapsula_Resource\">Request unsuccessful. Incapsula incident ID: 0-0</iframe></body></html>";

    private static readonly Dictionary<string, Func<Api, Answer>> All = new(StringComparer.OrdinalIgnoreCase)
    {
        ["spike-arrest"] = _ => Answer.Error(500, "500.003.02", "Error Occurred: Spike Arrest Violation"),
        ["500.003.02"] = _ => Answer.Error(500, "500.003.02", "Error Occurred: Spike Arrest Violation"),
        ["busy"] = _ => Answer.Error(500, "500.003.02", "System is busy. Please try again in few minutes."),
        ["quota"] = _ => Answer.Error(500, "500.003.03", "Quota Violation"),
        ["500.003.03"] = _ => Answer.Error(500, "500.003.03", "Quota Violation"),
        ["internal-error"] = _ => Answer.Error(500, "500.003.1001", "Internal Server Error"),
        ["500.003.1001"] = _ => Answer.Error(500, "500.003.1001", "Internal Server Error"),
        ["429"] = _ => Answer.Error(429, "429", "Too Many Requests"),
        ["html-403"] = _ => Answer.Html(403, Incapsula),
        ["html-503"] = _ => Answer.Html(503, Incapsula),
        ["html-200"] = _ => Answer.Html(200, Incapsula),
        ["empty"] = _ => new(200, "application/json", ""),
        ["empty-500"] = _ => new(500, "application/json", ""),
        ["soap-fault"] = _ => Answer.Json(SoapFault(), 500),
        // JSON cut off in the middle, as a proxy that gives up leaves it.
        ["malformed"] = _ => new(200, "application/json", "{\"MerchantRequestID\":\"2654-4b64-97ff"),
        ["reset"] = _ => Answer.Cut,
        ["lost"] = _ => Answer.Cut,
        ["locked"] = _ => SubscriberLocked(),
        ["merchant-does-not-exist"] = _ => Answer.Error(500, "500.001.1001", "Merchant does not exist"),
        ["wrong-credentials"] = _ => Answer.Error(500, "500.001.1001", "Wrong credentials"),
        ["merchant-validate"] = _ => Answer.Error(500, "500.001.1001", "[MerchantValidate] - Wrong credentials"),
        ["bad-token"] = api => api.BadToken("simulated"),
        ["404.001.03"] = _ => Answer.Error(404, "404.001.03", "Invalid Access Token"),
        ["401.002.01"] = _ => Answer.Error(401, "401.002.01", "Error Occurred - Invalid Access Token - simulated"),
        ["401.003.01"] = _ => Answer.Error(401, "401.003.01", "Error Occurred - Invalid Access Token - simulated"),
        ["400.003.01"] = _ => Answer.Error(400, "400.003.01", "Invalid Access Token"),
        ["no-apiproduct"] = _ => Api.NoProduct(),
        ["400.002.02"] = _ => Answer.BadField("BusinessShortCode"),
        ["400.002.05"] = _ => Answer.Error(400, "400.002.05", "Invalid Request Payload"),
        ["not-found"] = api => api.NotFound(),
        ["duplicate"] = _ => DuplicateOriginator(),
        ["maintenance"] = _ => Answer.Error(500, "00.002.1001", "Service is under maintenance. Please try again later"),
        ["already-registered"] = _ => Answer.Error(500, "500.003.1001", "Urls are already registered."),
        ["duplicate-notification"] = _ =>
            Answer.Error(500, "500.003.1001", "Duplicate notification info, SP ID is 107031000, correlator is 10001"),
        // HTTP 200 with a ResponseCode that is no success (docs/protocol/README.md#common-rules).
        ["response-code"] = _ => Answer.Json(new() { ["ResponseCode"] = "1", ["ResponseDescription"] = "Rejected", ["CustomerMessage"] = "Rejected" }),
        // Seen on B2B with empty optional fields (docs/protocol/b2c-b2b.md#b2b).
        ["empty-ack"] = _ => Answer.Json(new()
        {
            ["ConversationID"] = "",
            ["OriginatorConversationID"] = "",
            ["ResponseCode"] = "",
            ["ResponseDescription"] = "",
        }),
    };

    public static IEnumerable<string> Names => All.Keys;

    public static bool Known(string name) => All.ContainsKey(name);

    public static Answer Make(string name, Api api) => All[name](api);

    public static Answer SubscriberLocked() => Answer.Error(500, "500.001.1001", Outcomes.Locked.Text);

    public static Answer DuplicateOriginator() => Answer.Error(500, "500.002.1001", "Duplicate OriginatorConversationID.");

    private static JsonObject SoapFault() => new()
    {
        ["Envelope"] = new JsonObject
        {
            ["encodingStyle"] = "http://schemas.xmlsoap.org/soap/encoding/",
            ["Body"] = new JsonObject
            {
                ["Fault"] = new JsonObject { ["faultcode"] = "env:Server", ["faultstring"] = "Internal error", ["detail"] = "" },
            },
        },
    };
}
