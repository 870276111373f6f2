using System.Diagnostics;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.Extensions.Options;
using Payments.Application.Diagnostics;
using Payments.Infrastructure.Daraja;
using Payments.Infrastructure.Network;

namespace Payments.Infrastructure.Diagnostics;

/// <summary>
/// Looks at the public address from outside. Each request has a connection of its own, as Safaricom's first one has, and goes straight there:
/// a proxy of this machine's would be asked to connect in our place, and whom it connects to nobody could check.
/// </summary>
internal sealed class PublicEndpointClient(IOptions<DarajaOptions> daraja, IOptions<DoctorOptions> options, DoctorLimits limits, NameResolver resolver)
    : IPublicEndpointClient, IDisposable
{
    /// <summary>Our own answer has 42 bytes; of somebody else's page the beginning says who it is.</summary>
    private const int MaxBodyBytes = 8 * 1024;

    /// <summary>Name, connection and TLS: past ten seconds Safaricom is gone.</summary>
    private static readonly TimeSpan Connecting = TimeSpan.FromSeconds(10);

    private readonly GuardedConnector outbound = new(daraja.Value.Kind != DarajaEnvironment.Simulator, resolver.Resolve);
    private readonly Lazy<X509Certificate2?> root = new(() => options.Value.TrustedRootPath is { } path && daraja.Value.Kind == DarajaEnvironment.Simulator
        ? X509CertificateLoader.LoadCertificateFromFile(path) : null);

    public void Dispose()
    {
        if (root.IsValueCreated)
        {
            root.Value?.Dispose();
        }
    }

    public async Task<NameResult> Resolve(string host, CancellationToken cancellation)
    {
        using var limit = Limit(Connecting, cancellation);
        try
        {
            var addresses = await outbound.Resolve(host, limit.Token);
            return new(addresses, addresses.Length == 0 ? "no address" : null);
        }
        catch (SocketException failure)
        {
            return new([], failure.SocketErrorCode == SocketError.HostNotFound ? "there is no such name" : failure.Message);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return new([], "no answer from DNS in time");
        }
    }

    public async Task<CertificateInspection> Certificate(Uri address, CancellationToken cancellation)
    {
        using var limit = Limit(Connecting, cancellation);
        CertificateInspection? seen = null;
        try
        {
            await using var stream = await outbound.Connect(address.IdnHost, address.Port, limit.Token);
            await using var tls = new SslStream(stream, leaveInnerStreamOpen: false);
            await tls.AuthenticateAsClientAsync(
                new SslClientAuthenticationOptions
                {
                    TargetHost = address.IdnHost,
                    CertificateChainPolicy = Policy(),

#pragma warning disable CA5359 // Looked at, not judged: whatever is wrong is to be seen, and nothing is sent over this connection.
                    RemoteCertificateValidationCallback = (_, certificate, chain, errors) =>
                    {
                        seen = CertificateReader.Read(certificate as X509Certificate2, chain, errors);
                        return true;
                    },
#pragma warning restore CA5359
                },
                limit.Token);
            return seen ?? Nothing("no certificate was shown");
        }
        catch (Exception failure) when (failure is IOException or SocketException or AuthenticationException)
        {
            return Nothing(OutboundFailures.Describe(failure));
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return Nothing($"nothing answered within {Connecting.TotalSeconds:0} s");
        }
    }

    public async Task<EndpointResponse> Post(Uri url, ReadOnlyMemory<byte> body, string? contentType, CancellationToken cancellation)
    {
        using var limit = Limit(limits.Timeout, cancellation);
        using var client = new HttpClient(Handler()) { Timeout = Timeout.InfiniteTimeSpan };
        using var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = new ReadOnlyMemoryContent(body) };
        if (contentType is not null)
        {
            request.Content.Headers.TryAddWithoutValidation("Content-Type", contentType);
        }

        request.Headers.UserAgent.Add(new ProductInfoHeaderValue("Payments-Doctor", "1.0"));
        var started = Stopwatch.GetTimestamp();
        try
        {
            using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limit.Token);
            var text = await Beginning(response.Content, limit.Token);
            return new((int)response.StatusCode, null, Stopwatch.GetElapsedTime(started), response.Content.Headers.ContentType?.ToString(),
                response.Headers.Server.ToString(), response.Headers.Location?.ToString(), text);
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException)
        {
            return new(0, OutboundFailures.Describe(failure), Stopwatch.GetElapsedTime(started));
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return new(0, $"nothing within {limits.Timeout.TotalSeconds:0} s, and Safaricom gives up before that", Stopwatch.GetElapsedTime(started));
        }
    }

    private SocketsHttpHandler Handler() => new()
    {
        AllowAutoRedirect = false,
        UseProxy = false,
        UseCookies = false,
        ConnectTimeout = Connecting,
        ConnectCallback = (context, token) => outbound.Connect(context.DnsEndPoint.Host, context.DnsEndPoint.Port, token),
        SslOptions = { CertificateChainPolicy = Policy() },
        MaxResponseHeadersLength = 32,
    };

    /// <summary>As Safaricom's client sees it: nothing that the server did not send is fetched to complete a chain.</summary>
    private X509ChainPolicy Policy()
    {
        var policy = new X509ChainPolicy { RevocationMode = X509RevocationMode.NoCheck, DisableCertificateDownloads = true };
        if (root.Value is { } own)
        {
            policy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            policy.CustomTrustStore.Add(own);
        }

        return policy;
    }

    private static async Task<string> Beginning(HttpContent content, CancellationToken cancellation)
    {
        await using var stream = await content.ReadAsStreamAsync(cancellation);
        var bytes = new byte[MaxBodyBytes];
        var length = await stream.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, cancellation);
        return Encoding.UTF8.GetString(bytes, 0, length);
    }

    private static CertificateInspection Nothing(string why) => new(CertificateFault.NoConnection, [], null, null, null, why);

    private static CancellationTokenSource Limit(TimeSpan time, CancellationToken cancellation)
    {
        var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(time);
        return limit;
    }
}
