using Payments.Domain.Cases;
using Payments.Domain.Checkouts;
using Payments.Domain.Common;

namespace Payments.Domain.Receipts;

/// <summary>
/// Says which receipt is the payment of which attempt of a checkout, and changes nothing (R6–R8, R16). A number is proof; without one a
/// success and a confirmation are the same money only if everything visible agrees and there is exactly one candidate on each side.
/// </summary>
/// <remarks>Order does not matter: every rule looks at what is there, not at what came first.</remarks>
/// <param name="attempts">All of the checkout's.</param>
/// <param name="receipts">All that stand on the checkout.</param>
/// <param name="hash">Which hash of payers' numbers the shortcode is known to use; null when that is not known.</param>
public sealed class ReceiptMatcher(IReadOnlyList<Attempt> attempts, IReadOnlyList<Receipt> receipts, PayerHash? hash)
{
    /// <summary>Which receipt a callback tells of that names a number and an amount for an attempt.</summary>
    /// <param name="known">The receipt that already has the number, wherever it stands; null when none has.</param>
    public ReceiptMatch ByNumber(Attempt attempt, ReceiptNumber number, Money amount, Receipt? known)
    {
        var own = receipts.FirstOrDefault(r => r.AttemptId == attempt.Id);
        return own switch
        {
            { Number: { } same } when same == number => new ReceiptMatch.Same(own),

            // R6: one push brings one receipt. The second number moves no money here.
            { Number: { } other, IsInferred: false } => Contradiction(new Conflict.SecondNumber(other, number)),
            _ when known?.AttemptId is not null && !(known.IsInferred && known.CheckoutId == attempt.CheckoutId) => Contradiction(new Conflict.PaidOtherAttempt(number)),
            _ when known?.CheckoutId is not null && known.CheckoutId != attempt.CheckoutId => Contradiction(new Conflict.PaidOtherCheckout(number)),
            _ when known is not null && known.Amount != amount => Contradiction(new Conflict.ConfirmedWithOtherAmount(number, amount, known.Amount)),
            { Number: null } => new ReceiptMatch.Same(own),
            not null when amount != attempt.Amount => Contradiction(new Conflict.PaidByOther(number, amount, own.Number)),
            _ when amount != attempt.Amount => new ReceiptMatch.OtherAmount(),
            _ => known is null ? new ReceiptMatch.None() : new ReceiptMatch.Same(known),
        };
    }

    /// <summary>Which confirmed receipt is the payment of an attempt that is known to be paid without a number.</summary>
    /// <param name="due">What is still wanted of the checkout.</param>
    /// <param name="loose">Till payments that stand nowhere and may be this attempt's.</param>
    public ReceiptMatch ByAttempt(Attempt attempt, Money due, IReadOnlyList<Receipt> loose)
    {
        List<Receipt> candidates = [.. Matching(attempt), .. MatchingLoose(loose, attempt)];
        if (candidates is [var same] && Unnumbered(same).Count == 0 && !MatchesOther(same, attempt))
        {
            return new ReceiptMatch.Same(same);
        }

        candidates = candidates.Count > 0 ? candidates : CountedForOther(attempt, due);
        return candidates.Count == 0 ? new ReceiptMatch.None() : new ReceiptMatch.Ambiguous(candidates);
    }

    /// <summary>Which success without a number a confirmed payment is.</summary>
    /// <param name="isNew">True for one that is recorded now: it cannot have been there before, though PostgreSQL's clock may have stepped back.</param>
    public ReceiptMatch ByConfirmation(Receipt receipt, bool isNew)
    {
        var matching = Unnumbered(receipt, isNew);
        if (matching is [var only])
        {
            var attempt = AttemptOf(only);
            if (Matching(attempt).TrueForAll(other => other == receipt) && !MatchesOther(receipt, attempt))
            {
                return new ReceiptMatch.Same(only);
            }
        }

        var candidates = matching.Count > 0 ? matching : UnnumberedReceipts.FindAll(r => MayBeSameMoney(receipt, AttemptOf(r), isNew));
        return candidates.Count > 0 ? new ReceiptMatch.Ambiguous(candidates, IsAtAnotherTime: matching.Count == 0) : new ReceiptMatch.None();
    }

    /// <summary>The receipt that can be the payment of this attempt alone, and of which nothing has gone back; null when there is none.</summary>
    public Receipt? OnlyReceiptOf(Attempt attempt) =>
        Matching(attempt) is [{ IsRefundedOrReserved: false } only] && !MatchesOther(only, attempt) && Unnumbered(only).TrueForAll(r => r.AttemptId == attempt.Id)
            ? only : null;

    /// <summary>How far a payment to the till, which names no order, may be that of an attempt.</summary>
    public TillClaim TillClaimOf(Receipt receipt, Attempt attempt)
    {
        var isPaid = IsUnnumbered(attempt);
        if (!(isPaid || attempt.IsOpen) || !MayBeSameMoney(receipt, attempt, receipt.State == EntityState.Added))
        {
            return TillClaim.None;
        }

        var isInTime = PromptWindow.Holds(receipt.At, attempt.StartedAt);
        return Shows(receipt, attempt) switch
        {
            PayerMatch.Same when isInTime => TillClaim.Sure,
            PayerMatch.Same when isPaid && PromptWindow.MayHold(receipt.At, attempt.StartedAt) => TillClaim.Astray,
            PayerMatch.Hidden when isInTime => isPaid ? TillClaim.Unseen : TillClaim.Rival,
            _ => TillClaim.None,
        };
    }

    /// <summary>Whether a receipt may be the money of a success whose number nobody has told.</summary>
    public bool IsOfUnnumbered(Receipt receipt) => Unnumbered(receipt).Count > 0;

    /// <summary>True for a success whose number nobody has told.</summary>
    public bool IsUnnumbered(Attempt attempt) => receipts.Any(r => r.AttemptId == attempt.Id && r.Number is null);

    /// <summary>Successes whose number nobody has told.</summary>
    public List<Receipt> UnnumberedReceipts => [.. receipts.Where(r => r is { Number: null, AttemptId: not null })];

    public Attempt AttemptOf(Receipt receipt) => attempts.First(a => a.Id == receipt.AttemptId);

    /// <summary>Of the same payer at the till, but at another time, and no other order's.</summary>
    public List<Receipt> AtAnotherTime(IReadOnlyList<Receipt> loose, Attempt attempt) =>
        Standing(loose, attempt, PayerMatch.Same).FindAll(r => !PromptWindow.Holds(r.At, attempt.StartedAt) && !IsContested(r));

    /// <summary>Payments at the till that may be an attempt's in everything, its payer as far as he is shown.</summary>
    public List<Receipt> PossiblyPaidAtTill(IReadOnlyList<Receipt> loose, Attempt attempt) =>
        [.. Standing(loose, attempt, PayerMatch.Same).Concat(Standing(loose, attempt, PayerMatch.Hidden)).Where(r => IsSameMoney(r, attempt))];

    /// <summary>How the payer that is shown compares with whoever was prompted; a phone that was erased can be compared with nobody.</summary>
    public PayerMatch Shows(Receipt receipt, Attempt attempt) =>
        attempt.Phone is { } phone ? PayerHint.Compare(receipt.Payer, phone, hash) : PayerMatch.Hidden;

    private static ReceiptMatch.Contradiction Contradiction(Conflict conflict) => new(conflict);

    /// <summary>Receipts with a number and no prompt that may be the payment of this attempt.</summary>
    private List<Receipt> Matching(Attempt attempt) => [.. receipts.Where(r => IsSameMoney(r, attempt))];

    /// <summary>Successes without a number that may be this receipt's money.</summary>
    private List<Receipt> Unnumbered(Receipt receipt, bool isNew = false) => UnnumberedReceipts.FindAll(r => IsSameMoney(receipt, AttemptOf(r), isNew));

    /// <summary>Whether a receipt may as well be the payment of another attempt here, of which nobody knows yet what became of it.</summary>
    private bool MatchesOther(Receipt receipt, Attempt attempt) => attempts.Any(other => other != attempt && other.IsOpen && IsSameMoney(receipt, other));

    /// <summary>Whether a confirmation is taken for the payment of an attempt where it is the only one: everything agrees, M-PESA's time too.</summary>
    private bool IsSameMoney(Receipt receipt, Attempt attempt, bool isNew = false) =>
        MayBeSameMoney(receipt, attempt, isNew) && PromptWindow.Holds(receipt.At, attempt.StartedAt);

    /// <summary>
    /// Whether a confirmation may be the payment of an attempt, whatever M-PESA's clock says of it: the amount, and not for certain somebody
    /// else's. What was in the books before the prompt cannot be, for the prompt asked only for the rest.
    /// </summary>
    private bool MayBeSameMoney(Receipt receipt, Attempt attempt, bool isNew = false) =>
        receipt.AttemptId is null && receipt.Number is not null && receipt.Amount == attempt.Amount
        && (isNew || receipt.RecordedAt >= attempt.StartedAt - Receipt.RecordingSlack)
        && Shows(receipt, attempt) != PayerMatch.Differs;

    /// <summary>
    /// Receipts here that count as something and may be this success, but for the time. Were nothing paid since the prompt, all it asked for
    /// would still be due: then none of them is, but for what is due again because it was given back, and what a cancelled order took as surplus.
    /// </summary>
    private List<Receipt> CountedForOther(Attempt attempt, Money due) => [.. receipts.Where(r => IsTakenFor(r, attempt)
        || (!r.IsOnHold && (due < attempt.Amount || r.IsRefundedOrReserved || r.Surplus > Money.Zero) && MayBeSameMoney(r, attempt)))];

    /// <summary>
    /// Whether a receipt was taken for another attempt's and may be this one's: of that one nothing else is known, or it was taken by its time,
    /// though its payer is shown unlike, and is shown to be this one's.
    /// </summary>
    private bool IsTakenFor(Receipt receipt, Attempt attempt)
    {
        if (receipt is not { IsInferred: true, AttemptId: not null } || receipt.AttemptId == attempt.Id || receipt.Amount != attempt.Amount)
        {
            return false;
        }

        var other = AttemptOf(receipt);
        return other.SettledBy is SettledBy.StkQuery or SettledBy.Callback or SettledBy.Operator
            ? Shows(receipt, other) == PayerMatch.Unlike && Shows(receipt, attempt) == PayerMatch.Same
            : Shows(receipt, attempt) != PayerMatch.Differs && receipt.RecordedAt >= attempt.StartedAt - Receipt.RecordingSlack;
    }

    /// <summary>
    /// Till payments that stand nowhere and are taken for this success where there is one: of the same payer; where none of those is there, the
    /// only one that shows nothing of its payer. Not if another order's prompt may have asked for it as well, and none where the prompt's phone was
    /// erased: nothing can be compared with the payer.
    /// </summary>
    private List<Receipt> MatchingLoose(IReadOnlyList<Receipt> loose, Attempt attempt)
    {
        if (attempt.Phone is null)
        {
            return [];
        }

        var found = Standing(loose, attempt, PayerMatch.Same).FindAll(r => IsSameMoney(r, attempt));
        found = found.Count > 0 || Standing(loose, attempt, PayerMatch.Hidden).FindAll(r => IsSameMoney(r, attempt)) is not [var only] ? found : [only];
        return found.Exists(IsContested) ? [] : found;
    }

    /// <summary>Payments without an order that may be this attempt's whatever the time, with their payers shown so.</summary>
    private List<Receipt> Standing(IReadOnlyList<Receipt> loose, Attempt attempt, PayerMatch shown) =>
        [.. loose.Where(r => r.CheckoutId is null && MayBeSameMoney(r, attempt) && Shows(r, attempt) == shown)];

    /// <summary>Whether another order's prompt may have asked for it.</summary>
    private bool IsContested(Receipt receipt) =>
        receipt.Rivals.Any(rival => rival is not { } phone || PayerHint.Compare(receipt.Payer, phone, hash) is PayerMatch.Same or PayerMatch.Hidden);
}
