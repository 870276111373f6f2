using Payments.Application.Access;
using Payments.Domain.Checkouts;

namespace Payments.Application.Events;

/// <summary>Every type of event: what it is about, a dot, and what happened.</summary>
public static class EventTypes
{
    /// <summary>Money came that no order is known for.</summary>
    public const string ReceiptUnmatched = "receipt.unmatched";

    /// <summary>Something has to be decided by a person.</summary>
    public const string CaseOpened = "case.opened";

    /// <summary>What happens to payouts and refunds, after the name of the thing.</summary>
    public static readonly IReadOnlyList<string> OfTransfers = ["completed", "failed", "in_doubt", "cancelled"];

    /// <summary>What is told of checkouts, in the order a checkout may meet them.</summary>
    public static readonly IReadOnlyList<string> OfCheckouts =
    [
        CheckoutEvents.Created, CheckoutEvents.Pending, CheckoutEvents.PartiallyPaid, CheckoutEvents.Paid, CheckoutEvents.Failed, CheckoutEvents.Expired,
        CheckoutEvents.Cancelled, CheckoutEvents.Surplus, CheckoutEvents.ReceiptKnown,
    ];

    public static readonly IReadOnlyList<string> OfPayouts = [.. OfTransfers.Select(what => $"payout.{what}")];

    public static readonly IReadOnlyList<string> OfRefunds = [.. OfTransfers.Select(what => $"refund.{what}")];

    public static readonly IReadOnlyList<string> All = [.. OfCheckouts, .. OfPayouts, .. OfRefunds, ReceiptUnmatched, CaseOpened];

    /// <summary>What happens because the shop itself has just asked for it; a webhook is told only when it names them.</summary>
    public static readonly IReadOnlyList<string> ByRequest = [CheckoutEvents.Created, CheckoutEvents.Pending];

    /// <summary>What an event of this type is about.</summary>
    public static string Thing(string type) => type[..type.IndexOf('.', StringComparison.Ordinal)];

    /// <summary>The scope a key needs to hear of it.</summary>
    public static string ScopeOf(string type) => Thing(type) switch
    {
        "checkout" => KeyScopes.Checkouts,
        "payout" or "refund" => KeyScopes.Payouts,
        _ => KeyScopes.Ops,
    };

    /// <summary>The things that a key with these scopes hears of.</summary>
    public static IReadOnlyList<string> Things(IReadOnlyList<string> scopes) =>
        [.. All.Where(type => scopes.Contains(ScopeOf(type))).Select(Thing).Distinct()];
}
