using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace Payments.Api.Hosting;

/// <summary>
/// One JSON object a line. The built-in JSON console leaves out the event's name, which is what alerts are built on, and its scopes hold
/// request paths, and with them callback tokens; here the trace's ids come straight from the running span and scopes are left out.
/// </summary>
internal sealed class JsonLines() : ConsoleFormatter(FormatterName)
{
    public const string FormatterName = "payments-json";

    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public override void Write<TState>(in LogEntry<TState> logEntry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(buffer, Options))
        {
            json.WriteStartObject();
            json.WriteString("at", DateTimeOffset.UtcNow.UtcDateTime);
            json.WriteString("level", LevelName(logEntry.LogLevel));
            if (logEntry.EventId.Name is { } name)
            {
                json.WriteString("event", name);
            }

            json.WriteString("source", logEntry.Category);
            json.WriteString("message", logEntry.Formatter(logEntry.State, logEntry.Exception));
            if (logEntry.State is IReadOnlyList<KeyValuePair<string, object?>> { Count: > 1 } fields)
            {
                json.WriteStartObject("fields");
                foreach (var (key, value) in fields.Where(field => field.Key != "{OriginalFormat}"))
                {
                    Write(json, key, value);
                }

                json.WriteEndObject();
            }

            if (Activity.Current is { } span)
            {
                json.WriteString("traceId", span.TraceId.ToHexString());
                json.WriteString("spanId", span.SpanId.ToHexString());
            }

            if (logEntry.Exception is { } exception)
            {
                json.WriteString("exception", exception.ToString());
            }

            json.WriteEndObject();
        }

        textWriter.WriteLine(Encoding.UTF8.GetString(buffer.WrittenSpan));
    }

    private static void Write(Utf8JsonWriter json, string key, object? value)
    {
        switch (value)
        {
            case null:
                json.WriteNull(key);
                break;
            case bool yes:
                json.WriteBoolean(key, yes);
                break;
            case int or long or short or byte:
                json.WriteNumber(key, Convert.ToInt64(value, CultureInfo.InvariantCulture));
                break;
            case double number when double.IsFinite(number):
                json.WriteNumber(key, number);
                break;
            case decimal number:
                json.WriteNumber(key, number);
                break;
            default:
                json.WriteString(key, Convert.ToString(value, CultureInfo.InvariantCulture));
                break;
        }
    }

    private static string LevelName(LogLevel level) => level switch
    {
        LogLevel.Trace => "trace",
        LogLevel.Debug => "debug",
        LogLevel.Information => "information",
        LogLevel.Warning => "warning",
        LogLevel.Error => "error",
        LogLevel.Critical => "critical",
        _ => "none",
    };
}
