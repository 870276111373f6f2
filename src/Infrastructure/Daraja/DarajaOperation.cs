using Payments.Application.Daraja;
using Payments.Domain.Common;
using Payments.Domain.Transfers;

namespace Payments.Infrastructure.Daraja;

/// <summary>One of Safaricom's APIs as this service uses it: a row of <see cref="DarajaOperations"/>.</summary>
/// <param name="name">As it stands in logs, spans, metrics and health, and in snake_case in the database.</param>
/// <param name="path"><c>{version}</c> stands for the version of it that an app has, where there is more than one.</param>
public sealed class DarajaOperation(string name, string path)
{
    public string Name => name;

    /// <summary>For what has no versions.</summary>
    public string Path => path;

    /// <summary>Made once: a call costs no string.</summary>
    internal string SpanName { get; } = "daraja " + name;

    /// <summary>
    /// True for what moves money, or changes something that cannot be changed twice: it is repeated only when nothing can have been sent, and its
    /// answer is waited for as long as Safaricom's gateway takes. What only asks is asked again when the answer is worth nothing.
    /// </summary>
    public bool IsSentOnce { get; init; }

    /// <summary>True where the request names the API user who may do this, and its credential.</summary>
    public bool NeedsInitiator { get; init; }

    /// <summary>True for what the app that pays has; false for the app that is paid.</summary>
    public bool IsOfPayouts { get; init; }

    /// <summary>What the portal and operators call it; null where nobody has to add it to an app.</summary>
    public DarajaProduct? Product { get; init; }

    /// <summary>The payouts that go out through it, refunds by B2C among them, and how; null where none do.</summary>
    internal PayoutRoute? Payouts { get; init; }

    /// <summary>What Safaricom sends because of it. Where the initiator asks: the result, then the queue timeout.</summary>
    public IReadOnlyList<CallbackChannel> Callbacks { get; init; } = [];

    public string PathOf(string version) => path.Replace("{version}", version, StringComparison.Ordinal);

    /// <summary>The version of it that this deployment's app has.</summary>
    public string VersionOf(DarajaOptions options) => Product?.Versions is { } versions ? versions.Current(options) : "v1";

    public override string ToString() => name;
}

/// <summary>One of Daraja's products, by the name its portal has.</summary>
/// <param name="Lacking">What does not work while the app lacks it.</param>
public sealed record DarajaProduct(string Name, string Lacking)
{
    /// <summary>True where nothing works without it.</summary>
    public bool IsNeeded { get; init; }

    /// <summary>Whether this deployment uses it at all, as far as its options decide that and not the initiator.</summary>
    public Func<DarajaOptions, bool> IsUsed { get; init; } = _ => true;

    /// <summary>Where an app owns one of several versions: the other one answers as if the token were wrong (401.003.01).</summary>
    public ProductVersions? Versions { get; init; }
}

/// <summary>The versions of a product and the setting that chooses.</summary>
public sealed record ProductVersions(string Setting, string One, string Other, Func<DarajaOptions, string> Current)
{
    public string Besides(string version) => version == One ? Other : One;
}

/// <summary>How payouts go out through an operation.</summary>
/// <param name="Methods">Which do.</param>
internal sealed record PayoutRoute(IReadOnlyList<PayoutMethod> Methods, Func<TransferRequest, InitiatorFields, object> Body)
{
    /// <summary>Why one cannot even be asked for; null when it can.</summary>
    public Func<TransferRequest, Failure?> WhyNot { get; init; } = _ => null;
}
