using Payments.Application.Idempotency;
using Payments.Domain.Common;

namespace Payments.Application.Common;

/// <summary>Who asks. Rows belong to the client that made them; another's do not exist for it.</summary>
/// <param name="Client">The shop's name.</param>
/// <param name="SeesAll">True with the scope <c>ops</c>.</param>
/// <param name="CheckoutId">Set when the caller holds one checkout's clientSecret: it may touch only that one.</param>
public sealed record Caller(string Client, bool SeesAll, CheckoutId? CheckoutId)
{
    /// <summary>The row of its key; null for keys of the configuration and for clientSecrets.</summary>
    public KeyId? KeyId { get; init; }

    /// <summary>The request under way when it has an Idempotency-Key; null without one, and for work that outlives its request.</summary>
    public IdempotentRequest? Request { get; init; }

    /// <summary>What its key may do.</summary>
    public IReadOnlyList<string> Scopes { get; init; } = [];

    /// <summary>Who it is in the audit log: <c>key/{id}</c>, <c>client/{name}</c>, <c>operator/{name}</c>, <c>command/{user}</c>.</summary>
    public string Actor { get; init; } = "client/" + Client;

    /// <summary>True for a shop's own key, false for a clientSecret.</summary>
    public bool IsShop => CheckoutId is null;

    /// <summary>Whether a row of <paramref name="client"/> exists for this caller.</summary>
    public bool MaySee(string client, CheckoutId checkoutId) =>
        CheckoutId is { } own ? own == checkoutId : SeesAll || client == Client;

    /// <summary>
    /// The refusal of a clientSecret whose checkout ended more than seven days before <paramref name="now"/>; null while it lives, and for
    /// a shop's key.
    /// </summary>
    public Refusal? DeadSecret(DateTimeOffset? endedAt, DateTimeOffset now) => CheckoutId is not null && endedAt + SecretLife < now
        ? new("unauthorized", "This clientSecret has ended with its checkout.")
        : null;

    /// <summary>Long enough for a customer to come back to the receipt, short enough that a link in a history is dead when found.</summary>
    private static readonly TimeSpan SecretLife = TimeSpan.FromDays(7);
}
