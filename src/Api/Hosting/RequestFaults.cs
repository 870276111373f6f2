using System.Text;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Connections;
using Payments.Application.Common;

namespace Payments.Api.Hosting;

/// <summary>
/// Exceptions that are the caller's doing: a body that breaks HTTP, comes too slowly, is no form, or ends because the caller has gone. They
/// are answered in a sentence, though perhaps nobody hears it, and never logged one by one: anybody can send as many as he likes.
/// </summary>
internal static class RequestFaults
{
    private static readonly Refusal TooLarge = new("payload_too_large", "The body is larger than this call takes.");
    private static readonly Refusal TooSlow = new("request_timeout", "The body did not come in time.");

    /// <summary>What a caller's fault is answered with; null when the exception is none.</summary>
    public static Refusal? Of(Exception exception)
    {
        foreach (var cause in Causes(exception))
        {
            switch (cause)
            {
                case BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge }:
                    return TooLarge;
                case BadHttpRequestException { StatusCode: StatusCodes.Status408RequestTimeout }:
                    return TooSlow;
                case BadHttpRequestException or AntiforgeryValidationException or DecoderFallbackException:
                case ConnectionResetException or ConnectionAbortedException:
                case InvalidDataException or IOException when IsThrownByTheServer(cause):
                    return Unreadable;
            }
        }

        return null;
    }

    /// <summary>A body that does not keep to its own form.</summary>
    public static Refusal Unreadable { get; } = new("validation_failed", "The body could not be read.");

    /// <summary>
    /// Makes it the last request of its connection: what was read of a broken body is not put back, and the next one could begin anywhere. Said
    /// and not done by aborting: the server would try to read on, and warn that it cannot.
    /// </summary>
    public static void Close(HttpContext context)
    {
        if (!context.Response.HasStarted && HttpProtocol.IsHttp11(context.Request.Protocol))
        {
            context.Response.Headers.Connection = "close";
        }
    }

    /// <summary>The exceptions of our own files and sockets are of the same types; these come out of the server's own assemblies.</summary>
    private static bool IsThrownByTheServer(Exception cause) =>
        cause.Source?.StartsWith("Microsoft.AspNetCore.", StringComparison.Ordinal) == true;

    private static IEnumerable<Exception> Causes(Exception exception)
    {
        for (var cause = exception; cause is not null; cause = cause.InnerException)
        {
            yield return cause;
        }
    }
}
