namespace Payments.Domain.Checkouts;

/// <summary>The whole vocabulary of what a shop is told about a checkout.</summary>
public static class CheckoutEvents
{
    /// <summary>It was made.</summary>
    public const string Created = "checkout.created";

    /// <summary>A prompt is being sent.</summary>
    public const string Pending = "checkout.pending";

    /// <summary>Part of the amount arrived.</summary>
    public const string PartiallyPaid = "checkout.partially_paid";

    /// <summary>The whole amount arrived.</summary>
    public const string Paid = "checkout.paid";

    /// <summary>The last prompt failed.</summary>
    public const string Failed = "checkout.failed";

    /// <summary>Its time ran out.</summary>
    public const string Expired = "checkout.expired";

    /// <summary>The shop gave it up.</summary>
    public const string Cancelled = "checkout.cancelled";

    /// <summary>More money came than was asked for; it waits for a refund.</summary>
    public const string Surplus = "checkout.surplus";

    /// <summary>The receipt number of a payment became known after the payment.</summary>
    public const string ReceiptKnown = "checkout.receipt_known";
}
