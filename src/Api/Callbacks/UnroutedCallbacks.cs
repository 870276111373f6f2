using Payments.Application.Intake;

namespace Payments.Api.Callbacks;

/// <summary>
/// Callbacks at paths nobody serves: a proxy in front adds a prefix, escapes a slash, doubles one. Safaricom does not repeat what was answered 404,
/// so what carries a valid token is taken as if it had come where it belongs; everything else stays 404. Both are told (<see cref="IUnroutedLog"/>).
/// </summary>
internal sealed class UnroutedCallbacks(IUnroutedLog unrouted, CallbackPathReader paths, ITokenVerifier tokens, IRegistrationTokens registrations)
{
    private readonly Dictionary<string, RequestDelegate> takers = new(StringComparer.Ordinal);

    /// <summary>What takes the callbacks of a path.</summary>
    public void Add(string path, RequestDelegate take) => takers[path] = take;

    /// <summary>Right behind routing: sees only what no endpoint wants, so that it costs the others nothing.</summary>
    public Task Watch(HttpContext context, RequestDelegate next)
    {
        if (context.GetEndpoint() is not null || !HttpMethods.IsPost(context.Request.Method) || paths.Read(context.Request.Path.Value ?? "") is not { } path)
        {
            return next(context);
        }

        var take = path is { Path: { } name, Token: { } token } && IsOurs(token) ? takers.GetValueOrDefault(name) : null;
        unrouted.Note(path.Masked, path.Shape, take is not null, context.Connection.RemoteIpAddress?.ToString());
        if (take is null)
        {
            return next(context);
        }

        context.Request.RouteValues["token"] = path.Token;
        return take(context);
    }

    private bool IsOurs(string token) => tokens.IsValid(token) || registrations.Find(token) is not null;
}
