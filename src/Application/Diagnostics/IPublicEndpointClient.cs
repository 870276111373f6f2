namespace Payments.Application.Diagnostics;

/// <summary>The public address, looked at from outside.</summary>
public interface IPublicEndpointClient
{
    /// <summary>Resolves a name.</summary>
    Task<NameResult> Resolve(string host, CancellationToken cancellation);

    /// <summary>Opens a TLS connection and reports what was shown, whatever is wrong with it.</summary>
    Task<CertificateInspection> Certificate(Uri address, CancellationToken cancellation);

    /// <summary>Sends one POST as Safaricom would: no redirect is followed, no proxy of this machine's is used. Never throws.</summary>
    /// <param name="contentType">The header's exact value; null sends none.</param>
    Task<EndpointResponse> Post(Uri url, ReadOnlyMemory<byte> body, string? contentType, CancellationToken cancellation);
}
