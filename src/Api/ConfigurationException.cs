using Payments.Application.Common;

namespace Payments.Api;

/// <summary>The configuration is wrong; the message lists every problem.</summary>
public sealed class ConfigurationException(IReadOnlyCollection<ConfigurationProblem> problems)
    : Exception("The configuration has problems:" + string.Concat(problems.Select(problem => $"{Environment.NewLine}  {problem}")))
{
    /// <summary>What is wrong.</summary>
    public IReadOnlyCollection<ConfigurationProblem> Problems { get; } = problems;
}
