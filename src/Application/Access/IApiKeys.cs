using Payments.Application.Common;
using Payments.Domain.Common;

namespace Payments.Application.Access;

/// <summary>The keys of clients.</summary>
public interface IApiKeys
{
    /// <summary>Adds a key. Call inside <see cref="ITransactions"/>, like everything here that changes something.</summary>
    Task Add(ApiKeyRow row, byte[] hash);

    /// <summary>Reads one and locks it; null when there is none.</summary>
    Task<ApiKeyRow?> LoadForChange(KeyId id);

    /// <summary>Reads one; null when there is none.</summary>
    Task<ApiKeyRow?> Find(KeyId id, CancellationToken cancellation);

    /// <summary>Writes when it expires and when it was revoked.</summary>
    Task End(KeyId id, DateTimeOffset? expiresAt, DateTimeOffset? revokedAt);

    /// <summary>Reads all, or one client's, newest first; keys are few.</summary>
    Task<IReadOnlyList<ApiKeyRow>> List(string? client, CancellationToken cancellation);
}
