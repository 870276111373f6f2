using Payments.Api.Hosting;
using Payments.Application.Common;

namespace Payments.Api.Callbacks;

/// <summary>What a callback is answered.</summary>
internal static class CallbackAnswers
{
    /// <summary>What Safaricom's samples answer, byte for byte.</summary>
    private static readonly byte[] Acknowledgement = """{"ResultCode":0,"ResultDesc":"Accepted"}"""u8.ToArray();

    public static Task Acknowledge(HttpContext context) => Json(context, Acknowledgement);

    public static Task Json(HttpContext context, byte[] json)
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
}
