using Microsoft.Extensions.Options;
using Payments.Application.Common;

namespace Payments.Api.Access;

/// <summary>Refuses a key that is nobody's, that nothing could match, or that may do nothing. The name is the entry's: <c>ApiKeys__0</c>.</summary>
internal sealed class ApiKeyOptionsValidator : IValidateOptions<ApiKeyOptions>
{
    public ValidateOptionsResult Validate(string? name, ApiKeyOptions options) => ConfigurationProblems.Of(Problems(name, options));

    private static IEnumerable<ConfigurationProblem> Problems(string? name, ApiKeyOptions options)
    {
        if (options.Client is not { Length: >= 1 and <= 100 })
        {
            yield return new($"{name}__Client", "is missing", "the shop's name, at most 100 characters");
        }

        if (options.Hash is not { Length: 64 } hash || !hash.All(char.IsAsciiHexDigitLower))
        {
            yield return new($"{name}__Hash", "is not 64 lower-case hex digits", "the SHA-256 of the key, as from: printf %s KEY | sha256sum");
        }

        if (options.Granted.Count == 0 || !options.Granted.IsSubsetOf(Scope.All))
        {
            yield return new($"{name}__Scopes", "names no scope or an unknown one", string.Join(",", Scope.All));
        }
    }
}
