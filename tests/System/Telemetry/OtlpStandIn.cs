using System.Collections.Concurrent;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Payments.Tests.SystemTests;

/// <summary>A span as it was sent.</summary>
internal sealed record SentSpan(
    string TraceId, string SpanId, string ParentId, string Name, IReadOnlyDictionary<string, string> Attributes, IReadOnlyList<(string TraceId, string SpanId)> Links,
    ulong Start, ulong End);

/// <summary>Takes what an OTLP exporter sends over HTTP and reads the spans in it; no more of protobuf than that needs.</summary>
internal sealed class OtlpStandIn : IAsyncDisposable
{
    private readonly WebApplication app;

    private OtlpStandIn(WebApplication app) => this.app = app;

    public Uri Url => new(app.Urls.First());

    /// <summary>Every body that came, by path.</summary>
    public ConcurrentQueue<(string Path, byte[] Body)> Received { get; } = new();

    /// <summary>Every span that came.</summary>
    public IReadOnlyList<SentSpan> Spans => [.. Received.Where(r => r.Path == "/v1/traces").SelectMany(r => Read(r.Body))];

    public static async Task<OtlpStandIn> Start()
    {
        var builder = WebApplication.CreateSlimBuilder(["--urls", "http://127.0.0.1:0"]);
        builder.Logging.ClearProviders();
        var app = builder.Build();
        var standIn = new OtlpStandIn(app);
        app.MapPost("/v1/{signal}", async (HttpContext context) =>
        {
            var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body);
            standIn.Received.Enqueue((context.Request.Path, body.ToArray()));
            context.Response.ContentType = "application/x-protobuf";
        });
        await app.StartAsync();
        return standIn;
    }

    public async ValueTask DisposeAsync() => await app.DisposeAsync();

    private static IEnumerable<SentSpan> Read(byte[] body) =>
        Fields(body).Where(f => f.Number == 1).SelectMany(resource => Fields(resource.Bytes)).Where(f => f.Number == 2)
            .SelectMany(scope => Fields(scope.Bytes)).Where(f => f.Number == 2).Select(span => ReadSpan(span.Bytes));

    private static SentSpan ReadSpan(ReadOnlyMemory<byte> bytes)
    {
        var fields = Fields(bytes).ToList();
        string Hex(int number) => fields.Where(f => f.Number == number).Select(f => Convert.ToHexStringLower(f.Bytes.Span)).FirstOrDefault() ?? "";
        return new(
            Hex(1), Hex(2), Hex(4), fields.Where(f => f.Number == 5).Select(f => Encoding.UTF8.GetString(f.Bytes.Span)).First(),
            fields.Where(f => f.Number == 9).Select(f => Fields(f.Bytes).ToList()).ToDictionary(
                pair => Encoding.UTF8.GetString(pair.First(p => p.Number == 1).Bytes.Span),
                pair => Fields(pair.First(p => p.Number == 2).Bytes).Select(v => v.Number == 1 ? Encoding.UTF8.GetString(v.Bytes.Span) : v.Value.ToString(System.Globalization.CultureInfo.InvariantCulture)).First()),
            [.. fields.Where(f => f.Number == 13).Select(f => Fields(f.Bytes).ToList()).Select(link => (
                Convert.ToHexStringLower(link.First(l => l.Number == 1).Bytes.Span), Convert.ToHexStringLower(link.First(l => l.Number == 2).Bytes.Span)))],
            fields.First(f => f.Number == 7).Value, fields.First(f => f.Number == 8).Value);
    }

    /// <summary>The fields of one message: varints and fixed numbers as values, the rest as bytes.</summary>
    private static IEnumerable<(int Number, ulong Value, ReadOnlyMemory<byte> Bytes)> Fields(ReadOnlyMemory<byte> message)
    {
        for (var at = 0; at < message.Length;)
        {
            var key = Varint(message.Span, ref at);
            switch (key & 7)
            {
                case 0:
                    yield return ((int)(key >> 3), Varint(message.Span, ref at), default);
                    break;
                case 1:
                    yield return ((int)(key >> 3), BitConverter.ToUInt64(message.Span[at..]), default);
                    at += 8;
                    break;
                case 5:
                    yield return ((int)(key >> 3), BitConverter.ToUInt32(message.Span[at..]), default);
                    at += 4;
                    break;
                default:
                    var length = (int)Varint(message.Span, ref at);
                    yield return ((int)(key >> 3), 0, message.Slice(at, length));
                    at += length;
                    break;
            }
        }
    }

    private static ulong Varint(ReadOnlySpan<byte> bytes, ref int at)
    {
        var value = 0UL;
        for (var shift = 0; ; shift += 7)
        {
            var next = bytes[at++];
            value |= (ulong)(next & 0x7f) << shift;
            if (next < 0x80)
            {
                return value;
            }
        }
    }
}
