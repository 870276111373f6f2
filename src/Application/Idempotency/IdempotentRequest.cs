using Payments.Application.Common;

namespace Payments.Application.Idempotency;

/// <summary>
/// A request that came with an <c>Idempotency-Key</c>, while it runs; its caller carries it. The first transaction run under it whose result
/// names a row (<see cref="IUseCaseResult.Created"/>) commits the key's row together with that one: there is no moment at which one exists
/// without the other.
/// </summary>
/// <param name="owner">Whose key it is: two clients may use the same one.</param>
/// <param name="key">As the client sent it, 1–255 characters.</param>
/// <param name="hash">SHA-256 over method, address and body: the same key with anything else is a mistake of the client's.</param>
/// <param name="keepForEver">True where money leaves: a repetition is recognised however late it comes.</param>
public sealed class IdempotentRequest(string owner, string key, byte[] hash, bool keepForEver)
{
    public string Owner { get; } = owner;

    public string Key { get; } = key;

    public IReadOnlyList<byte> Hash { get; } = hash;

    public bool KeepForEver { get; } = keepForEver;

    /// <summary>What the request made or changed; null before that is committed.</summary>
    public CreatedResource? Created { get; private set; }

    /// <summary>True once the key's row is committed.</summary>
    public bool IsCommitted => Created is not null;

    /// <summary>A transaction that made this was committed, and the key's row with it.</summary>
    public void Committed(CreatedResource? created) => Created ??= created;
}

/// <summary>The row a request was about.</summary>
/// <param name="Kind">One of <see cref="CreatedResourceKind"/>.</param>
/// <param name="Note">What belongs into the answer and stands in no row, in the replayer's own form; null for nothing.</param>
public sealed record CreatedResource(string Kind, Guid Id, string? Note = null);

/// <summary>What keyed requests make; each has an <see cref="IResponseReplayer"/>.</summary>
public static class CreatedResourceKind
{
    /// <summary>A checkout, with its clientSecret in the answer.</summary>
    public const string NewCheckout = "new_checkout";

    /// <summary>A checkout that was there: a prompt, a cancellation.</summary>
    public const string Checkout = "checkout";

    /// <summary>A payout.</summary>
    public const string Payout = "payout";

    /// <summary>A refund.</summary>
    public const string Refund = "refund";

    /// <summary>A case that was settled.</summary>
    public const string Case = "case";

    /// <summary>A webhook that was made or changed.</summary>
    public const string Webhook = "webhook";

    /// <summary>Events that are sent again.</summary>
    public const string Resend = "resend";

    /// <summary>One event that is sent again.</summary>
    public const string Delivery = "delivery";

    /// <summary>An API key.</summary>
    public const string Key = "key";
}

/// <summary>Rebuilds the answer of a request from the row it made, as that row stands now.</summary>
public interface IResponseReplayer
{
    /// <summary>The <see cref="CreatedResourceKind"/> it is for.</summary>
    string Kind { get; }

    /// <summary>The body of the answer.</summary>
    Task<object> Rebuild(Caller caller, CreatedResource created, CancellationToken cancellation);
}

/// <summary>The key was taken while this request was on its way to its intent: nothing of it was committed.</summary>
public sealed class KeyTakenException() : Exception("The Idempotency-Key belongs to a request that is running or done.");
