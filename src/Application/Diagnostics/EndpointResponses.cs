using System.Globalization;

namespace Payments.Application.Diagnostics;

/// <summary>Says what an answer at the public address means: ours, or of something that stands in between.</summary>
internal static class EndpointResponses
{
    /// <summary>What our endpoints answer, c2b/validate included: any of these says that it was the service itself.</summary>
    private static readonly string[] Ours = ["\"ResultCode\"", "\"ResultDesc\""];

    /// <summary>Safaricom's path for this service, behind whatever path the proxy takes off.</summary>
    private const string Pass = "/callbacks/";

    /// <summary>True when the service itself took it.</summary>
    public static bool IsTaken(EndpointResponse answer) =>
        answer.Status == 200 && answer.Body is { } body && Ours.All(part => body.Contains(part, StringComparison.Ordinal));

    /// <summary>True for an answer that sends the caller elsewhere.</summary>
    public static bool IsRedirect(EndpointResponse answer) => answer.Status is 301 or 302 or 303 or 307 or 308;

    /// <summary>What was seen and what to do, for an answer that is not ours.</summary>
    public static (string Seen, string Do) Explain(EndpointResponse answer)
    {
        if (answer.Problem is { } problem)
        {
            return ($"No answer came: {problem}.", "See that the service runs and that the proxy in front of it listens; look into the proxy's log at this moment.");
        }

        var by = answer.Server is { Length: > 0 } server ? $", from {server}" : "";
        var looks = $"HTTP {answer.Status} with {Kind(answer)}{by}";
        return answer.Status switch
        {
            200 when IsHtml(answer) => ($"{looks}: a page in the service's place. Safaricom takes that for delivered, and the callback is lost.",
                $"Some firewall, login or \"please wait\" page stands in front: let POST {Pass}* through without it."),
            >= 200 and < 300 => ($"{looks}: not the service's own answer.", $"Something else answers there: let the proxy pass {Pass}* on to this service."),
            _ when IsRedirect(answer) => (
                $"{looks}, to {answer.Location ?? "nowhere"}: Safaricom follows no redirect, and a POST that is redirected becomes a GET.",
                $"Let the proxy answer POST {Pass}* itself, without redirecting (to www, to https, or to a path with a slash), "
                + "and put the address it redirects to into Callbacks__PublicBaseUrl."),
            400 or 411 or 415 or 422 => ($"{looks}: something in front looks at the body or its type before the service does.",
                $"Take content-type and body checks off POST {Pass}*: the service takes every body, with any type or none."),
            401 or 407 => ($"{looks}: something in front wants a sign-in.",
                $"Take authentication off POST {Pass}*: Safaricom has no password; the address's token is its proof."),
            403 or 419 => ($"{looks}: a firewall or a CSRF filter refuses POSTs that come without a browser.",
                $"Let POST {Pass}* through: no challenge, no CSRF token, no block of unknown clients or of foreign countries."),
            404 or 405 => ($"{looks}: nobody takes this path there.",
                $"Let the proxy pass {Pass}* on to this service as it is, and check the path in Callbacks__PublicBaseUrl."),
            413 => ($"{looks}: a body of a few hundred bytes is too large for what stands in front.",
                "Let the proxy take bodies of 64 KiB (nginx: client_max_body_size)."),
            429 => ($"{looks}: what stands in front limits requests.", $"Take the limit off POST {Pass}*: Safaricom calls from few addresses, and often."),
            503 when IsProblem(answer) => ($"{looks}: the service can store callbacks nowhere, neither in the database nor in a spool.",
                "See why its database is away (/health/ready, and its log), and set Spool__Path."),
            502 or 503 or 504 => ($"{looks}: the proxy cannot reach the service.",
                "See that the service runs, and that the proxy's upstream is the address it listens on."),
            >= 500 => ($"{looks}: what stands in front fails on POSTs, or the service does.", "Look into the proxy's log and the service's at this moment."),
            _ => ($"{looks}.", $"Find out who answers this in front of the service, and let POST {Pass}* through."),
        };
    }

    /// <summary>How long it took, for a sentence.</summary>
    public static string Time(TimeSpan elapsed) => string.Create(CultureInfo.InvariantCulture, $"{elapsed.TotalMilliseconds:0} ms");

    private static bool IsHtml(EndpointResponse answer) =>
        answer.ContentType?.Contains("html", StringComparison.OrdinalIgnoreCase) == true || answer.Body?.TrimStart().StartsWith('<') == true;

    private static bool IsProblem(EndpointResponse answer) => answer.ContentType?.Contains("problem+json", StringComparison.OrdinalIgnoreCase) == true;

    private static string Kind(EndpointResponse answer)
    {
        if (string.IsNullOrWhiteSpace(answer.Body))
        {
            return "an empty body";
        }

        if (!IsHtml(answer))
        {
            return IsProblem(answer) ? "the service's own error" : answer.ContentType ?? "a body without a type";
        }

        var title = Title(answer.Body);
        return title.Length > 0 ? $"an HTML page (\"{title}\")" : "an HTML page";
    }

    private static string Title(string body)
    {
        var start = body.IndexOf("<title>", StringComparison.OrdinalIgnoreCase);
        var end = start < 0 ? -1 : body.IndexOf('<', start + 7);
        var title = end < 0 ? "" : body[(start + 7)..end].Trim();
        return string.Concat(title.Where(c => !char.IsControl(c)).Take(60));
    }
}
