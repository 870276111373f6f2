using Payments.Application.Daraja;

namespace Payments.Application.Diagnostics;

/// <summary>Safaricom's side of the set-up, looked at without moving money.</summary>
public interface IDarajaInspector
{
    /// <summary>The apps this deployment acts with: one, or another that pays.</summary>
    IReadOnlyList<DarajaAppFacts> Apps { get; }

    /// <summary>Why Safaricom could not call an address, to be read after it: "is http: …"; null when it could.</summary>
    string? WhyNotCalled(string publicBaseUrl);

    /// <summary>Why Safaricom would register no URL under an address; null when it would.</summary>
    string? WhyNotRegistered(string publicBaseUrl);

    /// <summary>Why the certificate that encrypts the initiator's password looks like the other environment's; null when it does not.</summary>
    string? WrongCertificate(DarajaAppFacts app);

    /// <summary>A token through the shared table and its lock: a new one would kill the one others use.</summary>
    Task<TokenResult> Token(DarajaAppFacts app, CancellationToken cancellation);

    /// <summary>An STK query for an id nobody has: its refusal tells whether token, shortcode and passkey are taken.</summary>
    Task<CredentialsResult> Credentials(CancellationToken cancellation);

    /// <summary>Which products the apps have, each asked with a request so empty that it can do nothing.</summary>
    Task<IReadOnlyList<ProductResult>> Products(CancellationToken cancellation);

    /// <summary>A balance query in the initiator's name; the answer comes by callback to the question.</summary>
    Task<Reply> AskBalance(DarajaAppFacts app, Guid question, CancellationToken cancellation);
}

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

/// <summary>Whether there is a token.</summary>
/// <param name="Problem">Why not; null when there is one.</param>
public sealed record TokenResult(string? Problem);

/// <summary>What an STK query for an id nobody has says of us.</summary>
public enum CredentialsState
{
    /// <summary>The id was not known: everything before that was.</summary>
    Agree,

    /// <summary>Shortcode and passkey do not belong together.</summary>
    WrongPasskey,

    /// <summary>No such shortcode.</summary>
    UnknownShortcode,

    /// <summary>The token, even a new one, was refused: no such product on the app, or the other environment's app.</summary>
    TokenRefused,

    /// <summary>No answer that says anything.</summary>
    Unclear,
}

/// <summary>What was said.</summary>
/// <param name="Words">Safaricom's own code and words, or what came instead.</param>
/// <param name="WasSuperseded">True when a good token of ours was refused and a new one was taken: somebody else minted one.</param>
public sealed record CredentialsResult(CredentialsState State, string Words, bool WasSuperseded);

/// <summary>Whether the app has a product; null when the answer did not tell.</summary>
/// <param name="Uses">What this service cannot do without it.</param>
/// <param name="IsNeeded">True when no payment can be taken without it.</param>
public sealed record ProductResult(string Name, string Shortcode, bool? IsThere, string Uses, bool IsNeeded, string Words)
{
    /// <summary>What to do where the app has it in another version; null when it has not, or nobody knows.</summary>
    public string? Instead { get; init; }
}
