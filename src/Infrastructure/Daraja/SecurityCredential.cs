using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Payments.Infrastructure.Daraja;

/// <summary>
/// The initiator's password as Daraja wants it: UTF-8, encrypted with the public key of Safaricom's certificate (RSA, PKCS#1 v1.5, not
/// OAEP), in Base64 (docs/protocol/initiator.md).
/// </summary>
public static class SecurityCredential
{
    private static readonly ConcurrentDictionary<string, Certificate> Certificates = new();

    /// <summary>
    /// The credential, or why there is none; the reason names neither path nor password. Encrypted anew each time: the padding is random,
    /// and one encryption takes microseconds.
    /// </summary>
    public static (string? Value, string? Problem) Encrypt(DarajaApp app)
    {
        if (app.InitiatorName is null || app.InitiatorPassword is null || app.CertificatePath is null)
        {
            return (null, "is missing, or the initiator's name or password is");
        }

        try
        {
            using var key = Load(app.CertificatePath).GetRSAPublicKey();
            return key is null
                ? (null, "names a certificate without an RSA key")
                : (Convert.ToBase64String(key.Encrypt(Encoding.UTF8.GetBytes(app.InitiatorPassword), RSAEncryptionPadding.Pkcs1)), null);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            return (null, "names a file that cannot be read");
        }
        catch (CryptographicException)
        {
            return (null, "names a file that is no certificate with an RSA key large enough for the password");
        }
    }

    /// <summary>
    /// The environment whose certificate this is, when it is known and is not the app's own; null when it fits, is not known, or cannot
    /// be read.
    /// </summary>
    public static DarajaEnvironment? OtherEnvironment(DarajaApp app)
    {
        if (app.Environment == DarajaEnvironment.Simulator || app.CertificatePath is null)
        {
            return null;
        }

        try
        {
            return SafaricomCertificates.EnvironmentOf(Load(app.CertificatePath)) is { } known && known != app.Environment ? known : null;
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException or CryptographicException)
        {
            return null;
        }
    }

    /// <summary>What of a certificate goes into a fingerprint of the credential: its public key. Empty when it cannot be read.</summary>
    internal static byte[] KeyOf(DarajaApp app)
    {
        try
        {
            return app.CertificatePath is null ? [] : Load(app.CertificatePath).PublicKey.ExportSubjectPublicKeyInfo();
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException or CryptographicException)
        {
            return [];
        }
    }

    /// <summary>Read again when the file changes: Safaricom replaces its certificates, and a restart must not be needed for that.</summary>
    private static X509Certificate2 Load(string path)
    {
        // Without this a missing file would be reported as a bad certificate.
        if (!File.Exists(path))
        {
            throw new FileNotFoundException(null, path);
        }

        var written = File.GetLastWriteTimeUtc(path);
        if (Certificates.TryGetValue(path, out var cached) && cached.Written == written)
        {
            return cached.Value;
        }

        var loaded = new Certificate(written, X509CertificateLoader.LoadCertificateFromFile(path));
        Certificates[path] = loaded;
        return loaded.Value;
    }

    private sealed record Certificate(DateTime Written, X509Certificate2 Value);
}
