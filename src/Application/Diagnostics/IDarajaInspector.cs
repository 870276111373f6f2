using Payments.Application.Daraja;
using Payments.Domain.Common;

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
    Task<Reply> AskBalance(DarajaAppFacts app, StatusQueryId question, CancellationToken cancellation);
}
