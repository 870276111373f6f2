using Microsoft.AspNetCore.Http.Extensions;
using Payments.Application.Common;

namespace Payments.Api.Security;

/// <summary>
/// Sends who came over plain HTTP to the configured public address. The framework's redirection would send him to whatever his <c>Host</c>
/// header said, and a shared cache or a link made by somebody else can say anything.
/// </summary>
internal sealed class HttpsRedirect(RequestDelegate next, IPublicAddress address)
{
    public Task InvokeAsync(HttpContext context)
    {
        var request = context.Request;
        if (request.IsHttps)
        {
            return next(context);
        }

        // Kestrel itself may speak plain HTTP behind a proxy: what the world is sent to is the proxy's address.
        var path = UriHelper.BuildRelative(request.PathBase, request.Path, request.QueryString);
        context.Response.StatusCode = StatusCodes.Status307TemporaryRedirect;
        context.Response.Headers.Location = address.Current.AbsoluteUri.TrimEnd('/') + path;
        return Task.CompletedTask;
    }
}
