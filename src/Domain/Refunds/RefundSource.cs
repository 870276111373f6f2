namespace Payments.Domain.Refunds;

/// <summary>What a refund takes its amount from, which decides what becomes of that amount when it fails (R15).</summary>
public enum RefundSource
{
    /// <summary>Of what pays for a paid order, which stays paid, or of surplus, which stays surplus that has gone back.</summary>
    Counted,

    /// <summary>Of what paid for an order that was not paid yet: it stopped counting, and counts again when the refund fails.</summary>
    Unpaid,

    /// <summary>Of money that stood nowhere or was held, and counted as nothing.</summary>
    Nowhere,
}
