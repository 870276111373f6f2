using System.Text.Json.Nodes;

namespace Payments.Simulator;

/// <summary>What the simulator answers a Daraja call. Status 0 means no answer at all: the connection is cut.</summary>
internal sealed record Answer(int Status, string ContentType, string Body)
{
    public static readonly Answer Cut = new(0, "", "");

    public static Answer Json(JsonObject body, int status = 200) => new(status, "application/json", Simulator.Json.Text(body));

    public static Answer Html(int status, string body) => new(status, "text/html; charset=utf-8", body);

    /// <summary>The synchronous error envelope (docs/protocol/README.md#common-rules). <paramref name="requestId"/> is made up unless given.</summary>
    public static Answer Error(int status, string code, string message, string? requestId = null) =>
        Json(new() { ["requestId"] = requestId ?? Ids.Request(), ["errorCode"] = code, ["errorMessage"] = message }, status);

    /// <summary>400.002.02, with the field named as Daraja names it.</summary>
    public static Answer BadField(string field) => Error(400, "400.002.02", $"Bad Request - Invalid {field}");
}
