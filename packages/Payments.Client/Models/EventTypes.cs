namespace Payments.Client;

/// <summary>The types of events. A shop ships on <see cref="CheckoutPaid"/>; others are there for whom they matter.</summary>
public static class EventTypes
{
    /// <summary>A checkout was made.</summary>
    public const string CheckoutCreated = "checkout.created";

    /// <summary>A prompt is on its way.</summary>
    public const string CheckoutPending = "checkout.pending";

    /// <summary>A part was paid by hand; the rest is still due.</summary>
    public const string CheckoutPartiallyPaid = "checkout.partially_paid";

    /// <summary>The whole amount is there.</summary>
    public const string CheckoutPaid = "checkout.paid";

    /// <summary>The prompt brought nothing; it can be prompted again, and still be paid.</summary>
    public const string CheckoutFailed = "checkout.failed";

    /// <summary>Its time is over. Money may still come, and is told then.</summary>
    public const string CheckoutExpired = "checkout.expired";

    /// <summary>The shop took it back.</summary>
    public const string CheckoutCancelled = "checkout.cancelled";

    /// <summary>More came than was asked for; it is to be given back.</summary>
    public const string CheckoutSurplus = "checkout.surplus";

    /// <summary>M-PESA's receipt number of a payment that was known already.</summary>
    public const string CheckoutReceiptKnown = "checkout.receipt_known";

    /// <summary>The payout's money moved.</summary>
    public const string PayoutCompleted = "payout.completed";

    /// <summary>The payout's money did not move.</summary>
    public const string PayoutFailed = "payout.failed";

    /// <summary>Nobody knows yet whether the payout's money moved.</summary>
    public const string PayoutInDoubt = "payout.in_doubt";

    /// <summary>The payout was taken back before it was sent.</summary>
    public const string PayoutCancelled = "payout.cancelled";

    /// <summary>The refund's money moved.</summary>
    public const string RefundCompleted = "refund.completed";

    /// <summary>The refund's money did not move.</summary>
    public const string RefundFailed = "refund.failed";

    /// <summary>Nobody knows yet whether the refund's money moved.</summary>
    public const string RefundInDoubt = "refund.in_doubt";

    /// <summary>The refund was taken back before it was sent.</summary>
    public const string RefundCancelled = "refund.cancelled";

    /// <summary>Money came that no order is known for; only to operators.</summary>
    public const string ReceiptUnmatched = "receipt.unmatched";

    /// <summary>Something has to be decided by a person; only to operators.</summary>
    public const string CaseOpened = "case.opened";

    /// <summary>Asked for by <c>Webhooks.Test</c>: the endpoint works.</summary>
    public const string WebhookTest = "webhook.test";
}
