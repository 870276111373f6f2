using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Payments.Api.Pages;

/// <summary>The files pages load: style, script, logo. Kept in memory; an address with the file's version may be kept for ever.</summary>
public sealed class PageAssets
{
    private const string Kept = "public, max-age=31536000, immutable";

    /// <summary>For those whose address stands in other people's pages.</summary>
    private const string KeptAnHour = "public, max-age=3600";

    private readonly Dictionary<string, Asset> files = new(StringComparer.Ordinal);

    public PageAssets(ShopOptions shop)
    {
        Style = Colors(shop.Color) + Text("pages.css").ReplaceLineEndings("\n");
        Add("/pages/pages.css", "text/css; charset=utf-8", Encoding.UTF8.GetBytes(Style));
        Add("/pages/pay.js", "text/javascript; charset=utf-8", Encoding.UTF8.GetBytes(Text("pay.js")));
        Add("/pages/home.js", "text/javascript; charset=utf-8", Encoding.UTF8.GetBytes(Text("home.js")));
        Add("/js/checkout.js", "text/javascript; charset=utf-8", Encoding.UTF8.GetBytes(Text("checkout.js")));
        PayStart = Text("pay-start.js").ReplaceLineEndings("\n");
        if (shop.LogoPath is { } path)
        {
            Add("/pages/logo", ShopOptionsValidator.MediaType(path)!, File.ReadAllBytes(path));
        }
    }

    /// <summary>The script that stands in the pay page itself: it asks for what is to be shown before anything else is loaded.</summary>
    public string PayStart { get; }

    /// <summary>The stylesheet; it stands in the pay page itself too, which over a slow line is then drawn after one answer.</summary>
    public string Style { get; }

    /// <summary>How a policy names a script or style that stands in a page.</summary>
    public static string Hash(string text) => $"'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(text)))}'";

    /// <summary>The address of a file with its version; null when there is none.</summary>
    public string? Address(string path) => files.TryGetValue(path, out var file) ? $"{path}?v={file.Version}" : null;

    public void Map(IEndpointRouteBuilder app)
    {
        foreach (var (path, file) in files)
        {
            app.MapGet(path, (HttpContext http) =>
            {
                http.Response.Headers.CacheControl = http.Request.Query["v"] == file.Version ? Kept : KeptAnHour;

                // A logo may be an SVG with a script in it, opened by itself.
                http.Response.Headers.ContentSecurityPolicy = "default-src 'none'; sandbox";
                if (path.StartsWith("/js/", StringComparison.Ordinal))
                {
                    http.Response.Headers["Cross-Origin-Resource-Policy"] = "cross-origin";
                }

                return Results.Bytes(file.Content, file.Type, entityTag: new($"\"{file.Version}\""));
            }).ExcludeFromDescription();
        }
    }

    private void Add(string path, string type, byte[] content) => files[path] = new(type, content, Convert.ToHexStringLower(SHA256.HashData(content))[..12]);

    private static string Text(string name)
    {
        using var stream = typeof(PageAssets).Assembly.GetManifestResourceStream("Pages." + name)!;
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return reader.ReadToEnd();
    }

    /// <summary>The shop's colour, and black or white to write on it.</summary>
    private static string Colors(string color)
    {
        double Part(int at)
        {
            var value = int.Parse(color.AsSpan(at, 2), NumberStyles.HexNumber, CultureInfo.InvariantCulture) / 255.0;
            return value <= 0.04045 ? value / 12.92 : Math.Pow((value + 0.055) / 1.055, 2.4);
        }

        // Relative luminance as WCAG 2 has it: at 0.179 black and white are equally easy to read.
        var luminance = (0.2126 * Part(1)) + (0.7152 * Part(3)) + (0.0722 * Part(5));
        return $":root{{--shop:{color};--on-shop:{(luminance > 0.179 ? "#000" : "#fff")}}}\n";
    }

    private sealed record Asset(string Type, byte[] Content, string Version);
}
