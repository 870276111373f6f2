using System.Text.Encodings.Web;
using FluentValidation;
using MediatR;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Mvc;
using Payments.Api.Access;
using Payments.Api.Hosting;
using Payments.Application.Access;
using Payments.Application.Common;
using Payments.Application.Pairing;

namespace Payments.Api.Pairing;

/// <summary>The page on which an operator sees what a shop's program asks for, and agrees or does not. One form, no script.</summary>
internal static class PairPages
{
    public const string Path = "/pair";

    private const int MaxBytes = 16 * 1024;

    private static readonly HtmlEncoder Html = HtmlEncoder.Default;

    private static readonly Dictionary<string, string> Meanings = new()
    {
        [KeyScopes.Checkouts] = "take payments: make checkouts, prompt customers, see what became of them",
        [KeyScopes.Payouts] = "send money out: payouts to phones and businesses, and refunds. This moves your money",
    };

    public static void Map(WebApplication app)
    {
        app.MapGet(Path, Show).ExcludeFromDescription();
        app.MapPost(Path, Decide).ExcludeFromDescription().DisableAntiforgery().WithMetadata(new RequestSizeLimitAttribute(MaxBytes));
    }

    private static async Task<IResult> Show(HttpContext http, Settings settings, IClients clients)
    {
        var query = http.Request.Query;
        var asked = new PairingRequest(One("app"), One("scopes"), One("return"), One("webhook"), One("state"), One("code_challenge"));
        if (asked.Problem(settings.IsSimulator) is { } problem)
        {
            return Message("This request cannot be shown", problem + " Tell the program's author.", 400);
        }

        if (await Who(http, settings) is not null)
        {
            return Form(http, asked, await clients.WithCheckouts(), null, 200);
        }

        // The session's cookie is not sent along from another site. One click on a page of ours, and it is.
        var here = Path + http.Request.QueryString;
        if (SignInPages.LocalPath(here) != here)
        {
            return Message("This request cannot be shown", "The whole address is longer than the sign-in page can lead back to (2000 characters). Tell the program's author.", 400);
        }

        return http.Request.Headers["Sec-Fetch-Site"] == "cross-site"
            ? Page("Pair", $"<p>{Html.Encode(asked.App!)} asks for access to Payments.</p><p><a href=\"{Html.Encode(here)}\">Look at what it asks for</a></p>", 200, null)
            : Results.LocalRedirect(SignInPages.Path + QueryString.Create("returnUrl", here));

        string? One(string name) => query.TryGetValue(name, out var values) && values.ToString() is { Length: > 0 } text ? text : null;
    }

    private static async Task<IResult> Decide(
        HttpContext http, Settings settings, IMediator mediator, IAntiforgery antiforgery, IClients clients, IAudit audit, ITransactions transactions)
    {
        if (!await IsOurs(http, antiforgery))
        {
            return Message("Not agreed", "This form is too old or not ours. Begin again from the program.", 400);
        }

        if (await Who(http, settings) is not { } who)
        {
            return Message("Not agreed", "You are signed out. Sign in, and begin again from the program.", 401);
        }

        if (!who.Acts)
        {
            return Message("Not agreed", "A viewer reads; this needs an operator.", 403);
        }

        var form = await http.Request.ReadFormAsync();
        var asked = new PairingRequest(One("app"), One("scopes"), One("return"), One("webhook"), One("state"), One("code_challenge"));
        if (asked.Problem(settings.IsSimulator) is { } problem)
        {
            return Message("Not agreed", problem, 400);
        }

        if (form["decision"] != "agree")
        {
            await transactions.Run(
                async _ =>
                {
                    await audit.Write(who.Actor, "pairing.decline", "app/" + asked.App, null, new { asked.ScopeList, to = new Uri(asked.Return!).Authority });
                    return true;
                },
                CancellationToken.None);
            return Results.Redirect(asked.ReturnWith(("error", "access_denied")));
        }

        try
        {
            var agreed = await mediator.Send(new AgreePairing(who.Actor, asked, One("client")), http.RequestAborted);
            return agreed.Value is { } code
                ? Results.Redirect(asked.ReturnWith(("code", code.Code)))
                : Form(http, asked, await clients.WithCheckouts(), agreed.Refusal!.Detail, Problems.StatusOf(agreed.Refusal.Code));
        }
        catch (ValidationException invalid)
        {
            return Form(http, asked, await clients.WithCheckouts(), invalid.Errors.First().ErrorMessage, 400);
        }

        string? One(string name) => form[name].ToString() is { Length: > 0 } text ? text : null;
    }

    /// <summary>The machine itself on a laptop, a signed-in operator anywhere else; null for everybody else.</summary>
    private static async Task<(string Actor, bool Acts)?> Who(HttpContext http, Settings settings)
    {
        if (settings.IsSimulator && LocalOnly.IsLocal(http))
        {
            return ("local", true);
        }

        var session = await http.AuthenticateAsync(OperatorSession.Scheme);
        return session.Succeeded ? ("operator/" + session.Principal.Identity!.Name, session.Principal.Acts()) : null;
    }

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

    private static PageResult Form(HttpContext http, PairingRequest asked, IReadOnlyCollection<string> clients, string? problem, int status)
    {
        var tokens = http.RequestServices.GetRequiredService<IAntiforgery>().GetAndStoreTokens(http);
        var hidden = new[]
        {
            (tokens.FormFieldName, tokens.RequestToken), ("app", asked.App), ("scopes", asked.Scopes), ("return", asked.Return), ("webhook", asked.Webhook), ("state", asked.State),
            ("code_challenge", asked.CodeChallenge),
        };
        var host = new Uri(asked.Return!);
        var body =
            $"""
            {(problem is null ? "" : $"<p role=\"alert\"><strong>{Html.Encode(problem)}</strong></p>")}
            <p>A program that calls itself <strong>{Html.Encode(asked.App!)}</strong> asks for a key to this service. Agree only if you have just begun this yourself.</p>
            <h2>It could</h2>
            <ul>{string.Concat(asked.ScopeList.Select(scope => $"<li>{Html.Encode(Meanings[scope])} (<code>{scope}</code>)</li>"))}</ul>
            <h2>The key goes to</h2>
            <p><strong>{Html.Encode(host.Authority)}</strong><br><code>{Html.Encode(asked.Return!)}</code></p>
            {(asked.Webhook is { } webhook ? $"<h2>What happens is told to</h2><p><strong>{Html.Encode(new Uri(webhook).Authority)}</strong><br><code>{Html.Encode(webhook)}</code></p>" : "")}
            <form method="post" action="{Path}">
            {string.Concat(hidden.Where(field => field.Item2 is not null).Select(field => $"<input type=\"hidden\" name=\"{field.Item1}\" value=\"{Html.Encode(field.Item2!)}\">"))}
            <p><label>For the shop<br><input name="client" list="shops" required maxlength="100" autocomplete="off"></label></p>
            <datalist id="shops">{string.Concat(clients.Order(StringComparer.Ordinal).Select(client => $"<option value=\"{Html.Encode(client)}\">"))}</datalist>
            <p>An existing name gives it everything of that shop; a new one begins a shop.</p>
            <p><button name="decision" value="agree">Agree</button> <button name="decision" value="decline" formnovalidate>Decline</button></p>
            </form>
            """;

        // The form comes to us and leads on to the program: browsers hold that redirect against form-action, too.
        return Page("Pair", body, status, $"{host.Scheme}://{host.Authority}");
    }

    private static PageResult Message(string title, string text, int status) => Page(title, $"<p role=\"alert\">{Html.Encode(text)}</p>", status, null);

    private static PageResult Page(string title, string body, int status, string? leadsTo) => new(
        $"""
        <!doctype html>
        <html lang="en">
        <head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>{Html.Encode(title)} · Payments</title></head>
        <body>
        <main>
        <h1>{Html.Encode(title)}</h1>
        {body}
        </main>
        </body>
        </html>
        """,
        status, leadsTo);

    private sealed class PageResult(string page, int status, string? leadsTo) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext)
        {
            httpContext.Response.Headers.ContentSecurityPolicy =
                $"default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action {(leadsTo is null ? "'none'" : "'self' " + leadsTo)}";
            return Results.Content(page, "text/html; charset=utf-8", statusCode: status).ExecuteAsync(httpContext);
        }
    }
}
