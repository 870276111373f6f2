using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Payments.Client;

/// <summary>The address webhooks come to.</summary>
public static class WebhookEndpoint
{
    /// <summary>
    /// Takes webhooks at a path: verifies them over their bytes, and calls the handlers with the event. Answers 204 when the handlers are done, 401 to a wrong
    /// signature or an old timestamp, 400 without the headers, 413 to a body that is too large, and 500 when a handler throws, so that it comes again.
    /// Nothing that is not verified reaches a handler.
    /// </summary>
    /// <param name="app">The application.</param>
    /// <param name="pattern">The path, such as <c>/webhooks/payments</c>.</param>
    /// <param name="configure">Says what is to be done: <c>webhook => webhook.On&lt;CheckoutEvent&gt;(…)</c>.</param>
    public static IEndpointConventionBuilder MapPaymentsWebhook(this IEndpointRouteBuilder app, string pattern, Action<WebhookHandlers> configure)
    {
        ArgumentNullException.ThrowIfNull(app);
        ArgumentNullException.ThrowIfNull(configure);
        var handlers = new WebhookHandlers();
        configure(handlers);

        // The signature is the sign-in, and there is no form to forge. Neither is it a page of the shop's own API.
        return app.MapPost(pattern, context => Take(context, handlers)).AllowAnonymous().DisableAntiforgery().ExcludeFromDescription();
    }

    private static async Task Take(HttpContext context, WebhookHandlers handlers)
    {
        var log = context.RequestServices.GetRequiredService<ILoggerFactory>().CreateLogger("Payments.Client.Webhook");
        var answer = await Answer(context, handlers, log).ConfigureAwait(false);
        await answer.ExecuteAsync(context).ConfigureAwait(false);
    }

    private static async Task<IResult> Answer(HttpContext context, WebhookHandlers handlers, ILogger log)
    {
        if (await Body(context, handlers.MaxBodyBytes).ConfigureAwait(false) is not { } body)
        {
            return Refused(StatusCodes.Status413PayloadTooLarge, "payload_too_large", $"At most {handlers.MaxBodyBytes} bytes are taken.");
        }

        var id = Header(context, WebhookVerifier.IdHeader);
        try
        {
            var happened = Verifier(context, handlers).Verify(body, id, Header(context, WebhookVerifier.TimestampHeader), Header(context, WebhookVerifier.SignatureHeader));
            await handlers.Handle(happened, context).ConfigureAwait(false);
            return Results.NoContent();
        }
        catch (WebhookVerificationException refused) when (refused.Problem == WebhookProblem.HeadersMissing)
        {
            return Refused(StatusCodes.Status400BadRequest, "headers_missing", refused.Message);
        }
        catch (WebhookVerificationException refused)
        {
            log.LogWarning("A webhook was refused: {Problem}", refused.Problem);
            return Refused(StatusCodes.Status401Unauthorized, refused.Problem == WebhookProblem.SignatureWrong ? "signature_wrong" : "timestamp_too_far", refused.Message);
        }
        catch (Exception failure)
        {
            // Whatever the shop shows for its own errors: the sender needs to see that it was not done.
            log.LogError(failure, "Webhook {Id} was not dealt with and will come again", id);
            return Refused(StatusCodes.Status500InternalServerError, "not_done", "It was not dealt with here; send it again.");
        }
    }

    private static WebhookVerifier Verifier(HttpContext context, WebhookHandlers handlers)
    {
        var secrets = handlers.Secrets is { Count: > 0 } own
            ? own
            : context.RequestServices.GetRequiredService<IOptionsMonitor<PaymentsOptions>>().CurrentValue.WebhookSecrets;
        return new(secrets, context.RequestServices.GetService<TimeProvider>() ?? TimeProvider.System);
    }

    /// <summary>The bytes as they came; null where there are too many.</summary>
    private static async Task<byte[]?> Body(HttpContext context, int limit)
    {
        if (context.Request.ContentLength > limit)
        {
            return null;
        }

        // The server's own limit may be lower or higher; this one counts.
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } feature)
        {
            feature.MaxRequestBodySize = null;
        }

        using var body = new MemoryStream();
        var chunk = new byte[16 * 1024];
        while (await context.Request.Body.ReadAsync(chunk, context.RequestAborted).ConfigureAwait(false) is > 0 and var read)
        {
            if (body.Length + read > limit)
            {
                return null;
            }

            body.Write(chunk, 0, read);
        }

        return body.ToArray();
    }

    /// <summary>A header that is there once; twice is as good as not at all, for nobody could say which counts.</summary>
    private static string? Header(HttpContext context, string name) => context.Request.Headers[name] is [var one] ? one : null;

    private static IResult Refused(int status, string code, string detail) =>
        Results.Problem(statusCode: status, detail: detail, extensions: new Dictionary<string, object?> { ["code"] = code });
}
