using System.Collections.Concurrent;
using System.Text.Json;

namespace Payments.Simulator;

/// <summary>One exchange: a request that came in, or a callback that went out. Status 0 means nobody answered.</summary>
internal sealed record Exchange(DateTimeOffset At, string Method, string Path, int Status, string Body, string Answer);

/// <summary>The last 10,000 exchanges (src/Simulator/README.md): enough for any test, and a bound for the fault rig's hours.</summary>
internal sealed class Journal
{
    private const int Kept = 10_000;
    private readonly ConcurrentQueue<Exchange> items = new();

    public void Add(Exchange exchange)
    {
        items.Enqueue(exchange);
        while (items.Count > Kept)
        {
            items.TryDequeue(out _);
        }
    }

    public void Clear() => items.Clear();

    /// <summary>Writes {items:[…]}, oldest first, the last <paramref name="last"/> of them when given; a body or answer that is JSON appears as JSON, other text as a string.</summary>
    public IResult Show(int? last) => Results.Stream(
        async stream =>
        {
            await using var writer = new Utf8JsonWriter(stream, new JsonWriterOptions { Encoder = Json.Wire.Encoder });
            writer.WriteStartObject();
            writer.WriteStartArray("items");
            foreach (var item in items.OrderBy(i => i.At).TakeLast(last ?? Kept))
            {
                Write(writer, item);
                // Kestrel's stream is asynchronous only: hand on what has gathered before the writer's buffer grows large.
                if (writer.BytesPending > 64 * 1024)
                {
                    await writer.FlushAsync();
                }
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        },
        "application/json");

    private static void Write(Utf8JsonWriter writer, Exchange item)
    {
        writer.WriteStartObject();
        writer.WriteString("at", item.At.UtcDateTime);
        writer.WriteString("method", item.Method);
        writer.WriteString("path", item.Path);
        writer.WriteNumber("status", item.Status);
        WriteText(writer, "body", item.Body);
        WriteText(writer, "answer", item.Answer);
        writer.WriteEndObject();
    }

    private static void WriteText(Utf8JsonWriter writer, string name, string text)
    {
        writer.WritePropertyName(name);
        if (text.Length == 0)
        {
            writer.WriteNullValue();
        }
        else if (Json.TryParse(text) is { } json)
        {
            json.WriteTo(writer);
        }
        else
        {
            writer.WriteStringValue(text);
        }
    }
}

/// <summary>What came in and what went out.</summary>
internal sealed class Journals
{
    public Journal Requests { get; } = new();

    public Journal Deliveries { get; } = new();
}
