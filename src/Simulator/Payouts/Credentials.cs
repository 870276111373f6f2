using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Payments.Simulator;

/// <summary>
/// SecurityCredential: the initiator's password under Safaricom's public key, RSA PKCS#1 v1.5 (docs/protocol/initiator.md). The simulator has
/// a key of its own, made anew by each process, so a stale certificate fails here as it does there.
/// </summary>
internal sealed class Credentials
{
    // Repeated failures lock the password (docs/protocol/initiator.md); how many is not published. Three is what tests need to reach it quickly.
    private const int FailuresToLock = 3;

    // Static: making one takes a fifth of a second, and a test process starts a hundred simulators.
    private static readonly Lazy<(RSA Key, string Pem)> Key = new(Make);

    private readonly ConcurrentDictionary<string, int> failures = new();

    /// <summary>The certificate to encrypt with.</summary>
    public static string CertificatePem => Key.Value.Pem;

    public void Reset() => failures.Clear();

    /// <summary>Whether the gateway takes it for encrypted at all; plain text is refused at once (docs/protocol/initiator.md).</summary>
    public static bool LooksEncrypted(string credential) =>
        credential.Length >= 128 && Convert.TryFromBase64String(credential, new byte[credential.Length], out _);

    /// <summary>Null when the initiator is who it says; else 2001, or 8006 once the password is locked.</summary>
    public Outcome? Check(Organisation shop, string initiator, string credential)
    {
        var key = $"{shop.Shortcode} {shop.InitiatorName}";
        if (failures.GetValueOrDefault(key) >= FailuresToLock)
        {
            return Outcomes.CredentialLocked;
        }

        if (initiator != shop.InitiatorName)
        {
            return Outcomes.WrongPin;
        }

        if (Decrypt(credential) == shop.InitiatorPassword)
        {
            failures.TryRemove(key, out _);
            return null;
        }

        failures.AddOrUpdate(key, 1, static (_, count) => count + 1);
        return Outcomes.WrongPin;
    }

    private static string? Decrypt(string credential)
    {
        try
        {
            return Encoding.UTF8.GetString(Key.Value.Key.Decrypt(Convert.FromBase64String(credential), RSAEncryptionPadding.Pkcs1));
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    private static (RSA Key, string Pem) Make()
    {
        var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=simulator.invalid", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddYears(1));
        return (key, certificate.ExportCertificatePem());
    }
}
