using Microsoft.Extensions.Options;
using Payments.Application.Common;

namespace Payments.Application.Privacy;

/// <summary>Refuses times in which a customer may still be looking at what would be erased.</summary>
public sealed class RetentionOptionsValidator : IValidateOptions<RetentionOptions>
{
    public ValidateOptionsResult Validate(string? name, RetentionOptions options) => ConfigurationProblems.Of(Problems(options));

    private static IEnumerable<ConfigurationProblem> Problems(RetentionOptions options)
    {
        foreach (var (name, days) in new[]
        {
            (nameof(RetentionOptions.CallbackBodiesDays), options.CallbackBodiesDays), (nameof(RetentionOptions.HintsDays), options.HintsDays),
            (nameof(RetentionOptions.PersonalDataDays), options.PersonalDataDays),
        })
        {
            // A century: more is a mistake, and PostgreSQL's intervals have an end too.
            if (days is < RetentionOptions.LeastDays or > 36_500)
            {
                yield return new($"Retention__{name}", $"is {days} days", $"{RetentionOptions.LeastDays} to 36500 days");
            }
        }
    }
}
