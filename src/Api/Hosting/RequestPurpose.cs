using Payments.Api.Access;
using Payments.Infrastructure.Database;

namespace Payments.Api.Hosting;

/// <summary>Says, by its address, which pool of connections a request is served from.</summary>
internal static class RequestPurpose
{
    private static readonly (PathString Path, Purpose Purpose)[] Addresses =
    [
        // A callback is stored by the inbox; what it asks for itself is a look.
        ("/callbacks", Purpose.Watch), ("/api/mpesa", Purpose.Watch), ("/health", Purpose.Watch), ("/metrics", Purpose.Watch),
        ("/api/ops", Purpose.Operators), ("/hangfire", Purpose.Operators), ("/docs", Purpose.Operators), ("/ops", Purpose.Operators),
        (SignInPages.Path, Purpose.Operators),
    ];

    /// <summary>The purpose of a request for this address.</summary>
    public static Purpose Of(PathString path)
    {
        foreach (var (prefix, purpose) in Addresses)
        {
            if (path.StartsWithSegments(prefix))
            {
                return purpose;
            }
        }

        return Purpose.Requests;
    }

    /// <summary>True for what operators ask for.</summary>
    public static bool IsOperators(PathString path) => Of(path) == Purpose.Operators;

    public static async Task Set(HttpContext context, RequestDelegate next)
    {
        using var purpose = Connections.For(Of(context.Request.Path));
        await next(context);
    }
}
