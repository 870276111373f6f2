using System.Security.Cryptography;
using System.Text;

namespace Payments.Simulator;

/// <summary>GET /simulator: a phone in the browser, one page that fetches nothing from elsewhere.</summary>
internal static class PhonePage
{
    public static void MapPhone(this IEndpointRouteBuilder app)
    {
        using var stream = typeof(PhonePage).Assembly.GetManifestResourceStream("phone.html")!;
        using var reader = new StreamReader(stream, Encoding.UTF8);
        var html = reader.ReadToEnd();
        // Only the script and style of this very page may run: text from a callback cannot.
        var policy = $"default-src 'none'; connect-src 'self'; img-src data:; style-src '{Hash(html, "style")}'; script-src '{Hash(html, "script")}'; " +
            "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
        app.MapGet("/simulator", (HttpContext http) =>
        {
            http.Response.Headers.ContentSecurityPolicy = policy;
            http.Response.Headers.CacheControl = "no-store";
            return Results.Text(html, "text/html", Encoding.UTF8);
        });
    }

    private static string Hash(string html, string tag)
    {
        var from = html.IndexOf($"<{tag}>", StringComparison.Ordinal) + tag.Length + 2;
        var to = html.IndexOf($"</{tag}>", StringComparison.Ordinal);
        return $"sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(html[from..to])))}";
    }
}
