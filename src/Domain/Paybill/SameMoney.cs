using System.Globalization;

namespace Payments.Domain;

/// <summary>The part of <see cref="Checkout"/> that says which receipts may be the payment of a prompt (rules 7, 8 and 16).</summary>
public sealed partial class Checkout
{
    /// <summary>Which hash of payers' numbers the shortcode is known to use, as of when this was loaded; null when that is not known.</summary>
    public PayerHash? PayerHash { get; set; }

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
    /// would still be due: then none of them is.
    /// </summary>
    private List<Receipt> Astray(Attempt attempt) =>
        Due >= attempt.Amount ? [] : Receipts.FindAll(r => !r.IsHeld && MayBeSameMoney(r, attempt));

    /// <summary>Till payments that stand nowhere and may be this success.</summary>
    private IEnumerable<Receipt> Loose(IReadOnlyList<Receipt> loose, Attempt attempt) =>
        loose.Where(r => r.CheckoutId is null && Shows(r, attempt) == PayerMatch.Same && IsSameMoney(r, attempt));

    /// <summary>
    /// Till payments of the same payer that may be this success, but for the time: they stand here and count as nothing until a person
    /// decides. Left where they were, somebody would give back what paid this order.
    /// </summary>
    private void HoldAstray(IReadOnlyList<Receipt> loose, Attempt attempt, DateTimeOffset now)
    {
        foreach (var receipt in loose.Where(r => r.CheckoutId is null && Shows(r, attempt) == PayerMatch.Same && MayBeSameMoney(r, attempt)))
        {
            Hold(receipt, now);
            cases.Add(new(
                CaseKind.AmbiguousMatch, receipt.Id, Id,
                $"The query says the prompt of {attempt.StartedAt:u} was paid, and receipt {receipt.Number} of {receipt.Amount} could be that payment."
                + $"{AnotherTime(receipt)} It is not counted until somebody decides. Compare with the M-PESA statement: match it to this order if it "
                + "is a payment of its own, then settle this case."));
        }
    }

    private static string AnotherTime(Receipt receipt) => string.Create(
        CultureInfo.InvariantCulture, $" M-PESA says that it moved at {receipt.At:u}, which is not the prompt's time: do the clocks differ?");
}
