namespace Payments.Application.Diagnostics;

/// <summary>One app, as far as it may be named.</summary>
/// <param name="IsPaying">True for the app that pays; where there is only one it is both.</param>
/// <param name="IsMain">True for the app that is paid.</param>
/// <param name="TokenKey">Under which its token is kept.</param>
/// <param name="Initiator">The API user's name; null when none is configured.</param>
/// <param name="CredentialProblem">Why the initiator's password cannot be encrypted; null when it can, or when there is none.</param>
/// <param name="Fingerprints">Of the initiator's credentials, one under each callback secret, the current first; empty without an initiator.</param>
public sealed record DarajaAppFacts(
    bool IsPaying, bool IsMain, string Shortcode, string TokenKey, string? Initiator, string? CredentialProblem, IReadOnlyList<byte[]> Fingerprints)
{
    /// <summary>Where the configuration keeps it.</summary>
    public string Section => IsMain ? "Daraja" : "Daraja__Payouts";
}
