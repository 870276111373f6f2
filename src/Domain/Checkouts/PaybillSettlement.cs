using Payments.Domain.C2b;
using Payments.Domain.Cases;
using Payments.Domain.Common;

namespace Payments.Domain.Checkouts;

/// <summary>
/// The part of <see cref="Checkout"/> that joins what STK, queries and confirmations each tell of one payment (R6–R8
/// and 11). A number is proof; without one, a success and a confirmation are joined by comparison only when there is exactly one
/// candidate on each side, and that stays <see cref="Receipt.IsInferred"/> until the prompt's own callback names a number.
/// </summary>
/// <remarks>
/// Order does not matter: every rule looks at what is there, not at what came first. Several candidates leave the receipt <i>held</i>:
/// it stands on the checkout, counts as nothing (neither applied nor surplus) and a person decides, so nothing is counted twice.
/// </remarks>
public sealed partial class Checkout
{
    /// <summary>A trusted confirmation, or a pulled payment, of money nobody has told of yet, for this checkout.</summary>
    /// <param name="receiptId">The id its receipt would get.</param>
    public void ApplyConfirmation(Confirmation confirmation, Guid receiptId, DateTimeOffset now) => AddConfirmedReceipt(confirmation.ToReceipt(receiptId, now), isNew: true, now);

    /// <summary>A number this checkout already has: nothing moves twice.</summary>
    public SettlementResult ApplyRepeatedConfirmation(Receipt known, Confirmation confirmation, DateTimeOffset now)
    {
        if (known.Amount != confirmation.Amount)
        {
            cases.Add(confirmation.Contradicts(known));
            Changed(now);
            return SettlementResult.Contradiction;
        }

        confirmation.FillIn(known);
        return SettlementResult.Duplicate;
    }

    /// <summary>An operator puts money that stood nowhere, or that was held, to this checkout.</summary>
    /// <returns>Null when it is there now, else why not.</returns>
    public MatchRefusal? Match(Receipt receipt, DateTimeOffset now)
    {
        if (receipt.CheckoutId == Id && !receipt.IsOnHold)
        {
            return null;
        }

        if (receipt.IsRefundedOrReserved)
        {
            return MatchRefusal.GivenBack;
        }

        if (receipt.CheckoutId == Id)
        {
            // Decided: it is money of its own.
            Apply(receipt, now);
            return null;
        }

        if (receipt.CheckoutId is not null)
        {
            return MatchRefusal.Elsewhere;
        }

        // On a paid order it can only be what a query already counted there; anything else would be surplus by mistake.
        if (Status is CheckoutStatus.Cancelled || (Status is CheckoutStatus.Paid && MatchingUnnumberedReceipts(receipt).Count == 0))
        {
            return Status == CheckoutStatus.Paid ? MatchRefusal.AlreadyPaid : MatchRefusal.Cancelled;
        }

        AddConfirmedReceipt(receipt, isNew: false, now);
        return null;
    }

    /// <summary>
    /// Whether a payment without an account (a till's) is taken for that of a prompt of this checkout, where it can be nobody else's: only the
    /// payer says so, and where the prompt's phone was erased nothing can be compared with him.
    /// </summary>
    public bool IsShownToPay(Receipt receipt) => Attempts.Exists(a => a.Phone is not null && TillClaimOf(receipt, a) is not (TillClaim.None or TillClaim.Rival));

    /// <summary>A payment without an account that successes of several orders could be: it stands nowhere until a person decides.</summary>
    public void OpenAmbiguousPayerCase(Receipt receipt, IReadOnlyList<Checkout> orders, DateTimeOffset now)
    {
        cases.Add(new AmbiguousPayer(ReceiptFacts.Of(receipt), [.. orders.Select(o => o.Reference.Value)]));
        Changed(now);
    }

    /// <param name="isNew">False for money that is in the books, perhaps since a moment ago.</param>
    private void AddConfirmedReceipt(Receipt receipt, bool isNew, DateTimeOffset now)
    {
        var isRecordedNow = receipt.State == EntityState.Added;
        var namesakes = MatchingUnnumberedReceipts(receipt, isRecordedNow);
        if (namesakes is [var twin])
        {
            var attempt = AttemptOf(twin);
            if (MatchingReceipts(attempt).All(other => other == receipt) && !MatchesOtherAttempt(receipt, attempt))
            {
                // In the books already, by query: it only gets its number.
                AssignReceiptNumber(twin, receipt.Number!, receipt.Payer, receipt.At, receipt.Amount, isNew ? null : receipt, attempt, Guid.Empty, now);
                var kept = isNew ? twin : receipt;
                kept.IsInferred = true;
                kept.Account = receipt.Account;
                kept.Shortcode = receipt.Shortcode;
                kept.PayerName ??= receipt.PayerName;
                return;
            }
        }

        var astray = namesakes.Count > 0 ? namesakes : UnnumberedReceipts.FindAll(r => MayBeSameMoney(receipt, AttemptOf(r), isRecordedNow));
        if (astray.Count > 0)
        {
            PutOnHold(receipt, now);
            cases.Add(new AmbiguousConfirmation(ReceiptFacts.Of(receipt), Id, astray.Count, IsAtAnotherTime: namesakes.Count == 0));
            return;
        }

        Apply(receipt, now);
        SettleAttemptsWithoutQueryId(now);
    }

    /// <summary>
    /// Prompts nobody can ask about (no id, or the questions ran out) are settled by a confirmation that can be no other's (R11).
    /// </summary>
    private void SettleAttemptsWithoutQueryId(DateTimeOffset now)
    {
        foreach (var attempt in Attempts.Where(a => a.Status == AttemptStatus.Unknown && (a.RequestId is null || a.NextQueryAt is null)))
        {
            if (MatchingReceipts(attempt) is [{ IsRefundedOrReserved: false } only] && !only.IsOnHold && !MatchesOtherAttempt(only, attempt) && MatchingUnnumberedReceipts(only).Count == 0)
            {
                Succeed(attempt, only.SettledBy, now);
                AttachToAttempt(only, attempt, inferred: true);
                Changed(now);
            }
        }
    }

    /// <summary>Receipts with a number and no prompt that may be the payment of this prompt.</summary>
    private List<Receipt> MatchingReceipts(Attempt attempt) => Receipts.FindAll(r => IsSameMoney(r, attempt));

    /// <summary>Successes without a number that may be this receipt's money.</summary>
    private List<Receipt> MatchingUnnumberedReceipts(Receipt receipt, bool isNew = false) => UnnumberedReceipts.FindAll(r => IsSameMoney(receipt, AttemptOf(r), isNew));

    /// <summary>Whether a receipt may as well be the payment of another prompt here, of which nobody knows yet what became of it.</summary>
    private bool MatchesOtherAttempt(Receipt receipt, Attempt attempt) =>
        Attempts.Exists(other => other != attempt && other.IsOpen && IsSameMoney(receipt, other));

    /// <summary>Successes whose number nobody has told.</summary>
    private List<Receipt> UnnumberedReceipts => Receipts.FindAll(r => r is { Number: null, AttemptId: not null });

    private Attempt AttemptOf(Receipt receipt) => Attempts.Find(a => a.Id == receipt.AttemptId)!;

    private static void AttachToAttempt(Receipt receipt, Attempt attempt, bool inferred)
    {
        receipt.AttemptId = attempt.Id;
        receipt.IsInferred = inferred;
        receipt.Method = PaymentMethod.Stk;
        receipt.MarkModified();
    }

    /// <summary>
    /// Its prompt's callback named another number: this is a payment by hand after all. What it pays stays paid.
    /// </summary>
    private void DetachFromAttempt(Receipt receipt)
    {
        receipt.AttemptId = null;
        receipt.IsInferred = false;
        receipt.Method = Ours.MethodOf(receipt.Shortcode, receipt.Account) ?? PaymentMethod.Paybill;
        receipt.SettledBy = receipt.SettledBy == SettledBy.StkQuery ? SettledBy.Confirmation : receipt.SettledBy;
        receipt.MarkModified();
    }

    /// <summary>
    /// A receipt's number turned out to be another prompt's: <paramref name="other"/>, for whose payment it was taken, is as it was
    /// before, known by query only or not known at all, and its money is looked for again.
    /// </summary>
    private void RematchAttempt(Attempt? other, string number, Guid spareId, DateTimeOffset now)
    {
        if (other is { SettledBy: SettledBy.StkQuery })
        {
            RecordSuccess(other, spareId, [], now);
        }
        else if (other is not null)
        {
            other.Status = AttemptStatus.Unknown;
            other.SettledBy = null;
            other.EndedAt = null;
            other.MarkModified();
            Changed(now);
            SettleAttemptsWithoutQueryId(now);
            if (!other.IsSettled)
            {
                cases.Add(new SuccessWithdrawn(PromptFacts.Of(other), number));
            }
        }

        ResolveAmbiguousMatches(now);
    }

    /// <summary>
    /// What several candidates left open is closed as soon as one is left on each side: a success without a number gets that number.
    /// </summary>
    private void ResolveAmbiguousMatches(DateTimeOffset now)
    {
        foreach (var twin in UnnumberedReceipts)
        {
            var attempt = AttemptOf(twin);
            if (MatchingReceipts(attempt) is [{ IsRefundedOrReserved: false } only] && MatchingUnnumberedReceipts(only) is [_] && !MatchesOtherAttempt(only, attempt)
                && !(Status == CheckoutStatus.Paid && twin.Applied > only.Spare))
            {
                AssignReceiptNumber(twin, only.Number!, only.Payer, only.At, only.Amount, only, attempt, Guid.Empty, now);
                only.IsInferred = true;
            }
        }
    }

    private void PutOnHold(Receipt receipt, DateTimeOffset now)
    {
        receipt.CheckoutId = Id;
        receipt.SurplusDueAt = null;
        Receipts.Add(receipt);
        receipt.MarkModified();
        Changed(now);
    }
}

/// <summary>Why an operator cannot put a receipt to a checkout.</summary>
public enum MatchRefusal
{
    /// <summary>It is matched to another one.</summary>
    Elsewhere,

    /// <summary>A refund of it went out, or may have (R12).</summary>
    GivenBack,

    /// <summary>Nothing is due there.</summary>
    AlreadyPaid,

    /// <summary>The shop gave the checkout up.</summary>
    Cancelled,
}
