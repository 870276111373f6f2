using System.Globalization;
using System.Text.Json;
using Payments.Infrastructure.Callbacks;
using Payments.Infrastructure.Daraja;

namespace Payments.Infrastructure.Diagnostics;

/// <summary>A running tunnel: its program, the public address it gives, and the local port it leads to if it says so.</summary>
public sealed record Tunnel(string Program, Uri Address, int? Port);

/// <summary>
/// Finds running tunnels by the local APIs of ngrok (<c>/api/tunnels</c>) and cloudflared (<c>/quicktunnel</c> and <c>/config</c> of its
/// metrics server). Both listen on this machine only and want no key.
/// </summary>
public static class Tunnels
{
    /// <summary>Both programs' choices: ngrok takes the next port when one is taken, cloudflared the first free one of five.</summary>
    private static readonly int[] NgrokPorts = [4040, 4041, 4042];
    private static readonly int[] CloudflaredPorts = [20241, 20242, 20243, 20244, 20245];

    /// <summary>On this machine an answer takes milliseconds, but a laptop that builds something else meanwhile may need seconds.</summary>
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);

    private static readonly HttpClient Http = new(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false }) { Timeout = Timeout };

    /// <summary>The tunnel that leads to this service, or why there is none.</summary>
    /// <param name="program"><c>ngrok</c>, <c>cloudflared</c> or <c>auto</c>.</param>
    /// <param name="api">Where its local API is; null for the usual places.</param>
    /// <param name="port">The port this service listens on, null when that is not known: a tunnel to another port is somebody else's.</param>
    /// <param name="isPublic">True when Safaricom itself has to reach the address.</param>
    /// <param name="current">The address in use: it is kept as long as its tunnel lives.</param>
    public static async Task<(Tunnel? Found, string Problem)> Find(
        string program, string? api, int? port, bool isPublic, Uri? current, CancellationToken cancellation)
    {
        var running = new List<Tunnel>();
        foreach (var place in Places(program, "ngrok", api, NgrokPorts))
        {
            running.AddRange(await Ngrok(place, cancellation));
        }

        foreach (var place in Places(program, "cloudflared", api, CloudflaredPorts))
        {
            running.AddRange(await Cloudflared(place, cancellation));
        }

        var ours = running.Where(tunnel => tunnel.Port is null || port is null || tunnel.Port == port)
            .Where(tunnel => CallbackOptions.WhyNotCallable(tunnel.Address.AbsoluteUri, isPublic) is null).ToList();
        var found = ours.Find(tunnel => tunnel.Address == current) ?? ours.Find(tunnel => tunnel.Address.Scheme == Uri.UriSchemeHttps) ?? ours.FirstOrDefault();
        var others = running.Select(t => string.Create(CultureInfo.InvariantCulture, $"{t.Address} of {t.Program} to port {t.Port?.ToString() ?? "unknown"}"));
        return found is not null ? (found, "")
            : (null, running.Count > 0
                ? $"finds only what leads elsewhere: {string.Join(", ", others)}"
                : $"is {program}, but no {(program == "auto" ? "ngrok or cloudflared" : program)} answers at {api ?? Usual(program)}");
    }

    private static IEnumerable<Uri> Places(string asked, string program, string? api, int[] ports) => asked != "auto" && asked != program ? []
        : api is not null ? [new(api)] : ports.Select(p => new Uri($"http://127.0.0.1:{p}"));

    private static string Usual(string program) => program switch
    {
        "ngrok" => "127.0.0.1:4040",
        "cloudflared" => "127.0.0.1:20241 to 20245",
        _ => "127.0.0.1:4040 or 20241 to 20245",
    };

    private static async Task<IEnumerable<Tunnel>> Ngrok(Uri place, CancellationToken cancellation)
    {
        var list = (await Get(place, "/api/tunnels", cancellation)).Get("tunnels"u8);
        return list.ValueKind != JsonValueKind.Array ? [] :
        [
            .. from tunnel in list.EnumerateArray()
               let address = Address(tunnel.Get("public_url"u8).Text())
               where address is not null
               select new Tunnel("ngrok", address, PortOf(tunnel.Get("config"u8).Get("addr"u8).Text())),
        ];
    }

    private static async Task<IEnumerable<Tunnel>> Cloudflared(Uri place, CancellationToken cancellation)
    {
        // A bare host name, empty for a tunnel with a name of its own: that one is fixed and belongs into the configuration.
        if ((await Get(place, "/quicktunnel", cancellation)).Get("hostname"u8).Text() is not { Length: > 0 } host || Address("https://" + host) is not { } address)
        {
            return [];
        }

        var rules = (await Get(place, "/config", cancellation)).Get("config"u8).Get("ingress"u8);
        var leadsTo = rules.ValueKind != JsonValueKind.Array ? null
            : rules.EnumerateArray().Select(rule => PortOf(rule.Get("service"u8).Text())).FirstOrDefault(p => p is not null);
        return [new("cloudflared", address, leadsTo)];
    }

    private static async Task<JsonElement> Get(Uri place, string path, CancellationToken cancellation)
    {
        try
        {
            using var response = await Http.GetAsync(new Uri(place, path), cancellation);
            if (!response.IsSuccessStatusCode)
            {
                return default;
            }

            using var document = JsonDocument.Parse(await response.Content.ReadAsByteArrayAsync(cancellation));
            return document.RootElement.Clone();
        }
        catch (Exception nobody) when (nobody is HttpRequestException or JsonException or IOException
            || (nobody is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            return default;
        }
    }

    private static Uri? Address(string? text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" ? new(uri.GetLeftPart(UriPartial.Authority)) : null;

    /// <summary>The port in <c>http://localhost:5080</c>, <c>localhost:5080</c> or <c>5080</c>.</summary>
    private static int? PortOf(string? target) => target is null ? null
        : int.TryParse(target, NumberStyles.None, CultureInfo.InvariantCulture, out var alone) ? alone
        : Uri.TryCreate(target.Contains("://", StringComparison.Ordinal) ? target : "http://" + target, UriKind.Absolute, out var uri)
            && uri.Scheme is "http" or "https" ? uri.Port : null;
}
