using Microsoft.Extensions.Options;
using Payments.Application.Common;

namespace Payments.Api.Security;

/// <summary>Refuses what is no origin.</summary>
/// <param name="isLocal">True on a laptop, where pages are served over http.</param>
internal sealed class CorsOptionsValidator(bool isLocal) : IValidateOptions<CorsOptions>
{
    public ValidateOptionsResult Validate(string? name, CorsOptions options) => ConfigurationProblems.Of(options.Origins.Where(origin => !IsOrigin(origin))
        .Select(origin => new ConfigurationProblem("Cors__Origins", $"'{origin}' is no origin", "such as https://shop.example.co.ke, without a path and never *")));

    /// <summary>'*' would let every page in the world use a clientSecret it got hold of.</summary>
    private bool IsOrigin(string origin) => Uri.TryCreate(origin, UriKind.Absolute, out var uri) && uri.GetLeftPart(UriPartial.Authority) == origin
        && (uri.Scheme == Uri.UriSchemeHttps || (isLocal && uri.Scheme == Uri.UriSchemeHttp));
}
