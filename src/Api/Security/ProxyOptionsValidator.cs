using Microsoft.Extensions.Options;
using Payments.Application.Common;

namespace Payments.Api.Security;

/// <summary>Refuses a proxy that is no address: nobody's X-Forwarded-For would be believed.</summary>
internal sealed class ProxyOptionsValidator : IValidateOptions<ProxyOptions>
{
    public ValidateOptionsResult Validate(string? name, ProxyOptions options) => ConfigurationProblems.Of(options.KnownProxies
        .Where(text => ProxyOptions.Network(text) is null)
        .Select(text => new ConfigurationProblem("Proxy__KnownProxies", $"'{text}' is no address", "an address or a network such as 10.0.0.0/8")));
}
