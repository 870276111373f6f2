using System.Globalization;
using System.Security.Claims;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Filters;
using Microsoft.Extensions.Options;
using Payments.Api.Access;
using Payments.Api.Hosting;
using Payments.Application.Checkouts;
using Payments.Application.Idempotency;

namespace Payments.Api.Idempotency;

/// <summary>
/// Runs a keyed request once: the same key with the same request gets the first answer again, rebuilt from the row it made when the
/// process died before storing it. A refusal before an intent was committed is not kept (docs/checkout.md).
/// </summary>
internal sealed partial class IdempotencyFilter(
    IdempotencyFilterFactory action, IIdempotencyKeys keys, IClientSecrets secrets, IOptions<JsonOptions> json, ILogger<IdempotencyFilter> log)
    : IAsyncResourceFilter
{
    private const int MaxChars = 255;

    /// <summary>
    /// Stands in the stored answer where the checkout's clientSecret was: raw control characters never occur in JSON.
    /// </summary>
    private const string Secret = "\u0001";

    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(1);

    public async Task OnResourceExecutionAsync(ResourceExecutingContext context, ResourceExecutionDelegate next)
    {
        var http = context.HttpContext;
        var given = http.Request.Headers[IdempotencyConvention.Header];
        if (given.Count == 0)
        {
            if (action.IsRequired)
            {
                context.Result = Problems.ToResult(http, new("idempotency_key_required", "Send an Idempotency-Key of your own: this call moves money."));
                return;
            }

            await next();
            return;
        }

        if (given is not [{ Length: >= 1 and <= MaxChars } key] || !key.All(c => c is >= ' ' and <= '~'))
        {
            context.Result = Problems.ToResult(http, IdempotencyConvention.Header, "Give one value of 1 to 255 printable ASCII characters.");
            return;
        }

        var request = new IdempotentRequest(Owner(http.User), key, await Hash(http.Request), action.IsRequired);
        context.Result = await Used(context, request);
        if (context.Result is null)
        {
            await Run(context, request, next);
        }
    }

    /// <summary>What a key that was used before is answered with; null for a new one.</summary>
    private async Task<IActionResult?> Used(ActionContext context, IdempotentRequest request)
    {
        if (await keys.Find(request.Owner, request.Key, context.HttpContext.RequestAborted) is not { } used)
        {
            return null;
        }

        if (!CryptographicOperations.FixedTimeEquals(used.Hash, request.Hash.ToArray()))
        {
            return Problems.ToResult(context.HttpContext, new("idempotency_key_reused", "This Idempotency-Key belongs to a request with another address or body."));
        }

        if (used.Answer is null && used.IsRunning)
        {
            return InProgress(context.HttpContext);
        }

        context.HttpContext.Response.Headers["Idempotency-Replayed"] = "true";
        return used.Answer is { } answer
            ? Stored(used.Status!.Value, used.Created is { } made ? answer.Replace(Secret, secrets.For(new(made.Id)), StringComparison.Ordinal) : answer)
            : await Rebuilt(context, request, used.Created!);
    }

    private async Task<IActionResult> Rebuilt(ActionContext context, IdempotentRequest request, CreatedResource intent)
    {
        var rebuild = context.HttpContext.RequestServices.GetServices<IResponseReplayer>().Single(r => r.Kind == intent.Kind);
        var view = await rebuild.Rebuild(context.HttpContext.Caller(), intent, context.HttpContext.RequestAborted);
        var status = context.ActionDescriptor.EndpointMetadata.OfType<ProducesResponseTypeAttribute>()
            .Select(m => m.StatusCode).FirstOrDefault(s => s is >= 200 and < 300, StatusCodes.Status200OK);
        var text = JsonSerializer.Serialize(view, view.GetType(), json.Value.JsonSerializerOptions);
        if (!action.IsShownOnce)
        {
            await Keep(request, intent, status, text);
        }

        return Stored(status, text);
    }

    private async Task Run(ResourceExecutingContext context, IdempotentRequest request, ResourceExecutionDelegate next)
    {
        var response = context.HttpContext.Response;
        var outside = response.Body;
        using var answer = new MemoryStream();
        response.Body = answer;
        context.HttpContext.Features.Set(request);
        ResourceExecutedContext executed;
        try
        {
            executed = await next();
        }
        finally
        {
            response.Body = outside;
        }

        if (executed is { Exception: KeyTakenException })
        {
            executed.Exception = null;
            var taken = await Used(context, request) ?? InProgress(context.HttpContext);
            await taken.ExecuteResultAsync(context);
            return;
        }

        if (executed is { Exception: null } && response.StatusCode is >= 200 and < 300 && !action.IsShownOnce)
        {
            await Keep(request, request.Created, response.StatusCode, Encoding.UTF8.GetString(answer.GetBuffer().AsSpan(0, (int)answer.Length)));
        }
        else if (request.IsCommitted)
        {
            await Abandon(request);
        }

        if (executed is { Exception: not null } || answer.Length == 0)
        {
            return;
        }

        // A caller who went away takes no answer; the next one with this key gets it.
        await response.Body.WriteAsync(answer.GetBuffer().AsMemory(0, (int)answer.Length), context.HttpContext.RequestAborted);
    }

    /// <summary>Stored before it is sent. Without the database it is sent all the same: the intent is committed, the rest can be rebuilt.</summary>
    private async Task Keep(IdempotentRequest request, CreatedResource? intent, int status, string text)
    {
        try
        {
            await keys.Answered(request, status, intent is null ? text : text.Replace(secrets.For(new(intent.Id)), Secret, StringComparison.Ordinal));
        }
        catch (Exception failure) when (failure is System.Data.Common.DbException or TimeoutException)
        {
            LogNotKept(failure.Message);
        }
    }

    private async Task Abandon(IdempotentRequest request)
    {
        try
        {
            await keys.Abandoned(request);
        }
        catch (Exception failure) when (failure is System.Data.Common.DbException or TimeoutException)
        {
            // Its lease ends by itself.
            LogNotKept(failure.Message);
        }
    }

    private static ActionResult InProgress(HttpContext http) => Problems.ToResult(
        http, new("idempotency_in_progress", "The first request with this Idempotency-Key is still running.", DateTimeOffset.UtcNow + Soon));

    private static ContentResult Stored(int status, string text) =>
        new() { StatusCode = status, ContentType = "application/json; charset=utf-8", Content = text };

    private static string Owner(ClaimsPrincipal user) =>
        user.FindFirstValue(CallerClaims.Checkout) is { } checkout ? "checkout/" + checkout : "client/" + user.FindFirstValue(CallerClaims.Client);

    /// <summary>Over everything that makes the request what it is; lengths in front keep its parts apart.</summary>
    private static async Task<byte[]> Hash(HttpRequest request)
    {
        // In memory, never in a file: the threshold is what Kestrel takes at most, and bodies hold phone numbers.
        request.EnableBuffering(bufferThreshold: ApiHost.MaxBodyBytes);
        using var sha = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var address = $"{request.Method} {request.Path}{request.QueryString}";
        sha.AppendData(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{address.Length} {address}")));
        var buffer = new byte[8192];
        int read;
        while ((read = await request.Body.ReadAsync(buffer, request.HttpContext.RequestAborted)) > 0)
        {
            sha.AppendData(buffer.AsSpan(0, read));
        }

        request.Body.Position = 0;
        return sha.GetHashAndReset();
    }

    [LoggerMessage(EventName = "idempotency_answer_not_kept", Level = LogLevel.Warning, Message = "An answer could not be kept and will be rebuilt: {Why}")]
    private partial void LogNotKept(string why);
}
