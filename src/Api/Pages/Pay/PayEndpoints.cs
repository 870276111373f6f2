using System.Data.Common;
using FluentValidation;
using MediatR;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Payments.Api.Access;
using Payments.Api.Checkouts;
using Payments.Api.Hosting;
using Payments.Application.Access;
using Payments.Application.Checkouts;
using Payments.Application.Common;
using Payments.Domain.C2b;
using Payments.Domain.Common;

namespace Payments.Api.Pages.Pay;

/// <summary>What the page says where there is nothing to show.</summary>
public sealed record PayProblem(string Title, string More);

/// <summary>
/// The pay page. Its address is <c>/pay/{id}#{clientSecret}</c>, and a browser sends nothing behind the <c>#</c>: the first answer is the same for
/// everybody, and its script asks for the rest (<c>/pay/{id}/view</c>) with the secret in a header. Without a script the secret comes in a form and is
/// kept in a cookie for this one page. Both ways lead to the same HTML, made here.
/// </summary>
/// <remarks>Nothing here decides about money: a prompt is <see cref="PayCheckout"/>'s, whose lock lets one of two tabs through.</remarks>
internal sealed class PayEndpoints(
    PageAssets assets, ShopOptions shop, OurShortcodes ours, Settings settings, IClientSecretVerifier secrets, TimeProvider clock)
{
    private const string Cookie = "payments-pay";
    private const string LanguageCookie = "payments-language";
    private const int MaxBytes = 8 * 1024;

    private static readonly TimeSpan LanguageKept = TimeSpan.FromDays(365);

    public void Map(IEndpointRouteBuilder app)
    {
        app.MapGet(PayUrls.Path + "/{id}", Page).ExcludeFromDescription();
        app.MapGet(PayUrls.Path + "/{id}/view", View).ExcludeFromDescription();
        app.MapPost(PayUrls.Path + "/{id}", PostPage).ExcludeFromDescription().DisableAntiforgery().WithMetadata(new RequestSizeLimitAttribute(MaxBytes));
        app.MapPost(PayUrls.Path + "/{id}/view", PostView).ExcludeFromDescription().DisableAntiforgery().WithMetadata(new RequestSizeLimitAttribute(MaxBytes));
    }

    private async Task<IResult> Page(HttpContext http, string id, IMediator mediator)
    {
        var text = Language(http);
        if (http.Request.Cookies[Cookie] is not { } secret)
        {
            return Document(http, id, text, null, null, 200);
        }

        try
        {
            return await Read(http, id, secret, mediator) is { } checkout
                ? Document(http, id, text, Model(checkout, secret, text, new()), null, 200)
                : Document(http, id, text, null, new(text.Unknown, text.UnknownMore), 404);
        }
        catch (Exception away) when (away is DbException or TimeoutException)
        {
            http.Response.Headers["Refresh"] = "5";
            return Document(http, id, text, null, new(text.Title, text.Away), 503);
        }
    }

    private async Task<IResult> View(HttpContext http, string id, IMediator mediator)
    {
        var text = Language(http);
        var secret = CallerKeys.Text(http.Request.Headers.Authorization.ToString()) ?? "";
        return await Read(http, id, secret, mediator) is { } checkout
            ? Fragment(http, Model(checkout, secret, text, new()))
            : Nothing(http, text);
    }

    /// <summary>A form without a script: on success the page is asked for anew, so that a reload sends nothing a second time.</summary>
    private async Task<IResult> PostPage(HttpContext http, string id, IMediator mediator)
    {
        var text = Language(http);
        var form = await Form(http);
        if (form is null)
        {
            return Document(http, id, text, null, new(text.IncompleteTitle, text.Incomplete), 400);
        }

        var secret = form["secret"].ToString().Trim().TrimStart('#');
        if (await Read(http, id, secret, mediator) is not { } checkout)
        {
            return Document(http, id, text, null, new(text.Unknown, text.UnknownMore), 404);
        }

        http.Response.Cookies.Append(Cookie, secret, new()
        {
            HttpOnly = true,
            SameSite = SameSiteMode.Lax,
            Secure = !settings.IsSimulator,
            Path = $"{PayUrls.Path}/{id}",
        });
        var (done, answer) = await Do(http, checkout, form, text, mediator);
        return answer is { Status: 200, CodeAnswer: null }
            ? Back(id, secret, text)
            : Document(http, id, text, Model(done ?? checkout, secret, text, answer), null, answer.Status);
    }

    private async Task<IResult> PostView(HttpContext http, string id, IMediator mediator)
    {
        var text = Language(http);
        var form = await Form(http);
        var secret = form?["secret"].ToString() ?? "";
        if (form is null || await Read(http, id, secret, mediator) is not { } checkout)
        {
            return Nothing(http, text);
        }

        var (done, answer) = await Do(http, checkout, form, text, mediator);
        return Fragment(http, Model(done ?? checkout, secret, text, answer));
    }

    /// <summary>With the secret behind the #: a browser with a script goes on with it, one without has the cookie.</summary>
    private static RedirectHttpResult Back(string id, string secret, PayText text) =>
        TypedResults.Redirect($"{PayUrls.Path}/{id}?lang={text.Language}#{Uri.EscapeDataString(secret)}");

    /// <summary>What the form asks for: a prompt, or to look for a code.</summary>
    private static async Task<(CheckoutView? Done, PayAnswer Answer)> Do(HttpContext http, CheckoutView checkout, IFormCollection form, PayText text, IMediator mediator)
    {
        if (form.ContainsKey("code"))
        {
            return await Claim(http, checkout, form["code"].ToString(), text, mediator);
        }

        if (!form.ContainsKey("phone"))
        {
            return (null, new());
        }

        var phone = form["phone"].ToString();
        var caller = CallerOf(checkout);
        try
        {
            var prompted = await mediator.Send(new PayCheckout(caller, Id(checkout), phone), http.RequestAborted);
            if (prompted.Value is { } now)
            {
                return (now, new());
            }

            // What refused it may also have changed it: another tab was first.
            var refusal = prompted.Refusal!;
            var fresh = await mediator.Send(new GetCheckout(caller, Id(checkout)), http.RequestAborted);
            return (fresh.Value ?? checkout, Answer(refusal, phone, text));
        }
        catch (ValidationException)
        {
            return (checkout, new() { Phone = phone, PhoneProblem = text.PhoneWrong, Status = 400 });
        }
    }

    private static async Task<(CheckoutView? Done, PayAnswer Answer)> Claim(HttpContext http, CheckoutView checkout, string code, PayText text, IMediator mediator)
    {
        try
        {
            var claimed = await mediator.Send(new ClaimReceipt(CallerOf(checkout), Id(checkout), code), http.RequestAborted);
            return claimed.Value is { } told
                ? (told.Checkout, new() { Code = code, CodeAnswer = text.Of(told.Answer) })
                : (null, claimed.Refusal!.Code == "too_many_claims"
                    ? new() { Code = code, CodeProblem = text.CodeTooMany, Status = 429 } : new() { Code = code, CodeProblem = text.TooBusy, Status = 503 });
        }
        catch (ValidationException)
        {
            return (null, new() { Code = code, CodeProblem = text.CodeWrong, Status = 400 });
        }
    }

    private static PayAnswer Answer(Refusal refusal, string phone, PayText text) => refusal.Code switch
    {
        // The page itself says what is under way, or over.
        "attempt_in_progress" or "already_paid" or "checkout_expired" or "checkout_cancelled" => new(),
        "too_many_prompts" when refusal.RetryAt is { } at => new() { Phone = phone, Notice = text.TooManyForNumber, RetryAt = at, NeedsHand = true, Status = 429 },
        "too_many_prompts" => new() { Phone = phone, Notice = text.TooManyForCheckout, NeedsHand = true, Status = 429 },
        "prompts_paused" => new() { Phone = phone, Notice = text.PromptsDown, RetryAt = refusal.RetryAt, NeedsHand = true, Status = 503 },
        _ => new() { Phone = phone, Notice = text.TooBusy, Status = 503 },
    };

    /// <summary>The checkout of this address, for who has its secret; null for everybody else.</summary>
    private async Task<CheckoutView?> Read(HttpContext http, string id, string secret, IMediator mediator)
    {
        if (!CheckoutId.TryParse(id, out var wanted) || !secrets.TryRead(secret, out var opened) || opened != wanted)
        {
            await ConstantTimeDelay.Wait(http.RequestAborted);
            return null;
        }

        return (await mediator.Send(new GetCheckout(new("", false, wanted), wanted), http.RequestAborted)).Value;
    }

    private PayModel Model(CheckoutView checkout, string secret, PayText text, PayAnswer answer) => new(checkout, secret, text, shop, ours, answer, clock.GetUtcNow());

    private RazorComponentResult<PayView> Fragment(HttpContext http, PayModel model)
    {
        Harden(http);
        return new(new { Model = model }) { StatusCode = model.Answer.Status, PreventStreamingRendering = true };
    }

    /// <summary>Wrong, expired, missing: one answer, which says nothing of any order.</summary>
    private RazorComponentResult<PayNothing> Nothing(HttpContext http, PayText text)
    {
        Harden(http);
        return new(new { Text = text }) { StatusCode = 404, PreventStreamingRendering = true };
    }

    private RazorComponentResult<PayPage> Document(HttpContext http, string id, PayText text, PayModel? view, PayProblem? problem, int status)
    {
        Harden(http);
        return new(new Dictionary<string, object?>
        {
            ["Id"] = CheckoutId.TryParse(id, out var known) ? known.ToString() : "unknown",
            ["T"] = text,
            ["Files"] = assets,
            ["Shop"] = shop,
            ["Name"] = PayModel.NameOf(shop, ours, text),
            ["Origins"] = settings.Origins,
            ["View"] = view,
            ["Problem"] = problem,
        })
        { StatusCode = status, PreventStreamingRendering = true };
    }

    /// <summary>Only our own files, the one script in the page by its hash, and no frame but in the shops' pages that are configured.</summary>
    private void Harden(HttpContext http)
    {
        var frames = settings.IsSimulator ? string.Join(' ', ["'self'", .. settings.Origins])
            : settings.Origins.Count == 0 ? "'none'" : string.Join(' ', settings.Origins);
        var headers = http.Response.Headers;
        headers.ContentSecurityPolicy = $"default-src 'none'; script-src 'self' {PageAssets.Hash(assets.PayStart)}; style-src {PageAssets.Hash(assets.Style)}; img-src 'self'; connect-src 'self'; "
            + $"form-action 'self'; base-uri 'none'; frame-ancestors {frames}";
        headers.CacheControl = "no-store";
        headers.Vary = "Accept-Language, Cookie";
    }

    /// <summary>Chosen in the address, and then kept; else as chosen before, else what the browser wants most of the two.</summary>
    private PayText Language(HttpContext http)
    {
        if (http.Request.Query["lang"].ToString() is "en" or "sw")
        {
            var chosen = http.Request.Query["lang"].ToString();
            if (http.Request.Cookies[LanguageCookie] != chosen)
            {
                http.Response.Cookies.Append(LanguageCookie, chosen, new()
                {
                    HttpOnly = true,
                    SameSite = SameSiteMode.Lax,
                    Secure = !settings.IsSimulator,
                    Path = PayUrls.Path,
                    MaxAge = LanguageKept,
                });
            }

            return PayText.For(chosen);
        }

        return PayText.For(http.Request.Cookies[LanguageCookie] ?? http.Request.GetTypedHeaders().AcceptLanguage
            .OrderByDescending(wanted => wanted.Quality ?? 1).Select(wanted => wanted.Value.ToString().Split('-')[0].ToLowerInvariant())
            .FirstOrDefault(wanted => wanted is "en" or "sw"));
    }

    private static async Task<IFormCollection?> Form(HttpContext http)
    {
        try
        {
            return http.Request.HasFormContentType ? await http.Request.ReadFormAsync(http.RequestAborted) : null;
        }
        catch (Exception broken) when (RequestFaults.Of(broken) is not null)
        {
            RequestFaults.Close(http);
            return null;
        }
    }

    private static CheckoutId Id(CheckoutView checkout) => CheckoutId.TryParse(checkout.Id, out var id) ? id : default;

    private static Caller CallerOf(CheckoutView checkout) => new("", false, Id(checkout));
}
