using System.Text.Json;

namespace Payments.Simulator;

/// <summary>One request to a Daraja path, its body read whole.</summary>
internal sealed class Call
{
    private readonly JsonElement body;

    public Call(Api api, HttpRequest request, string text)
    {
        (Api, Request, Text) = (api, request, text);
        // Without a JSON content type Daraja sees no fields and complains of the first mandatory one (docs/protocol/README.md#common-rules).
        var json = request.ContentType?.Contains("json", StringComparison.OrdinalIgnoreCase) == true;
        IsObject = json && Json.TryParse(text) is { ValueKind: JsonValueKind.Object } body && (this.body = body).ValueKind == JsonValueKind.Object;
    }

    public Api Api { get; }

    public HttpRequest Request { get; }

    public string Text { get; }

    /// <summary>The body is a JSON object sent as JSON.</summary>
    public bool IsObject { get; }

    /// <summary>A field's text, whether it came as string or number; empty when absent or neither.</summary>
    public string this[string field] =>
        IsObject && body.TryGetProperty(field, out var value) ? Json.Scalar(value) ?? "" : "";
}
