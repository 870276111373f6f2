namespace Payments.Domain.Common;

/// <summary>What a payment made of something that was said of it.</summary>
public enum SettlementResult
{
    /// <summary>It changed the payment.</summary>
    Applied,

    /// <summary>It said what was known already.</summary>
    Duplicate,

    /// <summary>It disagrees with what is known; nothing was undone.</summary>
    Contradiction,

    /// <summary>It settles nothing by itself; Safaricom is asked.</summary>
    Unsettled,
}
