using Payments.Application.Intake;
using Payments.Infrastructure.Daraja;

namespace Payments.Infrastructure.Callbacks;

/// <summary>The channels of <see cref="DarajaOperations"/>, as the way in serves them.</summary>
internal sealed class CallbackRoutes : ICallbackRoutes
{
    public IReadOnlyList<CallbackRoute> All { get; } =
        [.. DarajaOperations.Channels.Values.Select(channel => new CallbackRoute(channel.Kind, channel.Path, channel.Subjects))];
}
