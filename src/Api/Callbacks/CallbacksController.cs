using System.Diagnostics;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Filters;
using Microsoft.AspNetCore.Mvc.ModelBinding;
using Payments.Application;
using Payments.Domain;
using Payments.Infrastructure;

namespace Payments.Api;

/// <summary>Where Safaricom's callbacks arrive: stored as they came, answered 200 once that is durable, understood later by a job.</summary>
[ApiController]
[ApiExplorerSettings(GroupName = "callbacks")]
[Route("callbacks")]
[Route("api/mpesa")]
[LeavesTheBody]
public sealed class CallbacksController(IInbox inbox, IntakeRoom room, CallbackTokens tokens) : ControllerBase
{
    /// <summary>What Safaricom's samples answer, byte for byte.</summary>
    internal const string Acknowledgement = """{"ResultCode":0,"ResultDesc":"Accepted"}""";

    /// <summary>The result of an STK push.</summary>
    [HttpPost("stk/callback/{token?}")]
    [HttpPost("callback/{token?}")]
    public Task<IActionResult> Stk(string? token) => Store(CallbackKind.Stk, SubjectKind.Attempt, token);

    /// <summary>The result of a payout, or of a refund by B2C.</summary>
    [HttpPost("b2c/result/{token?}")]
    public Task<IActionResult> B2cResult(string? token) => Store(CallbackKind.B2cResult, token, SubjectKind.Payout, SubjectKind.Refund);

    /// <summary>The queue timeout of a payout, or of a refund by B2C.</summary>
    [HttpPost("b2c/timeout/{token?}")]
    public Task<IActionResult> B2cTimeout(string? token) => Store(CallbackKind.B2cTimeout, token, SubjectKind.Payout, SubjectKind.Refund);

    /// <summary>The result of a payout to a business.</summary>
    [HttpPost("b2b/result/{token?}")]
    public Task<IActionResult> B2bResult(string? token) => Store(CallbackKind.B2bResult, token, SubjectKind.Payout);

    /// <summary>The queue timeout of a payout to a business.</summary>
    [HttpPost("b2b/timeout/{token?}")]
    public Task<IActionResult> B2bTimeout(string? token) => Store(CallbackKind.B2bTimeout, token, SubjectKind.Payout);

    /// <summary>The result of a reversal.</summary>
    [HttpPost("reversal/result/{token?}")]
    public Task<IActionResult> ReversalResult(string? token) => Store(CallbackKind.ReversalResult, token, SubjectKind.Refund);

    /// <summary>The queue timeout of a reversal.</summary>
    [HttpPost("reversal/timeout/{token?}")]
    public Task<IActionResult> ReversalTimeout(string? token) => Store(CallbackKind.ReversalTimeout, token, SubjectKind.Refund);

    /// <summary>The answer to a transaction status query.</summary>
    [HttpPost("status/result/{token?}")]
    public Task<IActionResult> StatusResult(string? token) => Store(CallbackKind.StatusResult, token, SubjectKind.Question);

    /// <summary>The queue timeout of a transaction status query.</summary>
    [HttpPost("status/timeout/{token?}")]
    public Task<IActionResult> StatusTimeout(string? token) => Store(CallbackKind.StatusTimeout, token, SubjectKind.Question);

    /// <summary>The answer to a balance query.</summary>
    [HttpPost("balance/result/{token?}")]
    public Task<IActionResult> BalanceResult(string? token) => Store(CallbackKind.BalanceResult, token, SubjectKind.Question);

    /// <summary>The queue timeout of a balance query.</summary>
    [HttpPost("balance/timeout/{token?}")]
    public Task<IActionResult> BalanceTimeout(string? token) => Store(CallbackKind.BalanceTimeout, token, SubjectKind.Question);

    /// <summary>Stores a callback whose token may be of any of these purposes; ids are unique over all of them.</summary>
    private Task<IActionResult> Store(CallbackKind kind, string? token, params ReadOnlySpan<SubjectKind> subjects)
    {
        foreach (var subject in subjects)
        {
            if (tokens.TryRead(token, subject, out _))
            {
                return Store(kind, subject, token);
            }
        }

        return Store(kind, subjects[0], token);
    }

    private async Task<IActionResult> Store(CallbackKind kind, SubjectKind subject, string? token)
    {
        Guid? about = tokens.TryRead(token, subject, out var id) ? id : null;
        using var arrival = await Arrival.Of(HttpContext, room, isKnown: about is not null);
        if (arrival.Body is not { } body)
        {
            return arrival.Refusal!;
        }

        await inbox.Store(
            new(
                NewId.Next(), kind, about, body, Cut(Request.ContentType), HttpContext.Connection.RemoteIpAddress?.ToString(), Activity.Current?.Id),
            HttpContext.RequestAborted);
        return Content(Acknowledgement, "application/json");
    }

    // PostgreSQL refuses NUL in text, and the rest of a long header tells nothing.
    internal static string? Cut(string? text) => text?.Replace("\0", "", StringComparison.Ordinal) is { Length: > 200 } longer ? longer[..200] : text;
}

/// <summary>Keeps MVC from reading a body that calls itself a form: the inbox wants it as it came.</summary>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class LeavesTheBodyAttribute : Attribute, IResourceFilter
{
    public void OnResourceExecuting(ResourceExecutingContext context)
    {
        context.ValueProviderFactories.RemoveType<FormValueProviderFactory>();
        context.ValueProviderFactories.RemoveType<FormFileValueProviderFactory>();
        context.ValueProviderFactories.RemoveType<JQueryFormValueProviderFactory>();
    }

    public void OnResourceExecuted(ResourceExecutedContext context)
    {
    }
}
