using Hangfire.Dashboard;
using Microsoft.AspNetCore.Authentication;
using Payments.Application;

namespace Payments.Api;

/// <summary>
/// Stands before the dashboard, the documentation, the metrics and the operators' pages: the machine itself on a laptop, a signed-in
/// operator anywhere else; metrics also with an ops key.
/// </summary>
internal sealed class OperatorGate(RequestDelegate next, Settings settings, IAudit audit, ITransactions transactions)
{
    private static readonly string[] Guarded = ["/hangfire", "/docs", "/metrics", "/ops"];

    public async Task InvokeAsync(HttpContext context)
    {
        var path = context.Request.Path;
        if (!Guarded.Any(guarded => path.StartsWithSegments(guarded, StringComparison.OrdinalIgnoreCase)) || (IsLaptop(context) && !IsDeed(context)))
        {
            await next(context);
            return;
        }

        var acts = IsLaptop(context);
        if (!acts)
        {
            var session = await context.AuthenticateAsync(OperatorSession.Scheme);
            if (!session.Succeeded && !(path.StartsWithSegments("/metrics") && context.User.HasScope(Scope.Ops)))
            {
                await Challenge(context);
                return;
            }

            if (session.Succeeded)
            {
                context.User = session.Principal;
                acts = session.Principal.Acts();
            }
        }

        if (IsDeed(context))
        {
            if (!acts)
            {
                await Problems.Write(context, new Refusal("forbidden", "A viewer reads; this needs an operator."));
                return;
            }

            await Record(context);
        }

        await next(context);
    }

    /// <summary>Whether the dashboard shows its buttons.</summary>
    public static bool MayAct(HttpContext context, Settings settings) => (settings.IsSimulator && LocalOnly.IsLocal(context)) || context.User.Acts();

    /// <summary>Whether the caller may read what operators may: the machine itself on a laptop, an ops key, a signed-in operator.</summary>
    public static async Task<bool> MayRead(HttpContext context, Settings settings) =>
        (settings.IsSimulator && LocalOnly.IsLocal(context)) || context.User.HasScope(Scope.Ops)
        || (await context.AuthenticateAsync(OperatorSession.Scheme)).Succeeded;

    private bool IsLaptop(HttpContext context) => settings.IsSimulator && LocalOnly.IsLocal(context);

    /// <summary>Anything but reading; the dashboard asks for its numbers by POST.</summary>
    private static bool IsDeed(HttpContext context) => !HttpMethods.IsGet(context.Request.Method) && !HttpMethods.IsHead(context.Request.Method)
        && !context.Request.Path.Equals("/hangfire/stats", StringComparison.OrdinalIgnoreCase);

    private static Task Challenge(HttpContext context)
    {
        if (HttpMethods.IsGet(context.Request.Method) && !context.Request.Path.StartsWithSegments("/metrics"))
        {
            context.Response.Redirect(SignInPages.Path + QueryString.Create("returnUrl", context.Request.Path + context.Request.QueryString));
            return Task.CompletedTask;
        }

        return Problems.Write(context, new Refusal("unauthorized", $"Sign in at {SignInPages.Path}."));
    }

    /// <summary>Written before the deed: a line too many is better than a deed without one.</summary>
    private async Task Record(HttpContext context)
    {
        var path = context.Request.Path.ToString();
        var jobs = context.Request.HasFormContentType ? (await context.Request.ReadFormAsync())["jobs[]"].ToArray() : [];
        var actor = context.User.Identity is { IsAuthenticated: true, Name: { } name } ? "operator/" + name : "local";
        await transactions.Run(
            async _ =>
            {
                await audit.Write(actor, "dashboard.act", path.Length > 200 ? path[..200] : path, null, new { method = context.Request.Method, jobs });
                return true;
            },
            context.RequestAborted);
    }
}

/// <summary>The gate has decided before the dashboard is asked.</summary>
internal sealed class BehindTheGate : IDashboardAuthorizationFilter
{
    public bool Authorize(DashboardContext context) => true;
}
