using Microsoft.Extensions.Options;
using Payments.Application.Common;

namespace Payments.Application.Access;

/// <summary>Refuses a prefix that could not tell whose an order is. The name is the entry's: <c>Clients__0</c>.</summary>
public sealed class ClientOptionsValidator : IValidateOptions<ClientOptions>
{
    /// <summary>An order reference has twelve characters: four at least are left to number orders with.</summary>
    private const int MaxPrefix = 8;

    public ValidateOptionsResult Validate(string? name, ClientOptions options) => ConfigurationProblems.Of(Problems(name, options));

    /// <summary>What is wrong between entries that are right each by itself.</summary>
    public static IEnumerable<ConfigurationProblem> Between(IReadOnlyList<ClientOptions> clients)
    {
        foreach (var (client, at) in clients.Select((client, at) => (client, at)))
        {
            foreach (var other in clients.Take(at))
            {
                if (client.Name == other.Name)
                {
                    yield return new("Clients", $"names '{client.Name}' twice", "one entry for each client");
                }
                else if (client.AccountPrefix is { } one && other.AccountPrefix is { } two
                    && (one.StartsWith(two, StringComparison.OrdinalIgnoreCase) || two.StartsWith(one, StringComparison.OrdinalIgnoreCase)))
                {
                    yield return new(
                        "Clients", $"gives '{client.Name}' the prefix '{one}' and '{other.Name}' the prefix '{two}': one is the start of the other, and an order could be either's",
                        "prefixes of which none is the start of another");
                }
            }
        }
    }

    private static IEnumerable<ConfigurationProblem> Problems(string? name, ClientOptions options)
    {
        if (options.Name is not { Length: >= 1 and <= 100 })
        {
            yield return new($"{name}__Name", "is missing", "the shop's name as its keys have it, at most 100 characters");
        }

        if (options.AccountPrefix is { } prefix
            && (prefix.Length is 0 or > MaxPrefix || !prefix.All(char.IsAsciiLetterOrDigit) || !prefix.Any(char.IsAsciiLetter)))
        {
            yield return new(
                $"{name}__AccountPrefix", $"'{prefix}' is no prefix of order references",
                $"1 to {MaxPrefix} letters and digits with at least one letter: what is all digits is for accounts this service makes");
        }
    }
}
