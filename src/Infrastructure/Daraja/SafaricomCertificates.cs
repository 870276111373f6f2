using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Payments.Infrastructure.Daraja;

/// <summary>
/// What is published of Safaricom's two environments, as far as one can be told from the other by it. Certificates are known by their
/// public keys: they are used long after their printed end, under other names, so neither says anything.
/// </summary>
internal static class SafaricomCertificates
{
    /// <summary>The test shortcode every sandbox app begins with.</summary>
    public const string SandboxShortcode = "174379";

    /// <summary>SHA-256 of the passkey that Safaricom's sandbox gives everybody.</summary>
    private const string SandboxPasskey = "6b933448d12f658cae3204515c314d7745b132307854ba107b16922825446b73";

    /// <summary>SHA-256 of the public key of the certificate in Safaricom's own client library, for the sandbox (apicrypt.safaricom.co.ke).</summary>
    private const string SandboxKey = "bc1aba1eb634213496663c5e5b69dcda742acc8d5c2bd25eccb16e1caf66e8dc";

    /// <summary>The same of the certificate Safaricom gives out for production (apigee.apicaller.safaricom.co.ke).</summary>
    private const string ProductionKey = "085bf508c873dd7d69361796925d10f87b59d3f0147d148f46103c1df6464c45";

    /// <summary>True for the passkey of the sandbox.</summary>
    public static bool IsSandboxPasskey(string? passkey) =>
        passkey is not null && Convert.ToHexStringLower(SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(passkey))) == SandboxPasskey;

    /// <summary>The environment a certificate is known to be for; null when it is not known.</summary>
    public static DarajaEnvironment? EnvironmentOf(X509Certificate2 certificate) =>
        Convert.ToHexStringLower(SHA256.HashData(certificate.PublicKey.ExportSubjectPublicKeyInfo())) switch
        {
            SandboxKey => DarajaEnvironment.Sandbox,
            ProductionKey => DarajaEnvironment.Production,
            _ => null,
        };
}
