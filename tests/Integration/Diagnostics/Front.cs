using System.Net;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Payments.Tests.Integration;

/// <summary>What stands between the Internet and the service: a proxy that passes everything on, or spoils it as a test wants.</summary>
public sealed class Front : IAsyncDisposable
{
    private static readonly HttpClient Http = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false });

    private readonly WebApplication app;

    private Front(WebApplication app, Uri address) => (this.app, Address) = (app, address);

    /// <summary>The address of the front.</summary>
    public Uri Address { get; }

    /// <summary>Where it passes on to.</summary>
    public Uri? Behind { get; set; }

    /// <summary>Answers in the service's place; false passes on.</summary>
    public Func<HttpContext, Task<bool>> Spoil { get; set; } = _ => Task.FromResult(false);

    /// <summary>The X-Forwarded-For it adds; null adds none.</summary>
    public string? ForwardedFor { get; set; }

    /// <summary>What it passed on.</summary>
    public int Passed { get; private set; }

    /// <summary>Starts one on a free port, with TLS when there is a certificate.</summary>
    public static async Task<Front> Start(X509Certificate2? certificate = null)
    {
        var port = Payments.Tests.Faults.ChildProcess.FreePort();
        var builder = WebApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, port, listen =>
        {
            if (certificate is not null)
            {
                listen.UseHttps(certificate);
            }
        }));
        var front = new Front(builder.Build(), new($"{(certificate is null ? "http" : "https")}://localhost:{port}"));
        front.app.Run(front.Serve);
        await front.app.StartAsync();
        return front;
    }

    /// <summary>An answer that is nobody's of ours.</summary>
    public void Answer(int status, string type, string body, params (string Name, string Value)[] headers) => Spoil = async context =>
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = type;
        foreach (var (name, value) in headers)
        {
            context.Response.Headers[name] = value;
        }

        await context.Response.WriteAsync(body);
        return true;
    };

    public async ValueTask DisposeAsync()
    {
        await app.StopAsync(new CancellationToken(canceled: true));
        await app.DisposeAsync();
    }

    private async Task Serve(HttpContext context)
    {
        if (await Spoil(context))
        {
            return;
        }

        using var request = new HttpRequestMessage(new(context.Request.Method), new Uri(Behind!, context.Request.Path + context.Request.QueryString))
        {
            Content = new StreamContent(context.Request.Body),
        };
        if (context.Request.ContentType is { } type)
        {
            request.Content.Headers.TryAddWithoutValidation("Content-Type", type);
        }

        if (ForwardedFor is not null)
        {
            request.Headers.Add("X-Forwarded-For", ForwardedFor);
            request.Headers.Add("X-Forwarded-Proto", context.Request.Scheme);
        }

        Passed++;
        using var answer = await Http.SendAsync(request, context.RequestAborted);
        context.Response.StatusCode = (int)answer.StatusCode;
        context.Response.ContentType = answer.Content.Headers.ContentType?.ToString();
        await answer.Content.CopyToAsync(context.Response.Body, context.RequestAborted);
    }
}
