using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Payments.Application.Diagnostics;

namespace Payments.Infrastructure.Diagnostics;

/// <summary>Says the one thing that is wrong with a certificate: what has to be mended first.</summary>
internal static class CertificateReader
{
    /// <summary>Reads what a TLS handshake showed.</summary>
    public static CertificateInspection Read(X509Certificate2? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (certificate is null)
        {
            return new(CertificateFault.NoConnection, [], null, null, null, "no certificate was shown");
        }

        var now = DateTime.UtcNow;
        var (fault, detail) = true switch
        {
            _ when certificate.NotAfter.ToUniversalTime() < now => (CertificateFault.Expired, null),
            _ when certificate.NotBefore.ToUniversalTime() > now => (CertificateFault.NotYetValid, null),
            _ when errors.HasFlag(SslPolicyErrors.RemoteCertificateChainErrors) && IsSelfSigned(certificate) => (CertificateFault.SelfSigned, null),
            _ when errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch) => (CertificateFault.WrongName, null),
            _ when errors.HasFlag(SslPolicyErrors.RemoteCertificateChainErrors) => OfChain(chain),
            _ => (CertificateFault.None, (string?)null),
        };
        return new(fault, Names(certificate), certificate.GetNameInfo(X509NameType.SimpleName, forIssuer: true), certificate.NotBefore.ToUniversalTime(),
            certificate.NotAfter.ToUniversalTime(), detail);
    }

    private static bool IsSelfSigned(X509Certificate2 certificate) => certificate.SubjectName.RawData.AsSpan().SequenceEqual(certificate.IssuerName.RawData);

    private static (CertificateFault, string?) OfChain(X509Chain? chain)
    {
        var all = chain?.ChainStatus.Aggregate(X509ChainStatusFlags.NoError, (flags, status) => flags | status.Status) ?? X509ChainStatusFlags.NoError;
        var top = chain?.ChainElements.LastOrDefault()?.Certificate.GetNameInfo(X509NameType.SimpleName, forIssuer: false);
        return all.HasFlag(X509ChainStatusFlags.PartialChain) ? (CertificateFault.Incomplete, null)
            : all.HasFlag(X509ChainStatusFlags.UntrustedRoot) ? (CertificateFault.Untrusted, top)
            : (CertificateFault.Other, string.Join(", ", chain?.ChainStatus.Select(status => status.Status.ToString()) ?? []));
    }

    private static List<string> Names(X509Certificate2 certificate)
    {
        var names = certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>()
            .SelectMany(extension => extension.EnumerateDnsNames().Concat(extension.EnumerateIPAddresses().Select(address => address.ToString()))).ToList();
        return names.Count > 0 ? names : [certificate.GetNameInfo(X509NameType.DnsName, forIssuer: false)];
    }
}
