using System.Security.Cryptography;
using System.Text;
using Payments.Api.Hosting;
using Payments.Application.Access;
using Payments.Infrastructure.Daraja;

namespace Payments.Api.Access;

/// <summary>A key from the configuration: <c>ApiKeys__0__Client</c>, <c>__Hash</c> (SHA-256, lower-case hex) and <c>__Scopes</c>.</summary>
internal sealed record ApiKey(string Client, byte[] Hash, IReadOnlySet<string> Scopes)
{
    /// <summary>Reads one entry; adds what is wrong with it.</summary>
    public static ApiKey? Read(IConfigurationSection section, List<ConfigurationProblem> problems)
    {
        var name = section.Path.Replace(":", "__", StringComparison.Ordinal);
        var before = problems.Count;
        var given = section.Get<ApiKeySettings>() ?? new();
        var client = given.Client;
        if (client is not { Length: >= 1 and <= 100 })
        {
            problems.Add(new($"{name}__Client", "is missing", "the shop's name, at most 100 characters"));
        }

        var hash = given.Hash;
        if (hash is not { Length: 64 } || !hash.All(char.IsAsciiHexDigitLower))
        {
            problems.Add(new($"{name}__Hash", "is not 64 lower-case hex digits", "the SHA-256 of the key, as from: printf %s KEY | sha256sum"));
        }

        var scopes = (given.Scopes ?? "").Split([',', ' '], StringSplitOptions.RemoveEmptyEntries).ToHashSet(StringComparer.Ordinal);
        if (scopes.Count == 0 || !scopes.IsSubsetOf(Scope.All))
        {
            problems.Add(new($"{name}__Scopes", "names no scope or an unknown one", string.Join(",", Scope.All)));
        }

        return problems.Count > before ? null : new(client!, Convert.FromHexString(hash!), scopes);
    }

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
