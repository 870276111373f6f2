using System.Collections.Concurrent;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Payments.Tests.Faults;

namespace Payments.Testing;

/// <summary>One request at a shop's endpoint, as it arrived.</summary>
internal sealed record Told(string Path, IReadOnlyDictionary<string, string> Headers, string Text, DateTimeOffset At)
{
    public string Id => Headers["webhook-id"];

    public JsonNode Body => JsonNode.Parse(Text)!;

    public string Type => (string)Body["type"]!;

    public JsonNode Data => Body["data"]!;
}

/// <summary>A shop's endpoint for webhooks: keeps whatever is posted, answers as told.</summary>
internal sealed class ShopEndpoint : IAsyncDisposable
{
    private readonly WebApplication web;
    private readonly ConcurrentQueue<Told> told = new();

    private ShopEndpoint(WebApplication app) => web = app;

    public string Url => $"{web.Urls.First()}/webhooks";

    /// <summary>Everything, in the order it came.</summary>
    public IReadOnlyList<Told> All => [.. told];

    /// <summary>Answers one; 200 when it writes nothing.</summary>
    public Func<Told, HttpContext, Task> Answer { get; set; } = (_, _) => Task.CompletedTask;

    public static async Task<ShopEndpoint> Start(int? port = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls($"http://127.0.0.1:{port ?? ChildProcess.FreePort()}");
        builder.Logging.ClearProviders();
        var endpoint = new ShopEndpoint(builder.Build());
        endpoint.web.Run(endpoint.Take);
        await endpoint.web.StartAsync();
        return endpoint;
    }

    /// <summary>Answers with these, one after another, and then 200.</summary>
    public void AnswerWith(params int[] statuses)
    {
        var left = new ConcurrentQueue<int>(statuses);
        Answer = (_, http) =>
        {
            http.Response.StatusCode = left.TryDequeue(out var status) ? status : 200;
            return Task.CompletedTask;
        };
    }

    /// <summary>Waits until so many of a type have come, and gives those.</summary>
    public async Task<IReadOnlyList<Told>> Until(string type, int count = 1, int seconds = 20)
    {
        await PaymentsHost.Eventually(
            () => Task.FromResult(All.Count(one => one.Type == type) >= count), $"{count} × {type} came", seconds,
            () => string.Join(", ", All.Select(one => one.Type)));
        return [.. All.Where(one => one.Type == type)];
    }

    public async ValueTask DisposeAsync() => await web.DisposeAsync();

    private async Task Take(HttpContext http)
    {
        using var reader = new StreamReader(http.Request.Body, Encoding.UTF8);
        var one = new Told(
            http.Request.Path, http.Request.Headers.ToDictionary(header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase),
            await reader.ReadToEndAsync(), DateTimeOffset.UtcNow);
        told.Enqueue(one);
        await Answer(one, http);
    }
}
