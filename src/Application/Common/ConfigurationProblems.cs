using Microsoft.Extensions.Options;

namespace Payments.Application.Common;

/// <summary>What a validator of options found: the framework's result, which keeps the parts of each sentence for the doctor.</summary>
public sealed class ConfigurationProblems : ValidateOptionsResult
{
    private ConfigurationProblems(IReadOnlyList<ConfigurationProblem> found)
    {
        Found = found;
        Failed = true;
        Failures = found.Select(problem => problem.ToString());
        FailureMessage = string.Join("; ", Failures);
    }

    /// <summary>What is wrong.</summary>
    public IReadOnlyList<ConfigurationProblem> Found { get; }

    /// <summary>The result of these findings; success when there is none.</summary>
    public static ValidateOptionsResult Of(IEnumerable<ConfigurationProblem> problems) =>
        problems.ToList() is { Count: > 0 } found ? new ConfigurationProblems(found) : Success;
}

/// <summary>Asking a validator without the framework around it.</summary>
public static class OptionsValidation
{
    /// <summary>Everything that is wrong with these options.</summary>
    /// <param name="name">Where there are several of them: the beginning of their keys, <c>ApiKeys__0</c>.</param>
    public static IReadOnlyList<ConfigurationProblem> Problems<T>(this IValidateOptions<T> validator, T options, string? name = null)
        where T : class => validator.Validate(name, options) is ConfigurationProblems wrong ? wrong.Found : [];
}
