using System.Diagnostics;
using Microsoft.AspNetCore.Http.Features;

namespace Payments.Api;

/// <summary>
/// Names the spans ASP.NET Core starts for requests. What they say is a list of what may be said: method, route and status. An address
/// never: callback paths carry tokens, queries order references.
/// </summary>
internal static class RequestSpans
{
    /// <summary>ASP.NET Core's own source.</summary>
    public const string Source = "Microsoft.AspNetCore";

    /// <summary>Asked every few seconds by machines: nobody follows them.</summary>
    private static readonly string[] Unrecorded = ["/health", TelemetryServices.Path, "/hangfire"];

    public static async Task Name(HttpContext context, RequestDelegate next)
    {
        if (context.Features.Get<IHttpActivityFeature>()?.Activity is not { Recorded: true } span)
        {
            await next(context);
            return;
        }

        if (Unrecorded.Any(path => context.Request.Path.StartsWithSegments(path, StringComparison.OrdinalIgnoreCase)))
        {
            span.ActivityTraceFlags &= ~ActivityTraceFlags.Recorded;
            span.IsAllDataRequested = false;
            await next(context);
            return;
        }

        var method = context.Request.Method is "GET" or "POST" or "PUT" or "DELETE" or "HEAD" or "OPTIONS" or "PATCH" ? context.Request.Method : "_OTHER";
        var route = (context.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText;
        span.DisplayName = route is null ? method : $"{method} /{route.TrimStart('/')}";
        span.SetTag("http.request.method", method);
        if (route is not null)
        {
            span.SetTag("http.route", "/" + route.TrimStart('/'));
        }

        try
        {
            await next(context);
        }
        finally
        {
            span.SetTag("http.response.status_code", context.Response.StatusCode);
            if (context.Response.StatusCode >= 500)
            {
                span.SetStatus(ActivityStatusCode.Error);
            }
        }
    }
}
