using System.Globalization;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Mvc;
using Payments.Api.Hosting;
using Payments.Application.Access;
using Payments.Application.Common;

namespace Payments.Api.Access;

/// <summary>The sign-in page of operators: one form, no script.</summary>
internal static class SignInPages
{
    public const string Path = "/sign-in";

    /// <summary>Where a sign-in leads that came from nowhere.</summary>
    private const string Home = "/hangfire";

    /// <summary>A name, a password and an address of the longest, thrice over for their encoding.</summary>
    private const int MaxBytes = 16 * 1024;

    /// <summary>Longer than any page's address.</summary>
    private const int MaxPath = 2000;

    private static readonly HtmlEncoder Html = HtmlEncoder.Default;

    public static void Map(WebApplication app)
    {
        app.MapGet(Path, (HttpContext http, string? returnUrl) => Page(http, returnUrl, null, 200)).ExcludeFromDescription();
        app.MapPost(Path, SignIn).ExcludeFromDescription().DisableAntiforgery().WithMetadata(new RequestSizeLimitAttribute(MaxBytes));
        app.MapPost("/sign-out", SignOut).ExcludeFromDescription().DisableAntiforgery().WithMetadata(new RequestSizeLimitAttribute(MaxBytes));
    }

    /// <summary>
    /// Only a path of this very service, as it may stand in a header: visible ASCII without a backslash, which browsers take for a slash. Anything
    /// else would make the page a springboard to somebody else's, or could not be sent.
    /// </summary>
    public static string LocalPath(string? returnUrl) =>
        returnUrl is ['/', ..] and not ['/', '/', ..] && returnUrl.Length <= MaxPath && returnUrl.All(c => c is > ' ' and <= '~' and not '\\')
            ? returnUrl : Home;

    private static async Task<IResult> SignIn(
        HttpContext http, IReadOnlyList<Operator> operators, ISignInTries tries, PasswordChecks checks, KnownDevices devices, IAntiforgery antiforgery,
        IAudit audit, ITransactions transactions)
    {
        if (!await IsOurs(http, antiforgery))
        {
            return Page(http, null, "This form is too old or not ours. Try again.", 400);
        }

        var form = await http.Request.ReadFormAsync();
        var (name, password, returnUrl) = (form["name"].ToString(), form["password"].ToString(), form["returnUrl"].ToString());
        var (source, device) = (SourceKey.Of(http.Connection.RemoteIpAddress), devices.Read(http, name));

        // The place in the line comes first: no more is counted in the database than can be hashed.
        using var place = checks.Enter(source, device is not null);
        if (place is null)
        {
            return Wait(http, returnUrl, TimeSpan.FromSeconds(2));
        }

        if (await tries.Take(name, source, device) is { } wait)
        {
            return Wait(http, returnUrl, wait);
        }

        var who = operators.FirstOrDefault(o => o.Name == name);
        if (password.Length > 1000 || !await place.Matches(who?.PasswordHash, password))
        {
            return Page(http, returnUrl, "This name and password do not belong together.", 401);
        }

        await tries.Succeeded(name, source, device);
        var now = await transactions.Run(
            async now =>
            {
                var from = http.Connection.RemoteIpAddress?.ToString() ?? "unknown";
                await audit.Write("operator/" + who!.Name, "operator.sign_in", "operator/" + who.Name, null, new { from });
                return now;
            },
            http.RequestAborted);
        devices.Remember(http, who!.Name);
        await http.SignInAsync(OperatorSession.Scheme, OperatorSession.Open(who, now));
        return Results.LocalRedirect(LocalPath(returnUrl));
    }

    private static IResult Wait(HttpContext http, string returnUrl, TimeSpan wait)
    {
        http.Response.Headers.RetryAfter = Math.Max(1, Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        return Page(http, returnUrl, $"Too many tries. Wait {(wait > TimeSpan.FromMinutes(1) ? "a quarter of an hour" : "a few seconds")}.", 429);
    }

    private static async Task<IResult> SignOut(HttpContext http, IAntiforgery antiforgery)
    {
        if (!await IsOurs(http, antiforgery))
        {
            return Page(http, null, "This form is too old or not ours. Try again.", 400);
        }

        await http.SignOutAsync(OperatorSession.Scheme);
        return Results.LocalRedirect(Path);
    }

    /// <summary>Whether it is our form, whole and with its token.</summary>
    private static async Task<bool> IsOurs(HttpContext http, IAntiforgery antiforgery)
    {
        try
        {
            return http.Request.HasFormContentType && await antiforgery.IsRequestValidAsync(http);
        }
        catch (Exception broken) when (RequestFaults.Of(broken) is not null)
        {
            RequestFaults.Close(http);
            return false;
        }
    }

    private static IResult Page(HttpContext http, string? returnUrl, string? problem, int status)
    {
        var antiforgery = http.RequestServices.GetRequiredService<IAntiforgery>();
        var tokens = antiforgery.GetAndStoreTokens(http);
        var page = string.Create(
            CultureInfo.InvariantCulture,
            $"""
            <!doctype html>
            <html lang="en">
            <head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>Sign in · Payments</title></head>
            <body>
            <main>
            <h1>Payments</h1>
            {(problem is null ? "" : $"<p role=\"alert\"><strong>{Html.Encode(problem)}</strong></p>")}
            <form method="post" action="{Path}">
            <input type="hidden" name="{tokens.FormFieldName}" value="{Html.Encode(tokens.RequestToken!)}">
            <input type="hidden" name="returnUrl" value="{Html.Encode(LocalPath(returnUrl))}">
            <p><label>Name<br><input name="name" autocomplete="username" required maxlength="100" autofocus></label></p>
            <p><label>Password<br><input name="password" type="password" autocomplete="current-password" required maxlength="1000"></label></p>
            <p><button>Sign in</button></p>
            </form>
            </main>
            </body>
            </html>
            """);
        return Results.Content(page, "text/html; charset=utf-8", statusCode: status);
    }
}
