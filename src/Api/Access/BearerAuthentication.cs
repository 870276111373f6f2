using System.Data.Common;
using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.Extensions.Options;
using Payments.Api.Hosting;
using Payments.Application.Access;
using Payments.Application.Common;
using Payments.Application.Idempotency;
using Payments.Domain.Common;

namespace Payments.Api.Access;

/// <summary>Reads <c>Authorization: Bearer …</c>: a shop's key or a checkout's clientSecret.</summary>
internal sealed class BearerAuthentication(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder, CallerKeys keys, IApiKeyCache ring, IClientSecretVerifier secrets)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    public const string Name = "Bearer";

    private static readonly TimeSpan HealthTimeout = TimeSpan.FromSeconds(1);

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if (CallerKeys.Text(Request.Headers.Authorization.ToString()) is not { } text)
        {
            return AuthenticateResult.NoResult();
        }

        if (secrets.TryRead(text, out var checkoutId))
        {
            return Accept([new(CallerClaims.Checkout, checkoutId.Value.ToString())]);
        }

        if (keys.Configured(text) is { } found)
        {
            return Accept(Claims(found.Client, found.Scopes));
        }

        return await Find(text) is { } stored
            ? Accept([.. Claims(stored.Client, stored.Scopes), new(CallerClaims.Key, stored.Id.Value.ToString())])
            : AuthenticateResult.Fail("Unknown key.");
    }

    /// <summary>A health check is answered whatever the database does: then a key kept there opens nothing, and the plain answer is given.</summary>
    private async Task<ApiKeyRow?> Find(string text)
    {
        var found = ring.Find(text, Context.RequestAborted);
        if (!Request.Path.StartsWithSegments("/health"))
        {
            return await found;
        }

        try
        {
            return await found.WaitAsync(HealthTimeout);
        }
        catch (Exception away) when (away is DbException or TimeoutException)
        {
            return null;
        }
    }

    private static IEnumerable<Claim> Claims(string client, IEnumerable<string> scopes) =>
        [new(CallerClaims.Client, client), .. scopes.Select(scope => new Claim(CallerClaims.Scope, scope))];

    protected override Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        Response.Headers.WWWAuthenticate = "Bearer";
        return Problems.Write(Context, new Refusal("unauthorized", "Send a valid key as 'Authorization: Bearer …'."));
    }

    protected override Task HandleForbiddenAsync(AuthenticationProperties properties) =>
        Problems.Write(Context, new Refusal("forbidden", "This key lacks the scope this call needs."));

    private AuthenticateResult Accept(IEnumerable<Claim> claims) =>
        AuthenticateResult.Success(new(new(new ClaimsIdentity(claims, Scheme.Name)), Scheme.Name));
}

/// <summary>The claims of a caller and what they add up to.</summary>
internal static class CallerClaims
{
    public const string Client = "client";
    public const string Scope = "scope";

    /// <summary>Who has its secret. The UUID alone: Idempotency-Keys are kept under it.</summary>
    public const string Checkout = "checkout";

    /// <summary>The row of the key in the database.</summary>
    public const string Key = "key";

    /// <summary>Who asks, as the application sees it, and the Idempotency-Key he asks with.</summary>
    public static Caller Caller(this HttpContext http) => Of(http.User) with { Request = http.Features.Get<IdempotentRequest>() };

    private static Caller Of(ClaimsPrincipal user)
    {
        var caller = new Caller(
            user.FindFirstValue(Client) ?? "", user.HasScope(Api.Access.Scope.Ops), user.FindFirstValue(Checkout) is { } id ? new CheckoutId(Guid.Parse(id)) : null)
        {
            Scopes = [.. user.FindAll(Scope).Select(claim => claim.Value)],
        };
        if (user.FindFirstValue(Key) is not { } row)
        {
            return caller;
        }

        var key = new KeyId(Guid.Parse(row));
        return caller with { KeyId = key, Actor = "key/" + key };
    }

    public static bool HasScope(this ClaimsPrincipal user, string scope) => user.HasClaim(Scope, scope);

    /// <summary>One policy per scope; nothing is open by forgetting an attribute.</summary>
    public static void AddScopes(this AuthorizationOptions options)
    {
        foreach (var scope in Api.Access.Scope.All)
        {
            options.AddPolicy(scope, policy => policy.RequireClaim(Scope, scope));
        }

        options.AddPolicy(Api.Access.Scope.OneCheckout, policy => policy.RequireAssertion(
            context => context.User.HasScope(Api.Access.Scope.Checkouts) || context.User.HasClaim(c => c.Type == Checkout)));
    }
}
