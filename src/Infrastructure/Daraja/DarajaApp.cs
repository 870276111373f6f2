using System.Security.Cryptography;
using System.Text;

namespace Payments.Infrastructure.Daraja;

/// <summary>One Daraja app with the shortcode it acts for.</summary>
public sealed record DarajaApp(
    DarajaEnvironment Environment, string ConsumerKey, string ConsumerSecret, string Shortcode, string? InitiatorName, string? InitiatorPassword,
    string? CertificatePath)
{
    /// <summary>Names the app where its tokens are kept: two shortcodes of one app share one token, since a new one kills the other.</summary>
    public string TokenKey => $"{Environment}:{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(ConsumerKey)))[..16]}";

    /// <summary>
    /// Whose requests have names of their own: the shortcode's, on its environment. The sandbox's shortcodes are everybody's, so there the app
    /// is part of it.
    /// </summary>
    public string RequestScope => Environment == DarajaEnvironment.Sandbox ? $"{this} {TokenKey}" : ToString();

    /// <summary>Only what may be printed.</summary>
    public override string ToString() => $"{Environment} {Shortcode}";
}
