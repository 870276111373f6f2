using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace Payments.Build;

/// <summary>The API these commands work on, mostly the running laptop stack's. Everything that goes wrong with it is one sentence.</summary>
internal sealed class RunningApi : IDisposable
{
    private readonly HttpClient client;

    public RunningApi(string url, string key)
    {
        client = new(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = new(url), Timeout = TimeSpan.FromSeconds(30) };
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
            var next = (string)(await Get($"/api/events?limit=100&after={place}", stop))["next"]!;
            if (next == place)
            {
                return place;
            }

            place = next;
        }
    }

    private async Task<JsonNode> Call(HttpMethod method, string path, object? body, CancellationToken stop)
    {
        try
        {
            using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : JsonContent.Create(body) };
            if (method == HttpMethod.Post)
            {
                request.Headers.Add("Idempotency-Key", Guid.NewGuid().ToString());
            }

            using var answer = await client.SendAsync(request, stop);
            var text = await answer.Content.ReadAsStringAsync(stop);
            return answer.IsSuccessStatusCode ? JsonNode.Parse(text)!
                : throw new StartProblemException(answer.StatusCode switch
                {
                    HttpStatusCode.Unauthorized => $"{client.BaseAddress} does not know this key; give one with --key",
                    HttpStatusCode.Forbidden => $"This key may not call {path}; give one with the scopes checkouts, payouts and ops with --key",
                    _ => $"{method} {client.BaseAddress!.AbsoluteUri.TrimEnd('/')}{path} was answered {(int)answer.StatusCode}: {text}",
                });
        }
        catch (HttpRequestException)
        {
            throw new StartProblemException($"Nothing answers at {client.BaseAddress}; start the stack (dotnet run --project build), or say where with --api");
        }
    }
}
