using FluentValidation;
using MediatR;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Payments.Api.Access;
using Payments.Api.Hosting;
using Payments.Application.Access;
using Payments.Application.Checkouts;
using Payments.Application.Common;

namespace Payments.Api.Pages.Home;

/// <summary>
/// The page at the beginning: what this is and where to go. On a laptop it also makes a checkout, and shows its pay page and a phone side by side.
/// </summary>
internal sealed class HomeEndpoints(PageAssets assets, Settings settings, IPublicAddress address)
{
    private const int MaxBytes = 4 * 1024;

    public void Map(IEndpointRouteBuilder app)
    {
        app.MapGet("/", (HttpContext http) => Page(http, "100", null, 200)).ExcludeFromDescription();
        if (settings.IsSimulator)
        {
            app.MapPost("/", Start).ExcludeFromDescription().DisableAntiforgery().WithMetadata(new RequestSizeLimitAttribute(MaxBytes));
        }
    }

    /// <summary>A checkout of the first shop there is a key for: only for who sits at this very machine, from this very page.</summary>
    private async Task<IResult> Start(HttpContext http, IMediator mediator)
    {
        var key = settings.ApiKeys.FirstOrDefault(one => one.Scopes.Contains(KeyScopes.Checkouts));
        if (key is null || !LocalOnly.IsLocal(http) || http.Request.Headers["Sec-Fetch-Site"].ToString() is not ("" or "same-origin") || !http.Request.HasFormContentType)
        {
            return Page(http, "100", "This works on the machine itself, from this page.", 403);
        }

        var amount = (await http.Request.ReadFormAsync(http.RequestAborted))["amount"].ToString();
        try
        {
            var made = await mediator.Send(
                new StartCheckout(
                    new(key.Client, false, null), null, null, decimal.TryParse(amount, System.Globalization.CultureInfo.InvariantCulture, out var shillings) ? shillings : null, null,
                    "A first purchase", address.Current.AbsoluteUri, null, null),
                http.RequestAborted);
            return made.Value is { } checkout
                ? Results.Redirect($"/?checkout={checkout.Id}#{checkout.ClientSecret}")
                : Page(http, amount, made.Refusal!.Detail, 409);
        }
        catch (ValidationException invalid)
        {
            return Page(http, amount, invalid.Errors.First().ErrorMessage, 400);
        }
    }

    private RazorComponentResult<HomePage> Page(HttpContext http, string amount, string? problem, int status)
    {
        var phone = settings.IsSimulator && LocalOnly.IsLocal(http) ? settings.Daraja.BaseUrl?.TrimEnd('/') : null;
        http.Response.Headers.CacheControl = "no-store";
        http.Response.Headers.ContentSecurityPolicy = phone is null
            ? "default-src 'none'; style-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
            : $"default-src 'none'; script-src 'self'; style-src 'self'; frame-src 'self' {phone}; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
        return new(new Dictionary<string, object?> { ["Files"] = assets, ["PhoneUrl"] = phone, ["Amount"] = amount, ["Problem"] = problem })
        { StatusCode = status, PreventStreamingRendering = true };
    }
}
