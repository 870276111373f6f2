using MediatR;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Payments.Application.C2b;
using Payments.Application.Common;
using Payments.Infrastructure.Callbacks;
using Payments.Infrastructure.Daraja;
using Payments.Infrastructure.Database;

namespace Payments.Infrastructure.Diagnostics;

/// <summary>
/// Keeps the public address that of the running tunnel. What was asked for under the old address is not told any more and found out by
/// asking; what is asked for from now on names the new one, and so does the registration for payments by hand, where there is one.
/// </summary>
internal sealed partial class TunnelWatch(
    IOptions<CallbackOptions> options, IOptions<DarajaOptions> daraja, TunnelPort port, PublicAddress address, DatabaseState state, IServiceScopeFactory scopes,
    ILogger<TunnelWatch> log) : BackgroundService
{
    /// <summary>Whoever pays within these seconds after a change is found out by asking; the look itself costs nothing.</summary>
    private static readonly TimeSpan PollInterval = TimeSpan.FromSeconds(2);

    /// <summary>Who registers again, in the audit log.</summary>
    private static readonly Caller Tunnel = new("", SeesAll: true, null) { Actor = "service/tunnel" };

    private bool isGone;
    private bool mustRegister;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await Look(stoppingToken);
            }
            catch (Exception failure) when (failure is not OperationCanceledException)
            {
                LogFailed(failure.Message);
            }

            await Task.Delay(PollInterval, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task Look(CancellationToken cancellation)
    {
        var (found, problem) = await Tunnels.Find(
            options.Value.Tunnel!, options.Value.TunnelApi, port.Value, daraja.Value.Kind != DarajaEnvironment.Simulator, address.Current, cancellation);
        if (found is null)
        {
            if (!isGone)
            {
                LogGone(problem, address.Current);
            }

            isGone = true;
            return;
        }

        isGone = false;
        if (found.Address != address.Current)
        {
            LogChanged(found.Program, address.Current, found.Address);
            address.Change(found.Address);
            mustRegister = true;
        }

        if (mustRegister && state.IsReady)
        {
            mustRegister = !await RegisterAgain(cancellation);
        }
    }

    /// <summary>The sandbox registers as often as it is asked; a shortcode that never was registered is left so. False: try again.</summary>
    private async Task<bool> RegisterAgain(CancellationToken cancellation)
    {
        await using var scope = scopes.CreateAsyncScope();
        var registrations = await scope.ServiceProvider.GetRequiredService<IC2bPayments>().Registrations(cancellation);
        if (!registrations.Any(r => r.Shortcode == daraja.Value.Shortcode && r.State is RegistrationState.Registered or RegistrationState.InDoubt))
        {
            return true;
        }

        var answer = await scope.ServiceProvider.GetRequiredService<IMediator>().Send(new RegisterC2b(Tunnel, null, null), cancellation);
        LogRegistered(answer.Value?.State ?? answer.Refusal!.Code);
        return answer.Value?.State == "registered";
    }

    [LoggerMessage(EventName = "public_address_changed", Level = LogLevel.Warning,
        Message = "{Program} gives another public address: {Old} is over, {New} is used from now on")]
    private partial void LogChanged(string program, Uri old, Uri @new);

    [LoggerMessage(EventName = "tunnel_gone", Level = LogLevel.Warning, Message = "Callbacks__Tunnel {Why}; {Address} is used on until one is back")]
    private partial void LogGone(string why, Uri address);

    [LoggerMessage(EventName = "tunnel_registered", Level = LogLevel.Warning, Message = "Payments by hand were registered for the new address: {State}")]
    private partial void LogRegistered(string state);

    [LoggerMessage(EventName = "tunnel_watch_failed", Level = LogLevel.Warning, Message = "The tunnel could not be looked at: {Why}")]
    private partial void LogFailed(string why);
}

/// <summary>The port this process listens on; null when that is not known.</summary>
public sealed record TunnelPort(int? Value);
