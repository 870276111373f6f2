using System.Diagnostics;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http.Features;

namespace Payments.Api.Telemetry;

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

    /// <summary>Before everything, so that it sees how everything ended; nothing for a request nobody records.</summary>
    public static Task Name(HttpContext context, RequestDelegate next) =>
        context.Features.Get<IHttpActivityFeature>()?.Activity is { Recorded: true } span ? Name(context, span, next) : next(context);

    private static async Task Name(HttpContext context, Activity span, RequestDelegate next)
    {
        if (Unrecorded.Any(path => context.Request.Path.StartsWithSegments(path, StringComparison.OrdinalIgnoreCase)))
        {
            span.ActivityTraceFlags &= ~ActivityTraceFlags.Recorded;
            span.IsAllDataRequested = false;
            await next(context);
            return;
        }

        try
        {
            await next(context);
        }
        finally
        {
            Describe(context, span);
        }
    }

    private static void Describe(HttpContext context, Activity span)
    {
        var method = context.Request.Method is "GET" or "POST" or "PUT" or "DELETE" or "HEAD" or "OPTIONS" or "PATCH" ? context.Request.Method : "_OTHER";
        var status = context.Response.StatusCode;
        span.DisplayName = method;
        span.SetTag("http.request.method", method).SetTag("http.response.status_code", status);

        // What handles exceptions puts the endpoint aside.
        var endpoint = context.GetEndpoint() ?? context.Features.Get<IExceptionHandlerFeature>()?.Endpoint;
        if ((endpoint as RouteEndpoint)?.RoutePattern.RawText is { } route)
        {
            span.DisplayName = $"{method} /{route.TrimStart('/')}";
            span.SetTag("http.route", "/" + route.TrimStart('/'));
        }

        if (status >= StatusCodes.Status500InternalServerError)
        {
            span.SetStatus(ActivityStatusCode.Error);
        }
    }
}
