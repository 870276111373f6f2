using Payments.Application.Diagnostics.Checks;

namespace Payments.Application.Diagnostics;

/// <summary>Everything the doctor looks at.</summary>
public static class DiagnosticChecks
{
    /// <summary>
    /// In the order of a person: what can be read, then the database, the way in, Safaricom's side, and what lately happened. A check relies on what those
    /// before it found.
    /// </summary>
    public static IReadOnlyList<Type> InOrder { get; } =
    [
        typeof(ConfigurationCheck), typeof(DatabaseCheck), typeof(AddressCheck), typeof(SampleCheck), typeof(ProbeCheck), typeof(DarajaCheck),
        typeof(CertificateCheck), typeof(InitiatorCheck), typeof(RegistrationCheck), typeof(PullCheck), typeof(NetworkCheck), typeof(PathCheck),
        typeof(TrafficCheck),
    ];
}
