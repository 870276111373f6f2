using Microsoft.Extensions.Options;
using Payments.Application.Common;

namespace Payments.Infrastructure.Callbacks;

/// <summary>Refuses an address Safaricom could not call, and secrets that are none. No secret is in what it says.</summary>
/// <param name="isPublic">True against Safaricom's own servers, which call only public HTTPS addresses.</param>
public sealed class CallbackOptionsValidator(bool isPublic) : IValidateOptions<CallbackOptions>
{
    public ValidateOptionsResult Validate(string? name, CallbackOptions options) => ConfigurationProblems.Of(Problems(options));

    private IEnumerable<ConfigurationProblem> Problems(CallbackOptions options)
    {
        if (options.Tunnel is not null && !string.IsNullOrEmpty(options.PublicBaseUrl))
        {
            yield return new("Callbacks__Tunnel", "is set beside Callbacks__PublicBaseUrl", "one of the two");
        }
        else if (options.Tunnel is not (null or "auto" or "ngrok" or "cloudflared"))
        {
            yield return new("Callbacks__Tunnel", $"'{options.Tunnel}' is none", "auto, ngrok or cloudflared");
        }

        if (options.TunnelApi is not null && !(Uri.TryCreate(options.TunnelApi, UriKind.Absolute, out var api) && api.Scheme == "http" && api.IsLoopback))
        {
            yield return new("Callbacks__TunnelApi", "is no http address of this machine", "where the tunnel's local API listens, such as http://127.0.0.1:4040");
        }

        if (options.Tunnel is null && CallbackOptions.WhyNotCallable(options.PublicBaseUrl, isPublic) is { } wrong)
        {
            yield return new("Callbacks__PublicBaseUrl", wrong, "the public HTTPS address of this service, such as https://pay.example.co.ke");
        }

        if (options.Secrets.Count == 0)
        {
            yield return new("Callbacks__Secrets__0", "is missing", "base64 of 32 or more random bytes, as from: openssl rand -base64 32");
        }

        for (var i = 0; i < options.Secrets.Count; i++)
        {
            var bytes = new byte[options.Secrets[i].Length];
            if (!Convert.TryFromBase64String(options.Secrets[i], bytes, out var length) || length < CallbackOptions.LeastSecretBytes)
            {
                yield return new($"Callbacks__Secrets__{i}", "is not base64 of at least 32 bytes", "base64 of 32 or more random bytes");
            }
        }

        // Room for one of the largest at least.
        if (options.UntrustedBytesPerDay < 128 * 1024)
        {
            yield return new("Callbacks__UntrustedBytesPerDay", "is too small for one callback", "131072 bytes or more, such as 67108864");
        }

        for (var i = 0; i < options.AllowedNetworks.Count; i++)
        {
            var network = options.AllowedNetworks[i];
            if (!CallbackOptions.TryNetwork(network, out _) && network != CallbackOptions.Published && options.AllowedNetworks is not [CallbackOptions.Anywhere])
            {
                yield return new($"Callbacks__AllowedNetworks__{i}", $"'{network}' is no network",
                    $"an address or a network such as 196.201.214.0/24, '{CallbackOptions.Published}' for Safaricom's known addresses, "
                    + $"or '{CallbackOptions.Anywhere}' alone");
            }
        }
    }
}
