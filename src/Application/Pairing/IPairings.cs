using Payments.Application.Common;

namespace Payments.Application.Pairing;

/// <summary>What an operator has agreed to.</summary>
public sealed record StoredPairing(
    Guid Id, string App, string Client, IReadOnlyList<string> Scopes, string ReturnUrl, string? WebhookUrl, string? CodeChallenge, string AgreedBy, DateTimeOffset ExpiresAt);

/// <summary>What operators have agreed to and programs have not fetched yet. Call inside <see cref="ITransactions"/>.</summary>
public interface IPairings
{
    Task Add(StoredPairing pairing, byte[] codeHash);

    /// <summary>Takes it, once: of two that come at the same moment the second finds nothing. Null for an unknown, a used and an expired code.</summary>
    Task<StoredPairing?> Take(byte[] codeHash, DateTimeOffset now);
}
