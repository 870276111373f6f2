using System.Security.Claims;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Payments.Api.Access;
using Payments.Api.Callbacks;
using Payments.Api.Hosting;
using Payments.Api.Idempotency;
using Payments.Api.Pages;
using Payments.Application.Access;
using Payments.Application.Common;

namespace Payments.Api.Security;

/// <summary>The web side: who is believed about addresses, limits, headers, cookies.</summary>
internal static class WebSecurity
{
    private const string Callbacks = "/api/mpesa";

    public static void AddDefences(this IServiceCollection services, Settings settings)
    {
        services.AddSingleton(settings);
        services.AddSingleton(settings.Operators);
        services.AddSingleton(settings.Returns);
        services.AddSingleton<PageLimits>();
        services.AddSingleton<PasswordChecks>();
        services.AddSingleton<KnownDevices>();
        services.AddAntiforgery(options => Set(options.Cookie, "forms", settings));
        services.AddAuthentication().AddCookie(OperatorSession.Scheme, options => Configure(options, settings));
        services.AddCors(cors => cors.AddDefaultPolicy(policy => policy
            .WithOrigins([.. settings.Origins])
            .WithMethods("GET", "POST")
            .WithHeaders("Authorization", "Content-Type", IdempotencyConvention.Header, "Last-Event-ID")
            .WithExposedHeaders("Retry-After", "Idempotency-Replayed")
            .SetPreflightMaxAge(TimeSpan.FromHours(1))));
        services.AddRateLimiter(limiter =>
        {
            limiter.GlobalLimiter = PartitionedRateLimiter.Create<HttpContext, string>(context => Limit(context, settings));
            limiter.OnRejected = async (rejected, _) =>
            {
                await ConstantTimeDelay.Wait(rejected.HttpContext.RequestAborted);
                await Problems.Write(rejected.HttpContext, new Refusal(
                    "too_many_requests", "More requests than this key may send.",
                    DateTimeOffset.UtcNow + (rejected.Lease.TryGetMetadata(MetadataName.RetryAfter, out var wait) ? wait : TimeSpan.FromSeconds(1))));
            };
        });

        services.AddHsts(hsts =>
        {
            // A year, as browsers' preload lists ask; subdomains are the shop's own affair.
            hsts.MaxAge = TimeSpan.FromDays(365);
            hsts.IncludeSubDomains = false;
        });
    }

    /// <summary>Everything before routing decides anything.</summary>
    public static void UseDefences(this WebApplication app, Settings settings)
    {
        if (settings.Proxies.Count > 0)
        {
            var forwarded = new ForwardedHeadersOptions { ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto, ForwardLimit = null };

            // Its defaults believe every loopback peer; here only what is configured is believed, hop by hop.
            forwarded.KnownProxies.Clear();
            forwarded.KnownIPNetworks.Clear();
            foreach (var proxy in settings.Proxies)
            {
                forwarded.KnownIPNetworks.Add(proxy);
            }

            app.UseForwardedHeaders(forwarded);
        }

        app.Use(SecurityHeaders.Add);
        if (!settings.IsSimulator)
        {
            // Never callbacks: a redirect is not followed, and money would be missed. Health checks come from inside, and so does who calls the
            // API at localhost: where a tunnel or a proxy speaks HTTPS for this machine, nothing here does. Pages have cookies that want HTTPS.
            var paths = app.Services.GetRequiredService<CallbackPathReader>();
            app.UseWhen(
                context => !IsCallback(context.Request.Path) && !IsMeantForOne(context.Request, paths) && !context.Request.Path.StartsWithSegments("/health")
                    && !(context.Request.Path.StartsWithSegments("/api") && LocalOnly.IsLocal(context)),
                rest => rest.UseHsts().UseMiddleware<HttpsRedirect>());
        }
    }

    /// <summary>Kestrel's limits, each on purpose.</summary>
    public static void Limit(KestrelServerOptions kestrel, LimitOptions limits)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxRequestBodySize = ApiHost.MaxBodyBytes;

        // Our longest address is a list's with every filter: under 2 KiB. Nothing sends more than a handful of headers.
        kestrel.Limits.MaxRequestLineSize = 4 * 1024;
        kestrel.Limits.MaxRequestHeadersTotalSize = 16 * 1024;
        kestrel.Limits.MaxRequestHeaderCount = 64;

        // Whoever needs longer for his headers, or sends his body slower than a telegraph, is holding a connection, not talking.
        kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(10);
        kestrel.Limits.MinRequestBodyDataRate = new(bytesPerSecond: 240, gracePeriod: TimeSpan.FromSeconds(5));

        // Nor is who takes half a minute for the largest page of ours: a phone at the edge of a cell has three times that. Who takes nothing at all
        // is ended by the kernel (LimitedListener).
        kestrel.Limits.MinResponseDataRate = new(bytesPerSecond: 4096, gracePeriod: TimeSpan.FromSeconds(5));

        // Longer than load balancers keep theirs (60 s), so that they close first and no request meets a closing connection.
        kestrel.Limits.KeepAliveTimeout = TimeSpan.FromSeconds(120);
        kestrel.Limits.Http2.MaxStreamsPerConnection = 100;

        // The table before the listeners counts first and knows more; this is for sockets that do not come through it.
        kestrel.Limits.MaxConcurrentConnections = limits.Connections;
    }

    private static RateLimitPartition<string> Limit(HttpContext context, Settings settings)
    {
        var path = context.Request.Path;
        if ((!path.StartsWithSegments("/api") && !PagesModule.IsShoppers(path)) || IsCallback(path))
        {
            return RateLimitPartition.GetNoLimiter("");
        }

        var who = context.User.FindFirstValue(CallerClaims.Checkout) ?? context.User.FindFirstValue(CallerClaims.Key)
            ?? context.User.FindFirstValue(CallerClaims.Client) ?? "nobody " + SourceKey.Of(context.Connection.RemoteIpAddress);
        return Window(who, settings.Limits.RequestsPerKey, TimeSpan.FromSeconds(1));
    }

    private static RateLimitPartition<string> Window(string who, int most, TimeSpan window) =>
        RateLimitPartition.GetFixedWindowLimiter(who, _ => new() { PermitLimit = most, Window = window, QueueLimit = 0 });

    /// <summary>A callback that a proxy has moved: what becomes of it is decided behind routing.</summary>
    private static bool IsMeantForOne(HttpRequest request, CallbackPathReader paths) =>
        HttpMethods.IsPost(request.Method) && paths.Read(request.Path.Value ?? "") is not null;

    private static bool IsCallback(PathString path) => path.StartsWithSegments("/callbacks") || path.StartsWithSegments(Callbacks);

    private static void Configure(CookieAuthenticationOptions options, Settings settings)
    {
        Set(options.Cookie, "ops", settings);
        options.ExpireTimeSpan = OperatorSession.Idle;
        options.SlidingExpiration = true;
        options.Events.OnValidatePrincipal = context =>
        {
            if (!OperatorSession.IsGood(context.Principal, settings.Operators, DateTimeOffset.UtcNow))
            {
                context.RejectPrincipal();
            }

            return Task.CompletedTask;
        };
    }

    /// <summary>Out of scripts' reach, never sent along from another site, over HTTPS only where there is HTTPS.</summary>
    private static void Set(CookieBuilder cookie, string name, Settings settings)
    {
        cookie.Name = (settings.IsSimulator ? "payments-" : "__Host-payments-") + name;
        cookie.HttpOnly = true;
        cookie.SameSite = SameSiteMode.Strict;
        cookie.SecurePolicy = settings.IsSimulator ? CookieSecurePolicy.SameAsRequest : CookieSecurePolicy.Always;
        cookie.Path = "/";
    }
}

/// <summary>The headers every answer carries.</summary>
internal static class SecurityHeaders
{
    /// <summary>For JSON, problems and whatever is not a page: nothing may be loaded, framed or sent from it.</summary>
    private const string Nothing = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

    /// <summary>A page of ours without script and style: a form that may only come back to us.</summary>
    private const string Form = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'";

    /// <summary>The dashboard brings its own files and sets widths of bars in style attributes.</summary>
    private const string Dashboard = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; "
        + "connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'";

    /// <summary>The API reference starts from a script in its page, which shows our own document and nothing a user wrote.</summary>
    private const string Reference = "default-src 'none'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
        + "font-src 'self' data:; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

    public static Task Add(HttpContext context, RequestDelegate next)
    {
        // As it was asked for: inside the dashboard's branch the path has lost its beginning.
        var path = context.Request.Path;
        context.Response.OnStarting(() =>
        {
            var headers = context.Response.Headers;

            // A page that knows better has said so itself.
            headers.ContentSecurityPolicy = headers.ContentSecurityPolicy is { Count: > 0 } own ? own
                : path.StartsWithSegments("/hangfire") ? Dashboard
                : path.StartsWithSegments("/docs") ? Reference
                : path.StartsWithSegments(SignInPages.Path) ? Form
                : Nothing;
            headers.XContentTypeOptions = "nosniff";
            if (!MayBeFramed(headers.ContentSecurityPolicy.ToString()))
            {
                headers.XFrameOptions = "DENY";
            }

            headers["Referrer-Policy"] = "no-referrer";
            headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=(), payment=()";
            headers["Cross-Origin-Opener-Policy"] = "same-origin";

            // Answers hold phone numbers, and some a key: no cache on the way may keep them.
            if (headers.CacheControl.Count == 0 && (path.StartsWithSegments("/api") || path.StartsWithSegments(SignInPages.Path)))
            {
                headers.CacheControl = "no-store";
            }

            return Task.CompletedTask;
        });
        return next(context);
    }

    /// <summary>X-Frame-Options knows no list of origins: a page that some may frame says so in its policy alone.</summary>
    private static bool MayBeFramed(string policy) =>
        policy.Contains("frame-ancestors ", StringComparison.Ordinal) && !policy.Contains("frame-ancestors 'none'", StringComparison.Ordinal);
}
