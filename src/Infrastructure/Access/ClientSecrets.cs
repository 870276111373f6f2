using System.Security.Cryptography;
using System.Text;
using Payments.Application.Access;
using Payments.Application.Checkouts;
using Payments.Domain.Common;

namespace Payments.Infrastructure.Access;

/// <summary>
/// A checkout's clientSecret: <c>{id}_secret_{key id}{mac}</c>, an HMAC of the id under the deployment's secrets. Stored nowhere.
/// </summary>
public sealed class ClientSecrets(IEnumerable<byte[]> secrets) : IClientSecrets, IClientSecretVerifier
{
    private const string Middle = "_secret_";

    private readonly (string Id, byte[] Secret)[] keys = [.. secrets.Select(s => (Convert.ToHexStringLower(SHA256.HashData(s))[..8], s))];

    public string For(CheckoutId checkoutId) => Write(keys[0], checkoutId.ToString());

    public bool TryRead(string text, out CheckoutId checkoutId)
    {
        checkoutId = default;
        var at = text.IndexOf(Middle, StringComparison.Ordinal);
        if (at < 0 || !CheckoutId.TryParse(text[..at], out var id))
        {
            return false;
        }

        var given = Encoding.UTF8.GetBytes(text);
        var valid = false;
        foreach (var key in keys)
        {
            valid |= CryptographicOperations.FixedTimeEquals(given, Encoding.UTF8.GetBytes(Write(key, id.ToString())));
        }

        checkoutId = valid ? id : default;
        return valid;
    }

    private static string Write((string Id, byte[] Secret) key, string checkout)
    {
        // The purpose in front keeps these apart from the callback tokens made with the same secrets.
        var mac = HMACSHA256.HashData(key.Secret, Encoding.UTF8.GetBytes("clientSecret\n" + checkout));
        return checkout + Middle + key.Id + Convert.ToHexStringLower(mac.AsSpan(0, 20));
    }
}
