namespace Payments.Application.Access;

/// <summary>The keys of the database as this process knows them, for every request that shows one.</summary>
public interface IApiKeyCache
{
    /// <summary>
    /// Finds the key a caller showed; null for none of ours. It is found by its hash: how close a wrong one came cannot be measured.
    /// Throws while the database is away and the key is not known from before.
    /// </summary>
    Task<ApiKeyRow?> Find(string text, CancellationToken cancellation);

    /// <summary>Whether it is a key that was there when the keys were last read; asks nobody.</summary>
    bool Knows(string text);

    /// <summary>Forgets what it knows: the next caller is checked against the database.</summary>
    void Invalidate();
}
