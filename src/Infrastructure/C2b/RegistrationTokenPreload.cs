using Microsoft.Extensions.Hosting;
using Payments.Infrastructure.Database;

namespace Payments.Infrastructure.C2b;

/// <summary>
/// Has the registrations read before the first confirmation comes, and every minute: none of its requests is then taken for a stranger's while the
/// database is away, and a token that was replaced elsewhere is no valid one here.
/// </summary>
internal sealed class RegistrationTokenPreload(DatabaseState state, RegistrationTokenCache registrations) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await state.Ready.WaitAsync(stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        while (!stoppingToken.IsCancellationRequested)
        {
            registrations.Preload();
            await Task.Delay(TimeSpan.FromMinutes(1), stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
