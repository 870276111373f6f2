using System.Net;

namespace Payments.Application.Intake;

/// <summary>Where callbacks come from: whose word an address is. The address is the peer's, or what a known proxy says of its own.</summary>
public interface ICallbackNetworks
{
    /// <summary>True when C2B callbacks are believed from some networks only.</summary>
    bool AreLimited { get; }

    /// <summary>Whether a C2B callback from there may be believed by its token; from elsewhere it is a hint (R3).</summary>
    bool AllowsC2b(IPAddress? source);
}
