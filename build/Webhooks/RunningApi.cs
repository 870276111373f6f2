using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Payments.Build;

/// <summary>The API these commands work on, mostly the running laptop stack's. Everything that goes wrong with it is one sentence.</summary>
internal sealed class RunningApi : IDisposable
{
    /// <summary>A second apart, while the service waits for its database: it does so when it starts.</summary>
    private const int Tries = 20;

    private readonly HttpClient client;

    public RunningApi(Uri url, string key)
    {
        client = new(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = url, Timeout = TimeSpan.FromSeconds(30) };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
    }

    public void Dispose() => client.Dispose();

    public Task<JsonNode> Get(string path, CancellationToken stop) => Call(HttpMethod.Get, path, null, stop);

    public Task<JsonNode> Post(string path, object? body, CancellationToken stop) => Call(HttpMethod.Post, path, body, stop);

    /// <summary>The place in the feed after everything that has happened.</summary>
    public async Task<string> End(CancellationToken stop)
    {
        for (var place = "0"; ;)
        {
            var (_, next) = await Events(place, stop);
            if (next == place)
            {
                return place;
            }

            place = next;
        }
    }

    /// <summary>What happened after a place in the feed, and the place to go on from.</summary>
    public async Task<(JsonArray Items, string Next)> Events(string place, CancellationToken stop)
    {
        var page = await Get($"/api/events?limit=100&after={place}", stop);
        return page["items"] is JsonArray items && page["next"] is JsonValue next ? (items, (string)next!) : throw NotOurs();
    }

    /// <summary>All that these commands call answers with an object.</summary>
    private static JsonObject Read(string text) => JsonNode.Parse(text) as JsonObject ?? throw new JsonException();

    private StartProblemException NotOurs() => new($"What answers at {client.BaseAddress} is no Payments API; say where it is with --api");

    private async Task<JsonNode> Call(HttpMethod method, string path, object? body, CancellationToken stop)
    {
        var key = Guid.NewGuid().ToString();
        for (var left = Tries; ; left--)
        {
            if (await Call(method, path, body, key, left == 1, stop) is { } answer)
            {
                return answer;
            }

            await Task.Delay(TimeSpan.FromSeconds(1), stop);
        }
    }

    /// <summary>Null: not now, unless it is the last try.</summary>
    private async Task<JsonObject?> Call(HttpMethod method, string path, object? body, string key, bool isLast, CancellationToken stop)
    {
        try
        {
            using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : JsonContent.Create(body) };
            if (method == HttpMethod.Post)
            {
                request.Headers.Add("Idempotency-Key", key);
            }

            using var answer = await client.SendAsync(request, stop);
            var text = await answer.Content.ReadAsStringAsync(stop);
            return answer.IsSuccessStatusCode ? Read(text)
                : answer.StatusCode == HttpStatusCode.ServiceUnavailable && !isLast ? null
                : throw new StartProblemException(answer.StatusCode switch
                {
                    HttpStatusCode.Unauthorized => $"{client.BaseAddress} does not know this key; give one with --key",
                    HttpStatusCode.Forbidden => $"This key may not call {path}; give one with the scopes checkouts, payouts and ops with --key",
                    _ => $"{method} {client.BaseAddress!.AbsoluteUri.TrimEnd('/')}{path} was answered {(int)answer.StatusCode}: {text}",
                });
        }
        catch (JsonException)
        {
            throw NotOurs();
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            throw new StartProblemException($"{client.BaseAddress} did not answer within {client.Timeout.TotalSeconds:0} s");
        }
        catch (HttpRequestException)
        {
            throw new StartProblemException($"Nothing answers at {client.BaseAddress}; start the stack (dotnet run --project build), or say where with --api");
        }
    }
}
