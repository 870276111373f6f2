using Payments.Application.Common;
using Payments.Infrastructure.Callbacks;
using Payments.Infrastructure.Daraja;
using Payments.Infrastructure.Diagnostics;

namespace Payments.Api.Diagnostics;

/// <summary>
/// Where a tunnel gives the public address, it is looked for at start, so that a process without one says so among everything else that is
/// wrong. Later changes are followed by the process itself.
/// </summary>
internal static class TunnelSettings
{
    /// <summary>Puts the running tunnel's address into the configuration; says what is wrong.</summary>
    public static IEnumerable<ConfigurationProblem> Read(ConfigurationManager configuration, CallbackOptions callbacks, DarajaEnvironment environment, int? port)
    {
        if (callbacks.Tunnel is not { } program || !string.IsNullOrEmpty(callbacks.PublicBaseUrl))
        {
            return [];
        }

        if (environment == DarajaEnvironment.Production)
        {
            return [new("Callbacks__Tunnel", "is set, but production is no place for a laptop's tunnel", "left out: production has a name of its own")];
        }

        var isPublic = environment != DarajaEnvironment.Simulator;

        // Before anything is built, so there is nobody yet to wait asynchronously.
        var (found, problem) = Tunnels.Find(program, callbacks.TunnelApi, port, isPublic, null, CancellationToken.None).GetAwaiter().GetResult();
        if (found is null)
        {
            var ours = port ?? 5080;
            return [new("Callbacks__Tunnel", problem, $"ngrok or cloudflared, running: ngrok http {ours}, or cloudflared tunnel --url http://localhost:{ours}")];
        }

        callbacks.PublicBaseUrl = found.Address.AbsoluteUri;
        configuration.AddInMemoryCollection([new("Callbacks:PublicBaseUrl", found.Address.AbsoluteUri)]);
        return [];
    }
}
