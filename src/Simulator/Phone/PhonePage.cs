using System.Text;

namespace Payments.Simulator;

/// <summary>GET /simulator: a phone in the browser. One page with its style and its script; it fetches nothing from elsewhere.</summary>
internal static class PhonePage
{
    // Nothing but the page's own files may run: text from a callback cannot. Pages of the same machine may show it in a frame.
    private const string Policy = "default-src 'none'; connect-src 'self'; img-src data:; style-src 'self'; script-src 'self'; " +
        "base-uri 'none'; form-action 'none'; frame-ancestors 'self' http://localhost:* http://127.0.0.1:*";

    public static void MapPhone(this IEndpointRouteBuilder app)
    {
        app.MapFile("/simulator", "phone.html", "text/html");
        app.MapFile("/simulator/phone.css", "phone.css", "text/css");
        app.MapFile("/simulator/phone.js", "phone.js", "text/javascript");
    }

    private static void MapFile(this IEndpointRouteBuilder app, string path, string name, string type)
    {
        using var stream = typeof(PhonePage).Assembly.GetManifestResourceStream(name)!;
        using var reader = new StreamReader(stream, Encoding.UTF8);
        var text = reader.ReadToEnd();
        app.MapGet(path, (HttpContext http) =>
        {
            http.Response.Headers.ContentSecurityPolicy = Policy;
            http.Response.Headers.XContentTypeOptions = "nosniff";
            http.Response.Headers["Referrer-Policy"] = "no-referrer";
            http.Response.Headers.CacheControl = "no-store";
            return Results.Text(text, type, Encoding.UTF8);
        });
    }
}
