using Hangfire;
using Hangfire.Dashboard;
using Microsoft.AspNetCore.Authentication;
using Payments.Api.Hosting;
using Payments.Application.Access;
using Payments.Application.Common;

namespace Payments.Api.Access;

/// <summary>
/// Stands before the dashboard, the documentation, the metrics and the operators' pages: the machine itself on a laptop, a signed-in
/// operator anywhere else; metrics also with an ops key.
/// </summary>
internal sealed class OperatorAccessMiddleware(RequestDelegate next, Settings settings, IAudit audit, ITransactions transactions, JobStorage storage)
{
    /// <summary>Jobs of one deed whose states are put down; the dashboard's pages have at most 500, and one line need not hold more.</summary>
    private const int MaxJobs = 500;

    private const string JobDetails = "/hangfire/jobs/details";

    private static readonly string[] Guarded = ["/hangfire", "/docs", "/metrics", "/ops"];

    public async Task InvokeAsync(HttpContext context)
    {
        var path = context.Request.Path;
        if (!Guarded.Any(guarded => path.StartsWithSegments(guarded, StringComparison.OrdinalIgnoreCase)) || (IsLaptop(context) && !IsWrite(context)))
        {
            await Show(context);
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

        if (IsWrite(context))
        {
            if (!acts)
            {
                await Problems.Write(context, new Refusal("forbidden", "A viewer reads; this needs an operator."));
                return;
            }

            await Record(context, next);
            return;
        }

        await Show(context);
    }

    /// <summary>Goes on; a job that cannot be is answered here, for the dashboard would throw.</summary>
    private Task Show(HttpContext context) =>
        context.Request.Path.StartsWithSegments(JobDetails, StringComparison.OrdinalIgnoreCase, out var job) && !IsJobId(job.Value?.TrimStart('/') ?? "")
            ? Problems.Write(context, new Refusal("not_found", "There is no such job."))
            : next(context);

    /// <summary>Whether the dashboard shows its buttons.</summary>
    public static bool CanWrite(HttpContext context, Settings settings) => (settings.IsSimulator && LocalOnly.IsLocal(context)) || context.User.Acts();

    /// <summary>Whether the caller may read what operators may: the machine itself on a laptop, an ops key, a signed-in operator.</summary>
    public static async Task<bool> CanRead(HttpContext context, Settings settings) =>
        (settings.IsSimulator && LocalOnly.IsLocal(context)) || context.User.HasScope(Scope.Ops)
        || (await context.AuthenticateAsync(OperatorSession.Scheme)).Succeeded;

    private bool IsLaptop(HttpContext context) => settings.IsSimulator && LocalOnly.IsLocal(context);

    /// <summary>Anything but reading; the dashboard asks for its numbers by POST.</summary>
    private static bool IsWrite(HttpContext context) => !HttpMethods.IsGet(context.Request.Method) && !HttpMethods.IsHead(context.Request.Method)
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

    /// <summary>
    /// A line before the deed and one after it, each with the states of the jobs it is about: a line too many is better than a deed without
    /// one, and only what is written after it can say what it did.
    /// </summary>
    private async Task Record(HttpContext context, RequestDelegate deed)
    {
        var path = context.Request.Path.ToString();
        var jobs = (context.Request.HasFormContentType ? (await context.Request.ReadFormAsync())["jobs[]"].OfType<string>() : [])
            .Append(path[(path.LastIndexOf('/') + 1)..] is var last && IsJobId(last) ? last : "")
            .Where(job => job.Length is > 0 and <= 100).Distinct().Take(MaxJobs).ToList();
        var actor = context.User.Identity is { IsAuthenticated: true, Name: { } name } ? "operator/" + name : "local";
        var before = States(jobs);
        await Write("dashboard.act", before, new { method = context.Request.Method, jobs });
        try
        {
            await deed(context);
        }
        finally
        {
            await Write("dashboard.acted", before, new { status = context.Response.StatusCode, states = States(jobs) });
        }

        Task Write(string action, object? was, object? now) => transactions.Run(
            async _ =>
            {
                await audit.Write(actor, action, path.Length > 200 ? path[..200] : path, was, now);
                return true;
            },
            CancellationToken.None);
    }

    private static bool IsJobId(string text) => text.Length is > 0 and < 19 && text.All(char.IsAsciiDigit);

    /// <summary>Job by job: its state, or when a recurring one last ran; null for what is neither.</summary>
    private Dictionary<string, string?> States(IEnumerable<string> jobs)
    {
        using var connection = storage.GetConnection();
        return jobs.ToDictionary(
            job => job,
            job => (IsJobId(job) ? connection.GetStateData(job)?.Name : null)
                ?? (connection.GetAllEntriesFromHash("recurring-job:" + job)?.TryGetValue("LastExecution", out var ran) == true ? "ran " + ran : null));
    }
}

/// <summary>The gate has decided before the dashboard is asked.</summary>
internal sealed class AllowAll : IDashboardAuthorizationFilter
{
    public bool Authorize(DashboardContext context) => true;
}
