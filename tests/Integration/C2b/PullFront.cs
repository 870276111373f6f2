using System.Net;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Payments.Tests.Integration;

/// <summary>Somebody between the API and the simulator who changes what Pull's list says; a second API on the same database goes through it.</summary>
internal sealed class PullFront : IAsyncDisposable
{
    private readonly WebApplication front;

    private PullFront(WebApplication front, PaymentsHost host) => (this.front, Host) = (front, host);

    public PaymentsHost Host { get; }

    /// <param name="change">What was asked, what the simulator says to it, and what is told instead.</param>
    public static async Task<PullFront> Start(PaymentsHost behind, Func<JsonNode, string, string> change)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        var front = builder.Build();
        front.Urls.Add("http://127.0.0.1:0");
        var client = new HttpClient { BaseAddress = behind.Simulator.BaseAddress };
        front.Map("/{**path}", async (HttpContext http) =>
        {
            using var body = new MemoryStream();
            await http.Request.Body.CopyToAsync(body);
            using var request = new HttpRequestMessage(new(http.Request.Method), http.Request.Path + http.Request.QueryString.Value);
            if (http.Request.Headers.Authorization.Count > 0)
            {
                request.Headers.TryAddWithoutValidation("Authorization", http.Request.Headers.Authorization.ToString());
            }

            if (http.Request.Method != HttpMethods.Get)
            {
                request.Content = new ByteArrayContent(body.ToArray());
                request.Content.Headers.ContentType = new("application/json");
            }

            using var answer = await client.SendAsync(request);
            var text = await answer.Content.ReadAsStringAsync();
            http.Response.StatusCode = (int)answer.StatusCode;
            http.Response.ContentType = answer.Content.Headers.ContentType?.ToString();
            var changes = answer.StatusCode == HttpStatusCode.OK && http.Request.Path.StartsWithSegments("/pulltransactions/v1/query");
            await http.Response.WriteAsync(changes ? change(JsonNode.Parse(body.ToArray())!, text) : text);
        });
        await front.StartAsync();
        return new(front, await PaymentsHost.StartOn(behind.ConnectionString, PullHost.Granted, $"Daraja:BaseUrl={front.Urls.First()}"));
    }

    public async ValueTask DisposeAsync()
    {
        await Host.DisposeAsync();
        await front.StopAsync();
        await front.DisposeAsync();
    }
}
