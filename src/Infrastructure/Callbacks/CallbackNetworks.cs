using System.Net;
using Payments.Application.Intake;
using Payments.Infrastructure.Daraja;

namespace Payments.Infrastructure.Callbacks;

/// <summary>Where callbacks come from: whose word an address is. The address is the peer's, or what a known proxy says of its own.</summary>
public sealed class CallbackNetworks : ICallbackNetworks
{
    /// <summary>
    /// The addresses Safaricom has shops let in (docs/protocol/callbacks.md: twelve that two sources agree on, and two more of one source), and three that
    /// callbacks were seen to come from. They change without notice: a confirmation from a new one waits, a case and the doctor name its address,
    /// and Pull, a question or a replay after it was allowed settles it.
    /// </summary>
    public static readonly IReadOnlyList<string> Published =
    [
        "196.201.214.200", "196.201.214.206", "196.201.214.207", "196.201.214.208", "196.201.213.114", "196.201.213.44", "196.201.212.127",
        "196.201.212.138", "196.201.212.129", "196.201.212.136", "196.201.212.74", "196.201.212.69", "196.201.212.128", "196.201.212.132",
        "196.201.212.130", "196.201.212.131", "196.201.212.139",
    ];

    private static readonly IPNetwork[] Safaricoms = Read(Published);

    private readonly IPNetwork[]? allowed;
    private readonly IPNetwork[] trusted;

    /// <param name="configured">What the configuration says (<see cref="CallbackOptions.AllowedNetworks"/>).</param>
    public CallbackNetworks(IReadOnlyCollection<string> configured, DarajaEnvironment? environment)
    {
        allowed = configured is { Count: 1 } && configured.First() == CallbackOptions.Anywhere ? null
            : configured.Count > 0 ? Read(configured)
            : environment == DarajaEnvironment.Production ? Safaricoms : null;
        trusted = allowed ?? Safaricoms;
    }

    /// <summary>True when C2B callbacks are believed from some networks only.</summary>
    public bool AreLimited => allowed is not null;

    /// <summary>Whether a C2B callback from there may be believed by its token; from elsewhere it is a hint (R3).</summary>
    public bool AllowsC2b(IPAddress? source) => allowed is null || Contains(allowed, source);

    /// <summary>Whether a source is exempt from the limits on what strangers may send.</summary>
    public bool IsSafaricoms(IPAddress? source) => Contains(trusted, source);

    private static IPNetwork[] Read(IEnumerable<string> texts) =>
        [.. texts.SelectMany(text => text == CallbackOptions.Published ? Published : [text]).Select(text => CallbackOptions.TryNetwork(text, out var network) ? network : (IPNetwork?)null).OfType<IPNetwork>()];

    private static bool Contains(IPNetwork[] networks, IPAddress? source)
    {
        var plain = source is { IsIPv4MappedToIPv6: true } ? source.MapToIPv4() : source;
        return plain is not null && Array.Exists(networks, network => network.Contains(plain));
    }
}
