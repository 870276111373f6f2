using System.Security.Claims;
using System.Threading.RateLimiting;
using Payments.Api.Access;
using Payments.Api.Hosting;
using Payments.Api.Pages;
using Payments.Application.Access;
using Payments.Application.Common;
using Payments.Application.Intake;

namespace Payments.Api.Security;

/// <summary>Marks an endpoint whose answer goes on for as long as somebody listens.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class StreamAttribute : Attribute;

/// <summary>
/// How many requests under <c>/api</c> are worked on at once: of a source, of a clientSecret, of a key, and in the whole process. Whoever has his share
/// waits for a moment in a short line and is then told to come again: 429 where the share is his own, 503 where it is everybody's. Callbacks have a room
/// of their own (<see cref="IIntakeCapacity"/>), pages theirs (<see cref="PageLimits"/>), and health checks are answered however crowded it is.
/// </summary>
internal sealed class RequestConcurrencyLimit(RequestDelegate next, LimitOptions limits) : IDisposable
{
    /// <summary>Beyond this nobody waits in line: a caller that gives up has its request worked on for nothing.</summary>
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(1);

    /// <summary>Operators are few, and a crowd of shoppers must not keep them out, nor they it.</summary>
    private const int MaxOfOperators = 64;

    private readonly PartitionedRateLimiter<string> sources = Each(limits.ConcurrentRequestsPerSource);
    private readonly PartitionedRateLimiter<string> checkouts = Each(limits.ConcurrentRequestsPerCheckout);
    private readonly PartitionedRateLimiter<string> keys = Each(limits.ConcurrentRequestsPerKey);
    private readonly PartitionedRateLimiter<string> streamsOfCheckouts = Each(limits.ConcurrentStreamsPerCheckout, canWait: false);
    private readonly PartitionedRateLimiter<string> streamsOfKeys = Each(limits.ConcurrentStreamsPerKey, canWait: false);
    private readonly ConcurrencyLimiter streams = new(Of(limits.ConcurrentStreams, canWait: false));
    private readonly ConcurrencyLimiter requests = new(Of(limits.ConcurrentRequests));
    private readonly ConcurrencyLimiter operators = new(Of(MaxOfOperators));

    public async Task InvokeAsync(HttpContext context)
    {
        if (!context.Request.Path.StartsWithSegments("/api") && !PagesModule.IsShoppers(context.Request.Path))
        {
            await next(context);
            return;
        }

        var leases = new Stack<RateLimitLease>(3);
        try
        {
            foreach (var (share, isOwn) in Shares(context))
            {
                var lease = await share(context.RequestAborted);
                leases.Push(lease);
                if (!lease.IsAcquired)
                {
                    LetGo(leases);
                    await Refuse(context, isOwn);
                    return;
                }
            }

            await next(context);
        }
        finally
        {
            LetGo(leases);
        }
    }

    public void Dispose()
    {
        foreach (var limiter in new IDisposable[] { sources, checkouts, keys, streamsOfCheckouts, streamsOfKeys, streams, requests, operators })
        {
            limiter.Dispose();
        }
    }

    /// <summary>What a request needs a share of, the narrowest first: whoever waits for his own holds nothing of the others'.</summary>
    private IEnumerable<(Func<CancellationToken, ValueTask<RateLimitLease>> Acquire, bool IsOwn)> Shares(HttpContext context)
    {
        var isStream = context.GetEndpoint()?.Metadata.GetMetadata<StreamAttribute>() is not null;
        if (!isStream)
        {
            yield return (stop => Wait(sources, Source(context), stop), true);
        }

        if (context.User.FindFirstValue(CallerClaims.Checkout) is { } checkout)
        {
            yield return (stop => Wait(isStream ? streamsOfCheckouts : checkouts, checkout, stop), true);
        }
        else if ((context.User.FindFirstValue(CallerClaims.Key) ?? context.User.FindFirstValue(CallerClaims.Client)) is { } key)
        {
            yield return (stop => Wait(isStream ? streamsOfKeys : keys, key, stop), true);
        }

        var all = isStream ? streams : RequestPurpose.IsOperators(context.Request.Path) ? operators : requests;
        yield return (stop => Wait(() => all.AttemptAcquire(), patience => all.AcquireAsync(1, patience), stop), false);
    }

    private static void LetGo(Stack<RateLimitLease> leases)
    {
        while (leases.TryPop(out var lease))
        {
            lease.Dispose();
        }
    }

    private static ValueTask<RateLimitLease> Wait(PartitionedRateLimiter<string> shares, string who, CancellationToken stop) =>
        Wait(() => shares.AttemptAcquire(who), patience => shares.AcquireAsync(who, 1, patience), stop);

    private static async ValueTask<RateLimitLease> Wait(
        Func<RateLimitLease> now, Func<CancellationToken, ValueTask<RateLimitLease>> inLine, CancellationToken stop)
    {
        var lease = now();
        if (lease.IsAcquired)
        {
            return lease;
        }

        using var patience = CancellationTokenSource.CreateLinkedTokenSource(stop);
        patience.CancelAfter(Timeout);
        try
        {
            return await inLine(patience.Token);
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            return lease;
        }
    }

    private static async Task Refuse(HttpContext context, bool isOwn)
    {
        await ConstantTimeDelay.Wait(context.RequestAborted);
        await Problems.Write(context, isOwn
            ? new Refusal("too_many_requests", "More requests of yours than are worked on at once; wait for the answers of some.", DateTimeOffset.UtcNow + Soon)
            : new Refusal("unavailable", "More requests are here than can be worked on at once; try again shortly.", DateTimeOffset.UtcNow + Soon));
    }

    private static string Source(HttpContext context) => SourceKey.Of(context.Connection.RemoteIpAddress);

    private static PartitionedRateLimiter<string> Each(int most, bool canWait = true) =>
        PartitionedRateLimiter.Create<string, string>(who => RateLimitPartition.GetConcurrencyLimiter(who, _ => Of(most, canWait)), StringComparer.Ordinal);

    /// <summary>As many may wait as are worked on: the line is then as long as one turn of the work.</summary>
    private static ConcurrencyLimiterOptions Of(int most, bool canWait = true) =>
        new() { PermitLimit = most, QueueLimit = canWait ? most : 0, QueueProcessingOrder = QueueProcessingOrder.OldestFirst };
}
