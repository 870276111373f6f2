using Microsoft.Extensions.Options;
using Payments.Application.Common;

namespace Payments.Infrastructure.Daraja;

/// <summary>Refuses what Safaricom would refuse, or what is another environment's. No secret is in what it says.</summary>
public sealed class DarajaOptionsValidator : IValidateOptions<DarajaOptions>
{
    private static readonly TimeSpan HalfASecond = TimeSpan.FromSeconds(0.5);

    public ValidateOptionsResult Validate(string? name, DarajaOptions options) => ConfigurationProblems.Of(Problems(options));

    private static IEnumerable<ConfigurationProblem> Problems(DarajaOptions options)
    {
        if (!options.TryKind(out var kind))
        {
            yield return new("Daraja__Environment", options.Environment is null ? "is missing" : "is unknown", "Simulator, Sandbox or Production");
        }
        else if (kind == DarajaEnvironment.Simulator && !(Uri.TryCreate(options.BaseUrl, UriKind.Absolute, out var url) && url.Scheme is "http" or "https"))
        {
            yield return new(
                "Daraja__BaseUrl", options.BaseUrl is null ? "is missing" : "is no http(s) address", "the simulator's address, such as http://localhost:5090");
        }
        else if (kind != DarajaEnvironment.Simulator && options.BaseUrl is not null)
        {
            yield return new("Daraja__BaseUrl", $"is set, but the address of {kind} is fixed", "left out; it is only for Daraja__Environment=Simulator");
        }

        foreach (var problem in new[]
        {
            Required("Daraja__ConsumerKey", options.ConsumerKey), Required("Daraja__ConsumerSecret", options.ConsumerSecret),
            Number("Daraja__Shortcode", options.Shortcode, required: true), Required("Daraja__Passkey", options.Passkey),
            Number("Daraja__TillNumber", options.TillNumber, required: false), NominatedProblem(options),
            Number("Daraja__Payouts__Shortcode", options.Payouts.Shortcode, required: false), Pair(options),
            Optional("Daraja__Payouts__ConsumerKey", options.Payouts.ConsumerKey), Optional("Daraja__Payouts__ConsumerSecret", options.Payouts.ConsumerSecret),
            Initiator("Daraja__", options.Main),
            options.Payouts is { CertificatePath: null, InitiatorName: null, InitiatorPassword: null } ? null : Initiator("Daraja__Payouts__", options.Paying),
            OfTheSandbox(options), OtherCertificate("Daraja__", options.Main),
            options.Payouts.CertificatePath is null ? null : OtherCertificate("Daraja__Payouts__", options.Paying),
            Times(options.Timeouts), Breaker(options.Breaker),
        })
        {
            if (problem is not null)
            {
                yield return problem;
            }
        }

        if (options.B2cVersion is not ("v1" or "v3"))
        {
            yield return new("Daraja__B2cVersion", $"'{options.B2cVersion}' is no version", "v1 or v3, whichever the app has");
        }

        if (options.Kind == DarajaEnvironment.Production && SafaricomCertificates.IsSandboxPasskey(options.Passkey))
        {
            yield return new("Daraja__Passkey", "is the sandbox's, which everybody knows", "the one Safaricom sent for your shortcode when it went live");
        }
    }

    /// <summary>The test shortcode in production takes nobody's money, and its passkey is published.</summary>
    private static ConfigurationProblem? OfTheSandbox(DarajaOptions options) => options.Kind != DarajaEnvironment.Production ? null
        : options.Shortcode == SafaricomCertificates.SandboxShortcode ? new("Daraja__Shortcode", "is the sandbox's", "your own Pay Bill, or your till's store number")
        : options.Payouts.Shortcode == SafaricomCertificates.SandboxShortcode ? new("Daraja__Payouts__Shortcode", "is the sandbox's", "the shortcode you pay out from")
        : null;

    private static ConfigurationProblem? OtherCertificate(string prefix, DarajaApp app) => SecurityCredential.OtherEnvironment(app) is { } other
        ? new(prefix + "CertificatePath", $"is Safaricom's certificate for {other}", $"its certificate for {app.Environment}: with the other one every payout fails")
        : null;

    private static ConfigurationProblem? Required(string key, string? value) =>
        string.IsNullOrEmpty(value) ? new(key, "is missing", "as Safaricom issued it") : Optional(key, value);

    /// <summary>A copied space makes "Wrong credentials" out of good ones, and nobody sees it.</summary>
    private static ConfigurationProblem? Optional(string key, string? value) =>
        value is not null && (value.Length == 0 || value.Any(c => char.IsWhiteSpace(c) || char.IsControl(c)))
            ? new(key, value.Length == 0 ? "is empty" : "has a space or line break in it", "exactly what Safaricom issued") : null;

    private static ConfigurationProblem? Number(string key, string? value, bool required) => value switch
    {
        null when !required => null,
        null => new(key, "is missing", "5 to 7 digits"),
        { Length: >= 5 and <= 7 } when value.All(char.IsAsciiDigit) => null,
        _ => new(key, "is not 5 to 7 digits", "5 to 7 digits"),
    };

    private static ConfigurationProblem? NominatedProblem(DarajaOptions options) =>
        options.NominatedNumber is null || options.Nominated is not null
            ? null : new("Daraja__NominatedNumber", "is no Kenyan mobile number", "12 digits (2547…, 2541…), or 10 (07…, 01…)");

    private static ConfigurationProblem? Pair(DarajaOptions options) => options.Payouts.ConsumerKey is null == options.Payouts.ConsumerSecret is null
        ? null : new("Daraja__Payouts__ConsumerKey", "and its secret are not both set", "both or neither: they belong together");

    private static ConfigurationProblem? Initiator(string prefix, DarajaApp app)
    {
        if (app is { InitiatorName: null, InitiatorPassword: null, CertificatePath: null })
        {
            return null;
        }

        if (app.InitiatorName is null || app.InitiatorPassword is null || app.CertificatePath is null)
        {
            return new(
                prefix + "InitiatorName", "and its password and certificate are not all set", "InitiatorName, InitiatorPassword and CertificatePath, or none");
        }

        return SecurityCredential.Encrypt(app).Problem is { } wrong
            ? new(prefix + "CertificatePath", wrong, "Safaricom's certificate for this environment, PEM or DER") : null;
    }

    private static ConfigurationProblem? Times(DarajaTimeouts times) =>
        new[] { times.Connect, times.OAuth, times.Money, times.Question }.All(time => time > TimeSpan.Zero && time < TimeSpan.FromMinutes(10))
            ? null : new("Daraja__Timeouts", "has a time that is none", "times above 0 and below 10 minutes, such as 00:00:10");

    /// <summary>What the library that breaks the circuit takes.</summary>
    private static ConfigurationProblem? Breaker(DarajaBreakerOptions breaker) =>
        breaker.Window >= HalfASecond && breaker.Window < TimeSpan.FromHours(1) && breaker.Break >= HalfASecond && breaker.Break < TimeSpan.FromHours(1)
        && breaker.LeastCalls >= 2 && breaker.FailureShare is > 0 and <= 1
            ? null : new("Daraja__Breaker", "cannot work", "Window and Break from half a second, LeastCalls from 2, FailureShare above 0 and at most 1");
}
