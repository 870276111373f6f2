using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Payments.Tests.Integration;

/// <summary>A certificate authority of a test's own, and the bad certificates it is asked for.</summary>
public sealed class TestAuthority : IDisposable
{
    private readonly X509Certificate2 root = MakeRoot("Test Root");
    private readonly X509Certificate2 intermediate;

    public TestAuthority()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=Test Intermediate", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        using var signed = request.Create(root, DateTimeOffset.UtcNow.AddDays(-400), DateTimeOffset.UtcNow.AddDays(400), [2]);
        intermediate = signed.CopyWithPrivateKey(key);
        RootPath = Path.Combine(Path.GetTempPath(), $"payments-test-root-{Guid.NewGuid():N}.pem");
        File.WriteAllText(RootPath, root.ExportCertificatePem());
    }

    /// <summary>The root as a PEM file, for <c>Doctor:TrustedRootPath</c>.</summary>
    public string RootPath { get; }

    /// <summary>A certificate signed by the root.</summary>
    public X509Certificate2 Sign(string name = "localhost", int fromDays = -10, int toDays = 90) => Sign(root, name, fromDays, toDays);

    /// <summary>One signed by the intermediate, which a careless server does not send along.</summary>
    public X509Certificate2 SignByIntermediate(string name = "localhost") => Sign(intermediate, name, -10, 90);

    /// <summary>One of a root nobody here trusts.</summary>
    public static X509Certificate2 SignByStranger(string name = "localhost")
    {
        using var stranger = MakeRoot("Nobody's Root");
        return Sign(stranger, name, -10, 90);
    }

    /// <summary>One that vouches for itself.</summary>
    public static X509Certificate2 SelfSigned(string name = "localhost")
    {
        using var key = RSA.Create(2048);
        return Usable(Request(name, key).CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-10), DateTimeOffset.UtcNow.AddDays(90)));
    }

    public void Dispose()
    {
        File.Delete(RootPath);
        root.Dispose();
        intermediate.Dispose();
    }

    private static X509Certificate2 Sign(X509Certificate2 issuer, string name, int fromDays, int toDays)
    {
        using var key = RSA.Create(2048);
        using var signed = Request(name, key).Create(
            issuer, DateTimeOffset.UtcNow.AddDays(fromDays), DateTimeOffset.UtcNow.AddDays(toDays), RandomNumberGenerator.GetBytes(8));
        return Usable(signed.CopyWithPrivateKey(key));
    }

    private static CertificateRequest Request(string name, RSA key)
    {
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name);
        if (name == "localhost")
        {
            names.AddIpAddress(IPAddress.Loopback);
        }

        request.CertificateExtensions.Add(names.Build());
        return request;
    }

    private static X509Certificate2 MakeRoot(string name)
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-500), DateTimeOffset.UtcNow.AddDays(500));
    }

    /// <summary>With its key where a server finds it.</summary>
    private static X509Certificate2 Usable(X509Certificate2 certificate)
    {
        using (certificate)
        {
            return X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), null);
        }
    }
}
