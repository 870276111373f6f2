namespace Payments.Application.Diagnostics;

/// <summary>What is wrong with a certificate.</summary>
public enum CertificateFault
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>There was no TLS connection at all.</summary>
    NoConnection,

    /// <summary>Past its end.</summary>
    Expired,

    /// <summary>Before its beginning.</summary>
    NotYetValid,

    /// <summary>For other names.</summary>
    WrongName,

    /// <summary>Signed by itself.</summary>
    SelfSigned,

    /// <summary>Its signer is not shown, so nobody can follow it to a root.</summary>
    Incomplete,

    /// <summary>Followed to a root nobody trusts.</summary>
    Untrusted,

    /// <summary>Something else in the chain.</summary>
    Other,
}

/// <summary>The certificate that was shown.</summary>
/// <param name="Names">The names it is for.</param>
/// <param name="Detail">For no connection, the untrusted and everything else: what exactly.</param>
public sealed record CertificateInspection(
    CertificateFault Fault, IReadOnlyList<string> Names, string? Issuer, DateTimeOffset? NotBefore, DateTimeOffset? NotAfter, string? Detail);
