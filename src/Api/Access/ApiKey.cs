using System.Security.Cryptography;
using System.Text;
using Payments.Application.Access;

namespace Payments.Api.Access;

/// <summary>A key from the configuration: <c>ApiKeys__0__Client</c>, <c>__Hash</c> (SHA-256, lower-case hex) and <c>__Scopes</c>.</summary>
internal sealed record ApiKey(string Client, byte[] Hash, IReadOnlySet<string> Scopes)
{
    /// <summary>The key of an entry that <see cref="ApiKeyOptionsValidator"/> takes.</summary>
    public static ApiKey Of(ApiKeyOptions options) => new(options.Client!, Convert.FromHexString(options.Hash!), options.Granted);

    /// <summary>True for the text this key's hash was made of; in constant time.</summary>
    public bool Matches(string text) => CryptographicOperations.FixedTimeEquals(Hash, SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}

/// <summary>What a key may do, and the name of the policy that asks for it.</summary>
internal static class Scope
{
    public const string Checkouts = KeyScopes.Checkouts;
    public const string Payouts = KeyScopes.Payouts;
    public const string Ops = KeyScopes.Ops;

    /// <summary>A checkouts key, or the clientSecret of the checkout in question.</summary>
    public const string OneCheckout = "one_checkout";

    public static readonly IReadOnlySet<string> All = KeyScopes.All.ToHashSet(StringComparer.Ordinal);
}
