using Microsoft.Extensions.Options;
using Payments.Application.Common;
using Payments.Infrastructure.Hosting;

namespace Payments.Api.Hosting;

/// <summary>Refuses a process that would do nothing, or more than there is.</summary>
internal sealed class ProcessOptionsValidator : IValidateOptions<ProcessOptions>
{
    public ValidateOptionsResult Validate(string? name, ProcessOptions options) => ConfigurationProblems.Of(Problems(options));

    private static IEnumerable<ConfigurationProblem> Problems(ProcessOptions options)
    {
        if (options.Parsed == Roles.None)
        {
            yield return new("Roles", $"'{options.Roles}' names nothing to do", "api, worker or api,worker");
        }
        else if (!options.AreKnown)
        {
            yield return new("Roles", $"'{options.Roles}' names more than there is", "api, worker or api,worker");
        }
    }
}
