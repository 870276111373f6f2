using Payments.Application.Common;

namespace Payments.Application.Idempotency;

/// <summary>A key that was used.</summary>
/// <param name="Hash">Of the request that used it.</param>
/// <param name="Created">What that request made; null where only the answer was kept.</param>
/// <param name="Status">The HTTP status of its answer; null until there is one.</param>
/// <param name="Answer">The answer's body without anything secret; null until there is one, and again once it is old.</param>
/// <param name="IsRunning">True while the first request is believed to be at work.</param>
public sealed record UsedKey(byte[] Hash, CreatedResource? Created, int? Status, string? Answer, bool IsRunning);

/// <summary>The keys of requests and what became of them. Rows are made by <see cref="ITransactions"/>, beside the intent.</summary>
public interface IIdempotencyKeys
{
    /// <summary>Looks a key up; null when it was never used or only by requests that were refused.</summary>
    Task<UsedKey?> Find(string owner, string key, CancellationToken cancellation);

    /// <summary>Keeps the answer of a request that is done.</summary>
    Task Answered(IdempotentRequest request, int status, string answer);

    /// <summary>The request ended without an answer although its intent stands: the next one with this key rebuilds it at once.</summary>
    Task Abandoned(IdempotentRequest request);

    /// <summary>Forgets what is old, in batches of at most <paramref name="batch"/> rows; answers how many rows changed.</summary>
    Task<int> Clean(int batch, CancellationToken cancellation);
}
