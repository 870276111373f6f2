using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Payments.Testing;

/// <summary>A callback as it arrived.</summary>
internal sealed record CaughtCallback(string Path, string Text, string? ContentType)
{
    /// <summary>The bytes as they came.</summary>
    public byte[] Bytes { get; init; } = [];

    /// <summary>Content-Encoding, X-Forwarded-For and the peer's address.</summary>
    public (string Encoding, string ForwardedFor, string? Source) Wire { get; init; }

    public JsonElement Json => JsonDocument.Parse(Text).RootElement;

    /// <summary>The stkCallback inside.</summary>
    public JsonElement Stk => Json.GetProperty("Body").GetProperty("stkCallback");

    /// <summary>The Result inside.</summary>
    public JsonElement Envelope => Json.GetProperty("Result");

    /// <summary>A ResultParameter by its key; the first when it comes twice.</summary>
    public JsonElement Parameter(string key) => Envelope.GetProperty("ResultParameters").GetProperty("ResultParameter").EnumerateArray()
        .First(p => p.GetProperty("Key").GetString() == key).GetProperty("Value");
}

/// <summary>A shop's endpoint: takes whatever is posted, answers as told.</summary>
internal sealed class CallbackCatcher : IAsyncDisposable
{
    // Long enough for a busy machine; only a failing test waits so long.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly WebApplication web;
    private readonly ConcurrentDictionary<string, Channel<CaughtCallback>> byPath = new();

    private CallbackCatcher(WebApplication app) => web = app;

    public string Url => web.Urls.First();

    /// <summary>The answer to a path, null for the usual acceptance.</summary>
    public Func<string, Task<string?>> Answer { get; set; } = _ => Task.FromResult<string?>(null);

    public static async Task<CallbackCatcher> Start()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var catcher = new CallbackCatcher(builder.Build());
        catcher.web.Run(catcher.Take);
        await catcher.web.StartAsync();
        return catcher;
    }

    /// <summary>The next callback on the path.</summary>
    public async Task<CaughtCallback> Next(string path = "/stk")
    {
        using var patience = new CancellationTokenSource(Patience);
        return await Of(path).Reader.ReadAsync(patience.Token);
    }

    /// <summary>How many came on the path and were not taken yet.</summary>
    public int Waiting(string path = "/stk") => Of(path).Reader.Count;

    public async ValueTask DisposeAsync() => await web.DisposeAsync();

    private Channel<CaughtCallback> Of(string path) => byPath.GetOrAdd(path, _ => Channel.CreateUnbounded<CaughtCallback>());

    private async Task Take(HttpContext http)
    {
        using var body = new MemoryStream();
        await http.Request.Body.CopyToAsync(body);
        var path = http.Request.Path.Value!;
        await Of(path).Writer.WriteAsync(new(path, Encoding.UTF8.GetString(body.ToArray()), http.Request.ContentType)
        {
            Bytes = body.ToArray(),
            Wire = (http.Request.Headers.ContentEncoding.ToString(), http.Request.Headers["X-Forwarded-For"].ToString(), http.Connection.RemoteIpAddress?.ToString()),
        });
        var answer = await Answer(path) ?? """{"ResultCode":0,"ResultDesc":"Accepted"}""";
        http.Response.ContentType = "application/json";
        await http.Response.WriteAsync(answer);
    }
}
