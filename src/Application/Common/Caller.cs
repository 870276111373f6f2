namespace Payments.Application;

/// <summary>Who asks. Rows belong to the client that made them; another's do not exist for it.</summary>
/// <param name="Client">The shop's name.</param>
/// <param name="SeesAll">True with the scope <c>ops</c>.</param>
/// <param name="CheckoutId">Set when the caller holds one checkout's clientSecret: it may touch only that one.</param>
public sealed record Caller(string Client, bool SeesAll, Guid? CheckoutId)
{
    /// <summary>True for a shop's own key, false for a clientSecret.</summary>
    public bool IsShop => CheckoutId is null;

    /// <summary>Whether a row of <paramref name="client"/> exists for this caller.</summary>
    public bool MaySee(string client, Guid checkoutId) =>
        CheckoutId is { } own ? own == checkoutId : SeesAll || client == Client;
}
