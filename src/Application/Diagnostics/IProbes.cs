using Payments.Application.Callbacks;

namespace Payments.Application.Diagnostics;

/// <summary>Sample callbacks, the addresses they are sent to, and what became of them.</summary>
public interface IProbes
{
    /// <summary>The payloads Safaricom publishes for one kind (<c>stk</c>, <c>c2b</c>, …) or <c>all</c>; empty for an unknown kind.</summary>
    IReadOnlyList<SampleCallback> Samples(string kind);

    /// <summary>The address of a kind of callback, with a token that marks it as a try of ours.</summary>
    Uri Address(Uri publicBaseUrl, CallbackKind kind, Guid probe);

    /// <summary>Those of the given probes that this deployment's database has.</summary>
    Task<IReadOnlyList<StoredProbe>> Find(IReadOnlyCollection<Guid> probes, CancellationToken cancellation);
}
