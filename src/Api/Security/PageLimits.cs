using System.Threading.RateLimiting;
using Payments.Api.Access;
using Payments.Api.Hosting;
using Payments.Api.Pages;
using Payments.Application.Access;
using Payments.Application.Common;

namespace Payments.Api.Security;

/// <summary>
/// What one source may have of the addresses that are neither the API's nor callbacks': the sign-in page, the document of the API, the
/// operators' pages, metrics, and whatever does not exist. Health is not among them: balancers ask often, and its answer is cheap.
/// </summary>
internal sealed class PageLimits : IAsyncDisposable
{
    /// <summary>In <see cref="Window"/>: a page of the dashboard asks for a dozen things and then for its numbers every two seconds.</summary>
    internal const int MaxRequests = 200;

    /// <summary>At once: a browser opens six connections.</summary>
    internal const int MaxAtOnce = 16;

    /// <summary>At once, all sources together: each answer may hold what fits into its buffers, some 100 KiB.</summary>
    internal const int MaxAltogether = 128;

    /// <summary>Of sign-ins in <see cref="Window"/>: each may cost a tenth of a second of hashing.</summary>
    internal const int MaxSignIns = 20;

    internal static readonly TimeSpan Window = TimeSpan.FromSeconds(10);

    private readonly PartitionedRateLimiter<HttpContext> limits = PartitionedRateLimiter.CreateChained(
        PartitionedRateLimiter.Create<HttpContext, string>(context => RateLimitPartition.GetFixedWindowLimiter(
            (IsSignIn(context) ? "sign-in " : "") + Source(context),
            _ => new() { PermitLimit = IsSignIn(context) ? MaxSignIns : MaxRequests, Window = Window, QueueLimit = 0 })),
        PartitionedRateLimiter.Create<HttpContext, string>(context => RateLimitPartition.GetConcurrencyLimiter(
            Source(context), _ => new() { PermitLimit = MaxAtOnce, QueueLimit = 0 })),
        PartitionedRateLimiter.Create<HttpContext, string>(_ => RateLimitPartition.GetConcurrencyLimiter(
            "", _ => new() { PermitLimit = MaxAltogether, QueueLimit = 0 })));

    public async Task Pass(HttpContext context, RequestDelegate next)
    {
        if (IsElsewhere(context.Request.Path))
        {
            await next(context);
            return;
        }

        using var lease = limits.AttemptAcquire(context);
        if (lease.IsAcquired)
        {
            await next(context);
            return;
        }

        // Without a time to wait it is too many at once.
        var wait = lease.TryGetMetadata(MetadataName.RetryAfter, out var left) ? left : TimeSpan.FromSeconds(1);
        await Problems.Write(context, new Refusal("too_many_requests", "More requests than one source may send here.", DateTimeOffset.UtcNow + wait));
    }

    public ValueTask DisposeAsync() => limits.DisposeAsync();

    private static bool IsElsewhere(PathString path) =>
        path.StartsWithSegments("/api") || PagesModule.IsShoppers(path) || path.StartsWithSegments("/callbacks") || path.StartsWithSegments("/health");

    private static bool IsSignIn(HttpContext context) => HttpMethods.IsPost(context.Request.Method) && context.Request.Path.StartsWithSegments(SignInPages.Path);

    private static string Source(HttpContext context) => SourceKey.Of(context.Connection.RemoteIpAddress);
}
