using System.Text;
using Payments.Api.Access;
using Payments.Application.Common;

namespace Payments.Api.Security;

/// <summary>The laptop stack's keys are in a public repository: outside the simulator nothing starts with one of them (docs/security.md).</summary>
internal static class DefaultSecretsGuard
{
    /// <summary>Every secret of the laptop stack begins with one of these.</summary>
    private static readonly string[] Starts = ["local-", "payments-local-", "sk_local_"];

    private static readonly string[] Keys = ["sk_local_all", "sk_test_shop", "sk_test_other", "sk_test_ops"];

    private static readonly string[] Passwords_ = ["ops-local"];

    public static IEnumerable<ConfigurationProblem> Find(IConfiguration configuration, IEnumerable<ApiKey> keys, IEnumerable<Operator> operators)
    {
        foreach (var section in new[] { "Daraja", "Callbacks" })
        {
            foreach (var (name, value) in configuration.GetSection(section).AsEnumerable())
            {
                if (value is not null && (IsPublished(value) || IsPublished(Decoded(value))))
                {
                    yield return new(name.Replace(":", "__", StringComparison.Ordinal), "is the published value of the laptop stack", "a secret of your own");
                }
            }
        }

        foreach (var key in keys.Where(key => Keys.Any(key.Matches)))
        {
            yield return new("ApiKeys", $"client '{key.Client}' has a published key", "a key of your own: keys create");
        }

        foreach (var who in operators.Where(who => Passwords_.Any(password => Passwords.Matches(who.PasswordHash, password))))
        {
            yield return new("Ops__Users", $"'{who.Name}' has a published password", "a password of your own: hash-password");
        }
    }

    private static bool IsPublished(string value) => Starts.Any(start => value.StartsWith(start, StringComparison.OrdinalIgnoreCase));

    private static string Decoded(string value)
    {
        var bytes = new byte[value.Length];
        return Convert.TryFromBase64String(value, bytes, out var length) ? Encoding.Latin1.GetString(bytes.AsSpan(0, length)) : "";
    }
}
