using System.Data.Common;
using System.Globalization;
using System.Text.Json;
using FluentValidation;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Mvc;
using Payments.Application.Callbacks;
using Payments.Application.Common;
using Payments.Domain.Common;

namespace Payments.Api.Hosting;

/// <summary>Every error as RFC 9457 <c>application/problem+json</c> with a stable <c>code</c>: one table from code to status.</summary>
internal static class Problems
{
    private static readonly Dictionary<string, int> Statuses = new(StringComparer.Ordinal)
    {
        ["validation_failed"] = 400,
        ["idempotency_key_required"] = 400,
        ["pairing_code_invalid"] = 400,
        ["webhook_url_refused"] = 400,
        ["unauthorized"] = 401,
        ["forbidden"] = 403,
        ["not_found"] = 404,
        ["method_not_allowed"] = 405,
        ["request_timeout"] = 408,
        ["already_paid"] = 409,
        ["already_sent"] = 409,
        ["attempt_in_progress"] = 409,
        ["callback_erased"] = 409,
        ["case_settled"] = 409,
        ["checkout_cancelled"] = 409,
        ["checkout_expired"] = 409,
        ["events_restarted"] = 409,
        ["idempotency_in_progress"] = 409,
        ["registration_in_progress"] = 409,
        ["not_paid"] = 409,
        ["nothing_to_ask"] = 409,
        ["nothing_to_write_off"] = 409,
        ["key_expired"] = 409,
        ["order_reference_in_use"] = 409,
        ["outcome_not_possible"] = 409,
        ["receipt_already_matched"] = 409,
        ["receipt_refunded"] = 409,
        ["receipt_unknown"] = 409,
        ["reference_in_use"] = 409,
        ["too_many_webhooks"] = 409,
        ["urls_already_registered"] = 409,
        ["webhook_disabled"] = 409,
        ["payload_too_large"] = 413,
        ["unsupported_media_type"] = 415,
        ["c2b_version_unavailable"] = 422,
        ["idempotency_key_reused"] = 422,
        ["payer_unknown"] = 422,
        ["refund_exceeds_payment"] = 422,
        ["registration_refused"] = 422,
        ["url_refused"] = 422,
        ["payout_ceiling_exceeded"] = 422,
        ["too_many_requests"] = 429,
        ["too_many_prompts"] = 429,
        ["too_many_claims"] = 429,
        ["internal_error"] = 500,
        ["prompts_paused"] = 503,
        ["unavailable"] = 503,
    };

    /// <summary>Every code there is.</summary>
    public static IEnumerable<string> Codes => Statuses.Keys;

    /// <summary>The HTTP status of a code.</summary>
    public static int StatusOf(string code) => Statuses[code];

    /// <summary>Writes a refusal as the answer.</summary>
    public static Task Write(HttpContext context, Refusal refusal) => Write(context, Of(context, refusal));

    /// <summary>The result of a controller's action: the value, or the problem.</summary>
    public static ActionResult<T> ToResult<T>(this ControllerBase controller, Result<T> answer, int status = 200)
        where T : class
    {
        if (answer.Value is { } value)
        {
            return controller.StatusCode(status, value);
        }

        return new ProblemResult(Of(controller.HttpContext, answer.Refusal!));
    }

    /// <summary>A refusal as the result of a filter.</summary>
    public static ActionResult ToResult(HttpContext context, Refusal refusal) => new ProblemResult(Of(context, refusal));

    /// <summary>A field that cannot be taken, as the result of a filter.</summary>
    public static ActionResult ToResult(HttpContext context, string field, string error) =>
        Invalid(context, new() { [field] = [error] });

    /// <summary>Fields that cannot be taken, as the result of a filter.</summary>
    public static ActionResult Invalid(HttpContext context, Dictionary<string, string[]> errors) => new ProblemResult(Validation(context, errors));

    /// <summary>What an exception is answered with; never a stack trace.</summary>
    public static async ValueTask<bool> HandleUnhandled(HttpContext context, Exception exception)
    {
        switch (exception)
        {
            case ValidationException invalid:
                await Write(context, Validation(context, invalid.Errors.GroupBy(e => Camel(e.PropertyName)).ToDictionary(
                    g => g.Key, g => g.Select(e => e.ErrorMessage).ToArray())));
                return true;

            case var _ when RequestFaults.Of(exception) is { } fault:
                RequestFaults.Close(context);
                await Write(context, fault == RequestFaults.Unreadable ? Validation(context, new() { ["body"] = [fault.Detail] }) : Of(context, fault));
                return true;

            case InboxUnavailableException or TimeoutException or System.Transactions.TransactionException:
            case DbException failure when IsAway(failure):

            // Hangfire wraps what hindered it from storing a job.
            case { InnerException: DbException cause } when IsAway(cause):
                context.Response.Headers.RetryAfter = "5";
                await Write(context, new Refusal("unavailable", "The service cannot reach its database; try again shortly."));
                return true;

            default:
                await Write(context, new Refusal("internal_error", "Something went wrong here; the log has it under this trace id."));
                return true;
        }
    }

    /// <summary>Answers that have no body of their own (404 of no route, 405, 415) get one.</summary>
    public static Task OfStatus(StatusCodeContext status) => status.HttpContext.Response.StatusCode switch
    {
        404 => Write(status.HttpContext, new Refusal("not_found", "There is nothing at this address.")),
        405 => Write(status.HttpContext, new Refusal("method_not_allowed", "This address does not take this method.")),
        415 => Write(status.HttpContext, new Refusal("unsupported_media_type", "Send application/json.")),
        _ => Task.CompletedTask,
    };

    /// <summary>
    /// True when it is the database that is away, not the statement that is wrong: no SQLSTATE, a transient one, one of the classes
    /// 28 (not let in), 3D (no such database), 53 (out of resources), 57 (shutting down), 58 (its own disk), or a transaction that it ended
    /// because nothing came over a bad wire (25P03, 25P04) or that it may not write (25006: a standby).
    /// </summary>
    public static bool IsAway(DbException failure) =>
        failure.IsTransient || failure.SqlState is null or "25006" or "25P03" or "25P04" || failure.SqlState[..2] is "28" or "3D" or "53" or "57" or "58";

    private static ProblemDetails Of(HttpContext context, Refusal refusal)
    {
        var problem = New(context, refusal.Code, refusal.Detail);
        if (refusal.RetryAt is { } at)
        {
            problem.Extensions["retryAt"] = at;
            var seconds = Math.Max(1, Math.Ceiling((at - DateTimeOffset.UtcNow).TotalSeconds));
            context.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        }

        if (refusal.Subject is { } subject)
        {
            problem.Extensions[subject.StartsWith(PayoutId.Prefix, StringComparison.Ordinal) ? "payoutId" : "checkoutId"] = subject;
        }

        if (refusal.Next is { } next)
        {
            problem.Extensions["next"] = next;
        }

        return problem;
    }

    private static ProblemDetails Validation(HttpContext context, Dictionary<string, string[]> errors)
    {
        var problem = New(context, "validation_failed", "The request has fields that cannot be taken.");
        problem.Extensions["errors"] = errors;
        return problem;
    }

    private static ProblemDetails New(HttpContext context, string code, string detail) => new()
    {
        Type = $"urn:payments:problem:{code}",
        Title = code.Replace('_', ' '),
        Status = StatusOf(code),
        Detail = detail,
        Extensions = { ["code"] = code, ["traceId"] = TraceId(context) },
    };

    /// <summary>What an answer and its log lines are found by: the trace, or without one the connection and request.</summary>
    public static string TraceId(HttpContext context) => System.Diagnostics.Activity.Current?.TraceId.ToString() ?? context.TraceIdentifier;

    /// <summary>Writes a problem as the answer.</summary>
    public static Task Write(HttpContext context, ProblemDetails problem)
    {
        context.Response.StatusCode = problem.Status!.Value;
        return context.Response.WriteAsJsonAsync(problem, (JsonSerializerOptions?)null, "application/problem+json");
    }

    private static string Camel(string name) => JsonNamingPolicy.CamelCase.ConvertName(name);
}

/// <summary>A problem as an action's result; whatever the action otherwise produces, this is problem+json.</summary>
internal sealed class ProblemResult(ProblemDetails problem) : ActionResult
{
    public override Task ExecuteResultAsync(ActionContext context) => Problems.Write(context.HttpContext, problem);
}

/// <summary>The last catch: logs what nobody expected and answers by the table.</summary>
internal sealed partial class UnhandledExceptions(ILogger<UnhandledExceptions> log) : IExceptionHandler
{
    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        // A caller who went away, or whom the end of the process could wait for no longer, is no failure of ours.
        if (exception is not (ValidationException or InboxUnavailableException) && RequestFaults.Of(exception) is null)
        {
            LogFailed(httpContext.Request.Method, httpContext.GetEndpoint()?.DisplayName, Problems.TraceId(httpContext), exception);
        }

        return await Problems.HandleUnhandled(httpContext, exception);
    }

    [LoggerMessage(EventName = "request_failed", Level = LogLevel.Error, Message = "{Method} {Endpoint} failed; its answer has trace id {AnsweredTraceId}")]
    private partial void LogFailed(string method, string? endpoint, string answeredTraceId, Exception exception);
}
