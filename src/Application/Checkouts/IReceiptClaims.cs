using Payments.Domain.Common;
using Payments.Domain.Receipts;

namespace Payments.Application.Checkouts;

/// <summary>A number that a customer says he paid with, and of which nobody has told us.</summary>
/// <param name="HasCase">True once a claim of that checkout's made a case.</param>
public sealed record WaitingClaim(ReceiptClaimId Id, CheckoutId CheckoutId, ReceiptNumber Code, bool HasCase);

/// <summary>What was claimed of a checkout before.</summary>
/// <param name="RetryAt">When another code may be tried; null when now.</param>
/// <param name="HasCase">True once one of them made a case.</param>
public sealed record EarlierClaims(DateTimeOffset? RetryAt, bool HasCase);

/// <summary>Where a number of M-PESA's is in the books.</summary>
public enum NumberPlace
{
    /// <summary>Nowhere.</summary>
    Unknown,

    /// <summary>Money that came and stands on no checkout.</summary>
    Unmatched,

    /// <summary>Money that came and stands on a checkout.</summary>
    OnCheckout,

    /// <summary>A payout or a refund of ours: money that went out.</summary>
    WentOut,
}

/// <summary>What customers say that they paid with. A claim is written under the lock of its checkout, but for when it was asked about.</summary>
public interface IReceiptClaims
{
    /// <summary>What was claimed of a checkout, but for this code; at most <paramref name="most"/> others may be in <paramref name="window"/>.</summary>
    Task<EarlierClaims> Before(CheckoutId checkoutId, ReceiptNumber code, int most, TimeSpan window, DateTimeOffset now);

    /// <summary>Where a number is, without locking.</summary>
    Task<NumberPlace> PlaceOf(ReceiptNumber code);

    /// <summary>Keeps a claim with its answer; claimed again, it is the same one with the newer answer and time.</summary>
    /// <param name="hasCase">True where this claim made a case.</param>
    Task Keep(CheckoutId checkoutId, ReceiptNumber code, ClaimAnswer answer, bool hasCase, DateTimeOffset now);

    /// <summary>Claims of these numbers that wait for their money, the oldest first.</summary>
    Task<IReadOnlyList<WaitingClaim>> Waiting(IReadOnlyCollection<ReceiptNumber> codes);

    /// <summary>Those of these ids that are claims'.</summary>
    Task<IReadOnlyList<ReceiptClaimId>> Among(IReadOnlyCollection<Guid> ids);

    /// <summary>Their numbers have come.</summary>
    Task Answer(IReadOnlyCollection<(ReceiptClaimId Id, ClaimAnswer Answer, bool HasCase)> answers);

    /// <summary>
    /// Takes the right to ask about a claim that waits; null where it, or another checkout's claim of the same number, was asked about within
    /// <paramref name="pause"/>, or it <paramref name="most"/> times.
    /// </summary>
    Task<ReceiptClaimId?> BeginQuestion(CheckoutId checkoutId, ReceiptNumber code, int most, TimeSpan pause, DateTimeOffset now);

    /// <summary>The question last taken was not asked: it does not count.</summary>
    Task DiscountQuestion(ReceiptClaimId id);

    /// <summary>Claims of the last hour that wait and were never asked about: their process died, or the budget was empty. The oldest first.</summary>
    Task<IReadOnlyList<(CheckoutId CheckoutId, ReceiptNumber Code)>> Unasked(TimeSpan pause, int most, CancellationToken cancellation);
}
