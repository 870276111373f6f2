using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Payments.Testing;

/// <summary>
/// The local API of a tunnel program, answering as that program does: ngrok's list of tunnels, or cloudflared's bare host name (as text, not
/// as JSON by its type) and the rules it follows.
/// </summary>
internal sealed class TunnelStandIn : IAsyncDisposable
{
    private readonly WebApplication app;
    private int asked;

    private TunnelStandIn(WebApplication app) => this.app = app;

    /// <summary>What <c>Callbacks:TunnelApi</c> is set to.</summary>
    public string Address => app.Urls.First();

    /// <summary>The public address it gives; null: none is open.</summary>
    public Uri? Public { get; set; }

    /// <summary>How often it was asked.</summary>
    public int Asked => asked;

    /// <summary>Where it leads.</summary>
    public string LeadsTo { get; set; } = "http://localhost:5080";

    /// <summary>ngrok's (<c>/api/tunnels</c>).</summary>
    public static Task<TunnelStandIn> Ngrok(Uri? address, string? leadsTo = null) => Start(address, leadsTo, (stand, app) => app.MapGet("/api/tunnels", () =>
        Results.Json(new
        {
            tunnels = stand.Public is null ? [] : new[]
            {
                new
                {
                    name = "command_line",
                    uri = "/api/tunnels/command_line",
                    public_url = stand.Public.GetLeftPart(UriPartial.Authority),
                    proto = stand.Public.Scheme,
                    config = new { addr = stand.LeadsTo, inspect = true },
                },
            },
            uri = "/api/tunnels",
        })));

    /// <summary>cloudflared's metrics server (<c>/quicktunnel</c>, <c>/config</c>).</summary>
    public static Task<TunnelStandIn> Cloudflared(Uri? address, string? leadsTo = null) => Start(address, leadsTo, (stand, app) =>
    {
        app.MapGet("/quicktunnel", () => Results.Text($$"""{"hostname":"{{stand.Public?.Authority}}"}""", "text/plain"));
        app.MapGet("/config", () => Results.Json(new { version = -1, config = new { ingress = new[] { new { service = stand.LeadsTo } } } }));
    });

    public ValueTask DisposeAsync() => app.DisposeAsync();

    private static async Task<TunnelStandIn> Start(Uri? address, string? leadsTo, Action<TunnelStandIn, WebApplication> map)
    {
        var builder = WebApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var stand = new TunnelStandIn(builder.Build()) { Public = address };
        stand.LeadsTo = leadsTo ?? stand.LeadsTo;
        stand.app.Use((_, next) =>
        {
            Interlocked.Increment(ref stand.asked);
            return next();
        });
        map(stand, stand.app);
        await stand.app.StartAsync();
        return stand;
    }
}
