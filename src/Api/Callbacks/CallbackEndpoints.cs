using Payments.Api.Hosting;
using Payments.Application.Callbacks;
using Payments.Application.Common;
using Payments.Application.Telemetry;
using Payments.Infrastructure.Callbacks;
using Payments.Infrastructure.Daraja;
using Payments.Infrastructure.Inbox;

namespace Payments.Api.Callbacks;

/// <summary>
/// Where Safaricom's callbacks arrive: stored as they came, answered 200 once that is durable, understood later by a job. Endpoints that
/// routing runs at once, past everything made for callers with keys (decision 0010).
/// </summary>
internal sealed class CallbackEndpoints(IInbox inbox, IntakeCapacity room, CallbackTokens tokens, UntrustedRateLimiter untrusted)
{
    /// <summary>The rest of a longer header tells nothing.</summary>
    private const int MaxContentType = 200;

    /// <summary>What we hand to Daraja (it refuses words such as <i>mpesa</i>), and what integration guides use.</summary>
    private static readonly string[] Prefixes = ["/callbacks/", "/api/mpesa/"];

    /// <summary>What Safaricom's samples answer, byte for byte.</summary>
    private static readonly byte[] Acknowledgement = """{"ResultCode":0,"ResultDesc":"Accepted"}"""u8.ToArray();

    public void Map(IEndpointRouteBuilder app)
    {
        // Where tokens are a registration's, other endpoints listen.
        foreach (var channel in DarajaOperations.Channels.Values.Where(channel => channel.Subjects.Length > 0))
        {
            Map(app, channel.Path, context => Store(context, channel.Kind));
        }

        Map(app, "callback", context => Store(context, CallbackKind.Stk));
    }

    /// <summary>One path under both prefixes, with and without a token; and under others, where a valid token says that it is meant.</summary>
    public static void Map(IEndpointRouteBuilder app, string path, RequestDelegate take)
    {
        app.ServiceProvider.GetRequiredService<UnroutedCallbacks>().Add(path, take);
        foreach (var prefix in Prefixes)
        {
            app.MapPost(prefix + path + "/{token?}", take).ShortCircuit().ExcludeFromDescription();
        }
    }

    /// <summary>The token of the path; null when it has none.</summary>
    public static string? Token(HttpContext context) => (string?)context.Request.RouteValues["token"];

    /// <summary>A callback as this request brings it.</summary>
    public static IncomingCallback Incoming(HttpContext context, CallbackKind kind, Guid? subject, byte[] body) => new(
        NewId.Next(), kind, subject, body, DbText.Clip(context.Request.ContentType, MaxContentType), context.Connection.RemoteIpAddress?.ToString(), Traces.Current);

    public static Task Acknowledge(HttpContext context) => Answer(context, Acknowledgement);

    public static Task Answer(HttpContext context, byte[] json)
    {
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = json.Length;
        return context.Response.BodyWriter.WriteAsync(json, context.RequestAborted).AsTask();
    }

    /// <summary>More than 3,000 in a minute from one source without a valid token (docs/security.md).</summary>
    public static Task TooMany(HttpContext context, TimeSpan wait) => Problems.Write(context, new Refusal(
        "too_many_requests", "More callbacks without a valid token than one source may send in a minute.", DateTimeOffset.UtcNow + wait));

    /// <summary>The day's budget for callbacks without a valid token is used up: 503, not 200, for it is not stored.</summary>
    public static Task NoRoom(HttpContext context) => Problems.Write(context, new Refusal(
        "unavailable", "There is no room today for more callbacks without a valid token.", DateTimeOffset.UtcNow + TimeSpan.FromHours(1)));

    private async Task Store(HttpContext context, CallbackKind kind)
    {
        var (token, source) = (Token(context), context.Connection.RemoteIpAddress);
        var subject = Subject(kind, token);
        var probe = subject is null ? ProbeDetector.Read(context, tokens, token) : null;
        var isStranger = subject is null && probe is null;
        if (isStranger && untrusted.Refuses(source) is { } wait)
        {
            await TooMany(context, wait);
            return;
        }

        using var arrival = await CallbackBody.Of(context, room, isKnown: !isStranger);
        if (arrival.Body is not { } body)
        {
            return;
        }

        if (isStranger && !untrusted.TryTake(source, body.Length))
        {
            await NoRoom(context);
            return;
        }

        await inbox.Store(Incoming(context, kind, subject, body) with { Probe = probe }, context.RequestAborted);
        await Acknowledge(context);
    }

    /// <summary>What the token was made for; ids are unique over all purposes a kind may have.</summary>
    private Guid? Subject(CallbackKind kind, string? token)
    {
        foreach (var purpose in DarajaOperations.Channels[kind].Subjects)
        {
            if (tokens.TryRead(token, purpose, out var id))
            {
                return id;
            }
        }

        return null;
    }
}
