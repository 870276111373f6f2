using Microsoft.Extensions.Options;
using Payments.Application.Common;
using Payments.Infrastructure.Daraja;

namespace Payments.Infrastructure.Diagnostics;

/// <summary>Refuses waits without end, and a root of one's own where Safaricom calls.</summary>
public sealed class DoctorOptionsValidator(DarajaEnvironment environment) : IValidateOptions<DoctorOptions>
{
    public ValidateOptionsResult Validate(string? name, DoctorOptions options) => ConfigurationProblems.Of(Problems(options));

    private IEnumerable<ConfigurationProblem> Problems(DoctorOptions options)
    {
        if (new[] { options.Patience, options.Judging, options.Balance }.Any(time => time <= TimeSpan.Zero || time > TimeSpan.FromMinutes(5)))
        {
            yield return new("Doctor", "has a time that is none", "times above 0 and up to 5 minutes, such as Doctor__Patience=00:00:35");
        }

        if (options.TrustedRootPath is null)
        {
            yield break;
        }

        if (environment != DarajaEnvironment.Simulator)
        {
            yield return new("Doctor__TrustedRootPath", "is set, but Safaricom trusts public roots only", "left out; it is only for Daraja__Environment=Simulator");
        }
        else if (!File.Exists(options.TrustedRootPath))
        {
            yield return new("Doctor__TrustedRootPath", "names a file that is not there", "a PEM file with one certificate");
        }
    }
}
