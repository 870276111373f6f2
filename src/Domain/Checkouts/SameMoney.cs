using Payments.Domain.C2b;
using Payments.Domain.Cases;
using Payments.Domain.Common;

namespace Payments.Domain.Checkouts;

/// <summary>The part of <see cref="Checkout"/> that says which receipts may be the payment of a prompt (R7, R8, R16).</summary>
public sealed partial class Checkout
{
    /// <summary>Which hash of payers' numbers the shortcode is known to use, as of when this was loaded; null when that is not known.</summary>
    public PayerHash? PayerHash { get; set; }

    /// <summary>The numbers customers pay us at.</summary>
    public OurShortcodes Ours { get; set; } = new("", null);

    /// <summary>How far a payment to the till, which names no order, may be that of a prompt of this checkout.</summary>
    public TillClaim TillClaimOf(Receipt receipt, Attempt attempt)
    {
        var isNameless = IsUnnumbered(attempt);
        if (!(isNameless || attempt.IsOpen) || !MayBeSameMoney(receipt, attempt, receipt.State == EntityState.Added))
        {
            return TillClaim.None;
        }

        var isInTime = PromptWindow.Holds(receipt.At, attempt.StartedAt);
        return Shows(receipt, attempt) switch
        {
            PayerMatch.Same when isInTime => TillClaim.Sure,
            PayerMatch.Same when isNameless && PromptWindow.MayHold(receipt.At, attempt.StartedAt) => TillClaim.Astray,
            PayerMatch.Hidden when isInTime => isNameless ? TillClaim.Unseen : TillClaim.Rival,
            _ => TillClaim.None,
        };
    }

    /// <summary>True for a success whose number nobody has told.</summary>
    public bool IsUnnumbered(Attempt attempt) => Receipts.Exists(r => r.AttemptId == attempt.Id && r.Number is null);

    /// <summary>Whether a confirmation is taken for the payment of a prompt where it is the only one: everything agrees, M-PESA's time too.</summary>
    private bool IsSameMoney(Receipt receipt, Attempt attempt, bool isNew = false) =>
        MayBeSameMoney(receipt, attempt, isNew) && PromptWindow.Holds(receipt.At, attempt.StartedAt);

    /// <summary>
    /// Whether a confirmation may be the payment of a prompt, whatever M-PESA's clock says of it: the amount, and not for certain somebody
    /// else's. What was in the books before the prompt cannot be, for the prompt asked only for the rest.
    /// </summary>
    /// <param name="isNew">True for one that is recorded now: it cannot have been there before, though PostgreSQL's clock may have stepped back.</param>
    private bool MayBeSameMoney(Receipt receipt, Attempt attempt, bool isNew = false) =>
        receipt.AttemptId is null && receipt.Number is not null && receipt.Amount == attempt.Amount
        && (isNew || receipt.RecordedAt >= attempt.StartedAt - Receipt.RecordingSlack)
        && Shows(receipt, attempt) != PayerMatch.Differs;

    /// <summary>How the payer that is shown compares with whoever was prompted; a phone that was erased can be compared with nobody.</summary>
    private PayerMatch Shows(Receipt receipt, Attempt attempt) =>
        attempt.Phone is { } phone ? PayerHint.Compare(receipt.Payer, phone, PayerHash) : PayerMatch.Hidden;

    /// <summary>
    /// Receipts here that count as something and may be this success, but for the time. Were nothing paid since the prompt, all it asked for
    /// would still be due: then none of them is, but for what is due again because it was given back, and what a cancelled order took as surplus.
    /// </summary>
    private List<Receipt> PaidToOtherShortcode(Attempt attempt) => Receipts.FindAll(r => IsTakenFor(r, attempt)
        || (!r.IsOnHold && (Due < attempt.Amount || r.IsRefundedOrReserved || r.Surplus > Money.Zero) && MayBeSameMoney(r, attempt)));

    /// <summary>
    /// Whether a receipt was taken for another prompt's and may be this one's: of that one nothing else is known, or it was taken by its time,
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
    private List<Receipt> ReceiptsWithoutAttempt(IReadOnlyList<Receipt> loose, Attempt attempt)
    {
        if (attempt.Phone is null)
        {
            return [];
        }

        var found = Standing(loose, attempt, PayerMatch.Same).FindAll(r => IsSameMoney(r, attempt));
        found = found.Count > 0 || Standing(loose, attempt, PayerMatch.Hidden).FindAll(r => IsSameMoney(r, attempt)) is not [var only] ? found : [only];
        return found.Exists(IsContested) ? [] : found;
    }

    /// <summary>
    /// What at the till may be this success and was not taken for it, which counts already. Of the same payer, but for the time: it stands here and
    /// counts as nothing until a person decides, for left where it was somebody would give back what paid this order. What may be another
    /// order's as well, or shows nothing of its payer: a person is told.
    /// </summary>
    private void OpenUnmatchedCases(IReadOnlyList<Receipt> loose, Attempt attempt, SettledBy by, DateTimeOffset now)
    {
        var same = Standing(loose, attempt, PayerMatch.Same);
        foreach (var receipt in same.FindAll(r => !PromptWindow.Holds(r.At, attempt.StartedAt) && !IsContested(r)))
        {
            PutOnHold(receipt, now);
            cases.Add(new PaidAtAnotherTime(ReceiptFacts.Of(receipt), Id, attempt.StartedAt, by));
        }

        var others = same.Concat(Standing(loose, attempt, PayerMatch.Hidden)).Where(r => IsSameMoney(r, attempt)).ToList();
        if (others.Count > 0)
        {
            cases.Add(new PossibleTillPayments(PromptFacts.Of(attempt), [.. others.Select(r => r.Number)], by));
        }
    }

    /// <summary>Payments without an order that may be this prompt's whatever the time, with their payers shown so.</summary>
    private List<Receipt> Standing(IReadOnlyList<Receipt> loose, Attempt attempt, PayerMatch shown) =>
        [.. loose.Where(r => r.CheckoutId is null && MayBeSameMoney(r, attempt) && Shows(r, attempt) == shown)];

    /// <summary>Whether another order's prompt may have asked for it.</summary>
    private bool IsContested(Receipt receipt) =>
        receipt.Rivals.Any(rival => rival is not { } phone || PayerHint.Compare(receipt.Payer, phone, PayerHash) is PayerMatch.Same or PayerMatch.Hidden);

    /// <summary>
    /// A till's payment was taken for a prompt's though nothing was shown of its payer, and the prompt's own callback names another: it pays for
    /// this order now as if it were the customer's, and a person is asked whether it is.
    /// </summary>
    private void OpenPossibleDuplicateCase(Receipt parted, Attempt attempt)
    {
        if (parted.Method == PaymentMethod.Till && OrderReference.KeyOf(parted.Account) != Reference.Key && Shows(parted, attempt) != PayerMatch.Same)
        {
            cases.Add(new PossibleDuplicate(ReceiptFacts.Of(parted), Id, attempt.StartedAt));
        }
    }
}

/// <summary>How far a payment that names no order may be that of a prompt.</summary>
public enum TillClaim
{
    /// <summary>It is another payment.</summary>
    None,

    /// <summary>
    /// Its payer is not shown, and the prompt is not known to be paid: it may be anybody's, so it pays nothing; but it may be this one's, so it is
    /// no other's for certain either.
    /// </summary>
    Rival,

    /// <summary>The same payer and amount as a success without a number, at another time: do the clocks differ?</summary>
    Astray,

    /// <summary>Its payer is not shown, and a query says that such a payment was made: taken for it if it can be no other's.</summary>
    Unseen,

    /// <summary>The same payer, amount and time.</summary>
    Sure,
}
