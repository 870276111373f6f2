using Microsoft.Extensions.Options;
using Payments.Application.Common;

namespace Payments.Api.Access;

/// <summary>Refuses a person nobody could sign in as. The name is the entry's: <c>Ops__Users__0</c>.</summary>
internal sealed class OperatorOptionsValidator : IValidateOptions<OperatorOptions>
{
    public ValidateOptionsResult Validate(string? name, OperatorOptions options) => ConfigurationProblems.Of(Problems(name, options));

    private static IEnumerable<ConfigurationProblem> Problems(string? name, OperatorOptions options)
    {
        if (options.Name is not { Length: >= 1 and <= 100 } person || person.Any(char.IsControl))
        {
            yield return new($"{name}__Name", "is missing", "the name to sign in with, at most 100 characters");
        }

        if (!Passwords.IsHash(options.PasswordHash))
        {
            yield return new($"{name}__PasswordHash", "is no password hash", "what this prints: dotnet run --project src/Api -- hash-password");
        }

        if (options.Role is not ("viewer" or "operator"))
        {
            yield return new($"{name}__Role", $"'{options.Role}' is no role", "viewer (reads) or operator (acts)");
        }
    }
}
