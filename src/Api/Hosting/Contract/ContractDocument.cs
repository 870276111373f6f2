using System.Security.Cryptography;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Microsoft.OpenApi;
using Payments.Application.Common;

namespace Payments.Api.Hosting.Contract;

/// <summary>
/// <c>/openapi/v1.json</c>, for everybody: written once and kept as bytes, for making it takes a fifth of a second and a megabyte. It names
/// the configured public address, never what a caller says the service is called.
/// </summary>
internal sealed class ContractDocument(IServiceProvider services, IPublicAddress address) : IDisposable
{
    public const string Path = "/openapi/v1.json";

    /// <summary>What lies in this process for a caller who does not read: a piece, not the whole.</summary>
    private const int PieceBytes = 16 * 1024;

    /// <summary>Who reads slower than this after the first seconds is holding a connection, not reading.</summary>
    private static readonly MinDataRate Slowest = new(bytesPerSecond: 4096, gracePeriod: TimeSpan.FromSeconds(5));

    private readonly SemaphoreSlim making = new(1, 1);
    private volatile Written? written;

    private sealed record Written(Uri Address, byte[] Bytes, string Tag);

    public static void Map(WebApplication app)
    {
        RequestDelegate send = app.Services.GetRequiredService<ContractDocument>().Send;
        app.MapMethods(Path, [HttpMethods.Get, HttpMethods.Head], send).ExcludeFromDescription();
    }

    public void Dispose() => making.Dispose();

    private async Task Send(HttpContext context)
    {
        var document = written is { } there && there.Address == address.Current ? there : await Write(context.RequestAborted);
        var response = context.Response;
        response.Headers.ETag = document.Tag;
        response.Headers.CacheControl = "no-cache";
        if (context.Request.Headers.IfNoneMatch.Any(tags => tags == "*" || tags?.Contains(document.Tag, StringComparison.Ordinal) == true))
        {
            response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }

        response.ContentType = "application/json; charset=utf-8";
        response.ContentLength = document.Bytes.Length;
        if (HttpMethods.IsHead(context.Request.Method))
        {
            return;
        }

        // HTTP/2 has one rate for its whole connection, Kestrel's.
        if (HttpProtocol.IsHttp11(context.Request.Protocol) && context.Features.Get<IHttpMinResponseDataRateFeature>() is { } rate)
        {
            rate.MinDataRate = Slowest;
        }

        for (var sent = 0; sent < document.Bytes.Length; sent += PieceBytes)
        {
            await response.BodyWriter.WriteAsync(document.Bytes.AsMemory(sent, Math.Min(PieceBytes, document.Bytes.Length - sent)), context.RequestAborted);
        }
    }

    /// <summary>One at a time; again only where a tunnel has changed the address.</summary>
    private async Task<Written> Write(CancellationToken cancellation)
    {
        await making.WaitAsync(cancellation);
        try
        {
            var now = address.Current;
            if (written is not { } there || there.Address != now)
            {
                var document = await services.GetRequiredKeyedService<IOpenApiDocumentProvider>("v1").GetOpenApiDocumentAsync(CancellationToken.None);
                document.Servers = [new() { Url = now.AbsoluteUri.TrimEnd('/') }];
                using var stream = new MemoryStream();
                await document.SerializeAsJsonAsync(stream, OpenApiSpecVersion.OpenApi3_1, CancellationToken.None);
                var bytes = stream.ToArray();
                written = there = new(now, bytes, $"\"{Convert.ToHexStringLower(SHA256.HashData(bytes))[..16]}\"");
            }

            return there;
        }
        finally
        {
            making.Release();
        }
    }
}
