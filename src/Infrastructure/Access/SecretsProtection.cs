using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.DataProtection;

namespace Payments.Infrastructure.Access;

/// <summary>
/// Protects cookies and form tokens with keys derived from the deployment's own secrets: every API process reads the others', a new
/// container the old one's, and no key lies on a disk. AES-256-GCM; a secret taken out of the configuration ends what it protected.
/// </summary>
public sealed class SecretsProtection : IDataProtectionProvider
{
    private readonly byte[][] secrets;

    /// <summary>The first secret protects, all are tried for reading.</summary>
    public SecretsProtection(IEnumerable<byte[]> secrets) => this.secrets = [.. secrets];

    public IDataProtector CreateProtector(string purpose) => new Protector(secrets, purpose);

    private sealed class Protector(byte[][] secrets, string purpose) : IDataProtector
    {
        private const int NonceBytes = 12;
        private const int TagBytes = 16;

        // HKDF's info keeps these apart from callback tokens and clientSecrets, which are made with the same secrets.
        private readonly byte[][] keys = [.. secrets.Select(secret =>
            HKDF.DeriveKey(HashAlgorithmName.SHA256, secret, 32, info: Encoding.UTF8.GetBytes("protection\n" + purpose)))];

        public IDataProtector CreateProtector(string purpose1) => new Protector(secrets, $"{purpose.Length} {purpose}\n{purpose1}");

        public byte[] Protect(byte[] plaintext)
        {
            var output = new byte[NonceBytes + plaintext.Length + TagBytes];
            var nonce = output.AsSpan(0, NonceBytes);
            RandomNumberGenerator.Fill(nonce);
            using var aes = new AesGcm(keys[0], TagBytes);
            aes.Encrypt(nonce, plaintext, output.AsSpan(NonceBytes, plaintext.Length), output.AsSpan(NonceBytes + plaintext.Length));
            return output;
        }

        public byte[] Unprotect(byte[] protectedData)
        {
            var length = protectedData.Length - NonceBytes - TagBytes;
            foreach (var key in length < 0 ? [] : keys)
            {
                try
                {
                    var plain = new byte[length];
                    using var aes = new AesGcm(key, TagBytes);
                    aes.Decrypt(protectedData.AsSpan(0, NonceBytes), protectedData.AsSpan(NonceBytes, length), protectedData.AsSpan(NonceBytes + length), plain);
                    return plain;
                }
                catch (AuthenticationTagMismatchException)
                {
                    // The next key.
                }
            }

            throw new CryptographicException("Protected by none of this deployment's secrets.");
        }
    }
}
