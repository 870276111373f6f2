using Payments.Domain.Cases;
using Payments.Domain.Common;

namespace Payments.Domain.Checkouts;

/// <summary>The half of <see cref="Checkout"/> that hears what became of money (R4–R9).</summary>
public sealed partial class Checkout
{
    /// <summary>A trusted callback about one of this checkout's pushes.</summary>
    /// <param name="known">The receipt that already has the number the callback names, wherever it stands; null when none has.</param>
    /// <param name="receiptId">The id a new receipt would get.</param>
    public SettlementResult ApplyCallback(Attempt attempt, PaymentResult outcome, Receipt? known, Guid receiptId, DateTimeOffset now)
    {
        switch (outcome)
        {
            case PaymentResult.Succeeded { Receipt: { } number, Amount: { } amount } paid:
                return ApplySuccess(attempt, paid, number, amount, known, receiptId, now);

            case PaymentResult.Succeeded:
                // A success that names no money is no proof of money (R9): ask.
                attempt.MarkConflictingResult();
                return QueryInstead(attempt, now, now);

            case PaymentResult.Failed when attempt.Status == AttemptStatus.Succeeded:
                return SettlementResult.Contradiction;

            case PaymentResult.Failed when attempt.Status == AttemptStatus.Failed:
                return SettlementResult.Duplicate;

            case PaymentResult.Failed { Certainty: Certainty.Final } failed:
                Fail(attempt, failed.Failure, SettledBy.Callback, now);
                if (attempt.HasConflictingResult)
                {
                    QueryInstead(attempt, attempt.BelievedFrom(now), now);
                }

                return SettlementResult.Applied;

            case PaymentResult.Failed doubtful:
                attempt.UnconfirmedFailure = doubtful.Failure;
                return QueryInstead(attempt, attempt.BelievedFrom(now), now);

            default:
                return QueryInstead(attempt, now, now);
        }
    }

    /// <summary>
    /// A trusted callback about a push that cannot be read: it settles nothing, and Safaricom is asked, also about a
    /// failed one, for it may have been its success (R4).
    /// </summary>
    public void MarkUnreadableResult(Attempt attempt, DateTimeOffset now)
    {
        attempt.MarkConflictingResult();
        QueryInstead(attempt, now, now);
    }

    /// <summary>An STK query's answer about one of this checkout's pushes; its schedule is the caller's.</summary>
    /// <param name="loose">Till payments that stand nowhere and may be this push's; null where the shortcode is no till's.</param>
    /// <param name="asked">When it was asked, which is when what it says was so; null where that is now.</param>
    /// <returns>True when the push is settled.</returns>
    public bool ApplyQueryResult(
        Attempt attempt, PaymentResult outcome, Guid receiptId, DateTimeOffset now, IReadOnlyList<Receipt>? loose = null, DateTimeOffset? asked = null)
    {
        if (attempt.Status == AttemptStatus.Succeeded)
        {
            return true;
        }

        switch (outcome)
        {
            case PaymentResult.Succeeded:
                ApplySuccessByQuery(attempt, receiptId, loose ?? [], now);
                return true;

            case PaymentResult.Failed when attempt.IsEarly(asked ?? now):
                // Also where a failure stands already: it is asked about because it is disputed, and this is no better one (R4).
                return false;

            case PaymentResult.Failed { Certainty: Certainty.UnknownCode } when attempt.Status == AttemptStatus.Failed:
                // It is asked about because something came that may be its success; a code nobody knows does not say that it was none (R5).
                return false;

            case PaymentResult.Failed again when attempt.Status == AttemptStatus.Failed:
                attempt.NextQueryAt = null;
                attempt.MarkModified();
                ResolvedAttempts.Add(attempt);
                Changed(now);
                OpenUnconfirmedPaymentCase(attempt, again.Failure, now);
                return true;

            case PaymentResult.Failed { Certainty: Certainty.UnknownCode } when attempt.UnconfirmedFailure is null:
                return false;

            case PaymentResult.Failed { Certainty: Certainty.UnknownCode }:
                Fail(attempt, attempt.UnconfirmedFailure, SettledBy.StkQuery, now);
                return true;

            case PaymentResult.Failed failed:
                Fail(attempt, failed.Failure, SettledBy.StkQuery, now);
                OpenUnconfirmedPaymentCase(attempt, failed.Failure, now);
                return true;

            default:
                return false;
        }
    }

    /// <summary>The questions ran out: a person has to find out (R5, R11).</summary>
    public void ExhaustQueries(Attempt attempt, DateTimeOffset now)
    {
        if (attempt.Status == AttemptStatus.Succeeded)
        {
            return;
        }

        if (!attempt.IsSettled)
        {
            attempt.Status = AttemptStatus.Unknown;
        }

        attempt.NextQueryAt = null;
        attempt.MarkModified();
        Changed(now);
        SettleAttemptsWithoutQueryId(now);
        OpenUnconfirmedPaymentCase(attempt, null, now);
        var isContested = attempt is { HasConflictingResult: true, UnconfirmedReceipt: null };
        if (attempt.IsSettled && !isContested)
        {
            return;
        }

        cases.Add(new OutcomeUnknown(PromptFacts.Of(attempt), attempt.LastAnswer) { Disputed = attempt.Failure });
    }

    /// <summary>Puts a receipt to this checkout: what is due is applied, the rest is surplus (R6).</summary>
    public void Apply(Receipt receipt, DateTimeOffset now)
    {
        receipt.CheckoutId = Id;
        if (!Receipts.Contains(receipt))
        {
            Receipts.Add(receipt);
        }

        if (receipt.IsRefundedOrReserved)
        {
            MergeRefunded(receipt);
        }

        var isLate = Status is CheckoutStatus.Failed or CheckoutStatus.Expired;
        if (Count(receipt, now) > Money.Zero)
        {
            receipt.Late = isLate;
        }
    }

    /// <summary>Counts what of a receipt of this checkout counts as nothing yet and has not gone back; answers what of it pays for the checkout.</summary>
    private Money Count(Receipt receipt, DateTimeOffset now)
    {
        var taken = Status == CheckoutStatus.Cancelled ? Money.Zero : Money.Min(receipt.Unassigned, Due);
        if (taken > Money.Zero)
        {
            receipt.Applied += taken;
            Paid += taken;
            if (Due == Money.Zero)
            {
                Status = CheckoutStatus.Paid;
                EndedAt = now;
            }

            Raise(Status == CheckoutStatus.Paid ? CheckoutEvents.Paid : CheckoutEvents.PartlyPaid, now);
        }

        if (receipt.Unassigned > Money.Zero)
        {
            if (receipt.Number is null)
            {
                // Its number may still turn up on money we already have (R7).
                receipt.SurplusDueAt = now + Receipt.NumberWait;
            }
            else
            {
                DeclareSurplus(receipt, now);
            }
        }

        receipt.KeepToOpen();
        receipt.MarkModified();
        Changed(now);
        return taken;
    }

    /// <summary>Declares what waited for a number in vain as surplus (R7).</summary>
    public void DeclareSurplus(Receipt receipt, DateTimeOffset now)
    {
        receipt.SurplusDueAt = null;
        receipt.MarkModified();
        if (receipt.Unassigned > Money.Zero)
        {
            receipt.Surplus += receipt.Unassigned;
            Raise(CheckoutEvents.Surplus, now);
        }
    }

    private SettlementResult ApplySuccess(
        Attempt attempt, PaymentResult.Succeeded paid, string number, Money amount, Receipt? known, Guid receiptId, DateTimeOffset now)
    {
        var own = Receipts.Find(r => r.AttemptId == attempt.Id);
        if (own?.Number == number)
        {
            if (own.IsInferred)
            {
                own.IsInferred = false;
                own.MarkModified();
            }

            return SettlementResult.Duplicate;
        }

        if (own is { Number: { } other, IsInferred: false })
        {
            // R6: one push brings one receipt. The second number moves no money here.
            return RaiseConflict(attempt, new Conflict.SecondNumber(other, number), now);
        }

        if (known?.AttemptId is not null && !(known.IsInferred && known.CheckoutId == Id))
        {
            RecordUnconfirmedPayment(attempt, amount, number);
            return RaiseConflict(attempt, new Conflict.PaidOtherAttempt(number), now);
        }

        if (known?.CheckoutId is not null && known.CheckoutId != Id)
        {
            RecordUnconfirmedPayment(attempt, amount, number);
            return RaiseConflict(attempt, new Conflict.PaidOtherCheckout(number), now);
        }

        if (known is not null && known.Amount != amount)
        {
            return RaiseConflict(attempt, new Conflict.ConfirmedWithOtherAmount(number, amount, known.Amount), now);
        }

        if (own is { Number: null })
        {
            return AssignReceiptNumber(own, number, paid.Payer, paid.At, amount, known, attempt, receiptId, now);
        }

        if (amount != attempt.Amount && own is not null)
        {
            return RaiseConflict(attempt, new Conflict.PaidByOther(number, amount, own.Number), now);
        }

        if (amount != attempt.Amount)
        {
            // R9: not applied; the query decides, and then a case shows both amounts.
            RecordUnconfirmedPayment(attempt, amount, number);
            attempt.MarkConflictingResult();
            QueryInstead(attempt, now, now);
            return SettlementResult.Contradiction;
        }

        if (own is not null)
        {
            DetachFromAttempt(own);
            OpenPossibleDuplicateCase(own, attempt);
        }

        if (attempt.Status != AttemptStatus.Succeeded)
        {
            Succeed(attempt, SettledBy.Callback, now);
        }

        if (known is null)
        {
            Apply(NewReceipt(receiptId, attempt, SettledBy.Callback, number, paid.Payer, paid.At ?? now, now), now);
            ResolveAmbiguousMatches(now);
            return SettlementResult.Applied;
        }

        // The same money, confirmed first (R7).
        var former = known.AttemptId is null ? null : AttemptOf(known);
        AttachToAttempt(known, attempt, inferred: false);
        Changed(now);
        if (known.CheckoutId is null || known.IsOnHold)
        {
            Apply(known, now);
        }

        RematchAttempt(former, number, receiptId, now);
        return SettlementResult.Applied;
    }

    private void ApplySuccessByQuery(Attempt attempt, Guid receiptId, IReadOnlyList<Receipt> loose, DateTimeOffset now)
    {
        Succeed(attempt, SettledBy.StkQuery, now);
        if (attempt.UnconfirmedAmount is { } reported && !attempt.ReceiptBelongsToOther)
        {
            cases.Add(new AmountDiffers(PromptFacts.Of(attempt), reported, attempt.UnconfirmedReceipt, SettledBy.StkQuery));
        }

        RecordSuccess(attempt, receiptId, loose, now);
    }

    /// <summary>Finds the money of a success without a number among the confirmations, or records it (R7).</summary>
    private void RecordSuccess(Attempt attempt, Guid receiptId, IReadOnlyList<Receipt> loose, DateTimeOffset now)
    {
        if (attempt.ReceiptBelongsToOther)
        {
            // R7: it was matched elsewhere meanwhile. Counted here too, one payment would pay two orders.
            PutOnHold(NewReceipt(receiptId, attempt, SettledBy.StkQuery, null, null, now, now), now);
            RaiseConflict(attempt, new Conflict.NumberPaysElsewhere(attempt.UnconfirmedReceipt), now);
            return;
        }

        var candidates = MatchingReceipts(attempt).Concat(ReceiptsWithoutAttempt(loose, attempt)).ToList();
        if (candidates is [var same] && MatchingUnnumberedReceipts(same).Count == 0 && !MatchesOtherAttempt(same, attempt))
        {
            AttachToAttempt(same, attempt, inferred: true);
            Changed(now);
            if (same.CheckoutId is null || same.IsOnHold)
            {
                Apply(same, now);
            }
            else if (same.IsRefundedOrReserved && same.Applied == Money.Zero)
            {
                MergeRefunded(same);
            }

            return;
        }

        var own = NewReceipt(receiptId, attempt, SettledBy.StkQuery, null, null, now, now);
        candidates = candidates.Count > 0 ? candidates : PaidToOtherShortcode(attempt);
        if (candidates.Count == 0)
        {
            Apply(own, now);
            OpenUnmatchedCases(loose, attempt, SettledBy.StkQuery, now);
            return;
        }

        // One of them is this very payment: counting it here as well would count it twice.
        PutOnHold(own, now);
        cases.Add(new AmbiguousReceipts(PromptFacts.Of(attempt), [.. candidates.Select(c => c.Number)], SettledBy.StkQuery));
    }

    /// <summary>The number of a payment that only a query knew has turned up.</summary>
    private SettlementResult AssignReceiptNumber(
        Receipt own, string number, string? payer, DateTimeOffset? at, Money amount, Receipt? known, Attempt attempt, Guid spareId, DateTimeOffset now)
    {
        if (amount != own.Amount)
        {
            cases.Add(new NumberedAmountDiffers(PromptFacts.Of(attempt), own.Amount, amount, number));
            Changed(now);
            return SettlementResult.Contradiction;
        }

        if (known is not null)
        {
            // The same money twice on this checkout, once by query and once by confirmation: keep the one with the number.
            if (Status == CheckoutStatus.Paid && own.Applied > known.Spare)
            {
                // It went back, and nothing undoes paid; or both pay for this order, so they cannot be one: it was there before the prompt.
                return RaiseConflict(attempt, known.IsRefundedOrReserved ? new Conflict.AlreadyRefunded(number) : new Conflict.PaidBeforePrompt(number), now);
            }

            var other = known.AttemptId is null ? null : AttemptOf(known);
            var wasHeld = own.IsOnHold;
            Paid -= own.Applied;
            Receipts.Remove(own);
            if (own.State != EntityState.Added)
            {
                MergedReceipts.Add(own);
            }

            own.State = EntityState.Removed;
            AttachToAttempt(known, attempt, inferred: false);
            if ((wasHeld || known.IsRefundedOrReserved) && (known.CheckoutId is null || known.IsOnHold))
            {
                // Neither counted until now, or what one of them had counted for has gone back.
                Apply(known, now);
                Raise(CheckoutEvents.ReceiptKnown, now);
            }
            else
            {
                Reallocate(known, now);
            }

            RematchAttempt(other, number, spareId, now);
            return SettlementResult.Applied;
        }

        own.Number = number;
        own.Payer ??= payer;
        own.At = at ?? own.At;
        own.IsInferred = false;
        own.SurplusDueAt = null;
        own.MarkModified();
        if (own.Unassigned > Money.Zero)
        {
            Apply(own, now);
        }

        Raise(CheckoutEvents.ReceiptKnown, now);
        ResolveAmbiguousMatches(now);
        return SettlementResult.Applied;
    }

    /// <summary>Pushes that may have had a person find out about them (undecided, or failed and disputed): Safaricom has told.</summary>
    public List<Attempt> ResolvedAttempts { get; } = [];

    /// <summary>Receipts that turned out to be the same money as another and go away.</summary>
    public List<Receipt> MergedReceipts { get; } = [];

    /// <summary>Gives a receipt what its twin had taken: surplus moves to applied as far as the checkout is due again.</summary>
    private void Reallocate(Receipt receipt, DateTimeOffset now)
    {
        receipt.CheckoutId = Id;
        if (!Receipts.Contains(receipt))
        {
            Receipts.Add(receipt);
        }

        var taken = Status == CheckoutStatus.Cancelled ? Money.Zero : Money.Min(receipt.Spare, Due);
        receipt.Surplus += receipt.Unassigned - taken;
        receipt.Applied += taken;
        receipt.SurplusDueAt = null;
        Paid += taken;
        if (receipt.IsRefundedOrReserved && receipt.Applied == Money.Zero)
        {
            MergeRefunded(receipt);
        }

        receipt.KeepToOpen();
        receipt.MarkModified();
        Raise(CheckoutEvents.ReceiptKnown, now);
    }

    private Receipt NewReceipt(Guid id, Attempt attempt, SettledBy by, string? number, string? payer, DateTimeOffset at, DateTimeOffset now) => new()
    {
        Id = id,
        Number = number,
        CheckoutId = Id,
        AttemptId = attempt.Id,
        Amount = attempt.Amount,
        Method = PaymentMethod.Stk,
        SettledBy = by,
        Payer = payer,
        At = at,
        RecordedAt = now,
        State = EntityState.Added,
    };

    private void Succeed(Attempt attempt, SettledBy by, DateTimeOffset now) =>
        End(attempt, AttemptStatus.Succeeded, by, null, now);

    private void Fail(Attempt attempt, Failure failure, SettledBy? by, DateTimeOffset now)
    {
        End(attempt, AttemptStatus.Failed, by, failure, now);
        if (Status == CheckoutStatus.Pending && UnderWay(now) is null)
        {
            Status = CheckoutStatus.Failed;
            Raise(CheckoutEvents.Failed, now);
        }
        else
        {
            Changed(now);
        }

        SettleAttemptsWithoutQueryId(now);
        ResolveAmbiguousMatches(now);
    }

    private void End(Attempt attempt, AttemptStatus status, SettledBy? by, Failure? failure, DateTimeOffset now)
    {
        if (attempt.Status is AttemptStatus.Unknown or AttemptStatus.Failed)
        {
            ResolvedAttempts.Add(attempt);
        }

        attempt.Status = status;
        attempt.SettledBy = by;
        attempt.Failure = failure;
        attempt.EndedAt = now;
        attempt.NextQueryAt = null;
        attempt.MarkModified();
    }

    private SettlementResult RaiseConflict(Attempt attempt, Conflict conflict, DateTimeOffset now)
    {
        cases.Add(new ReceiptConflict(PromptFacts.Of(attempt), conflict));
        Changed(now);
        return SettlementResult.Contradiction;
    }

    private static void RecordUnconfirmedPayment(Attempt attempt, Money amount, string number)
    {
        attempt.UnconfirmedAmount = amount;
        attempt.UnconfirmedReceipt = number;
        attempt.MarkModified();
    }

    /// <summary>A trusted callback named money that was not counted, and whoever was asked does not know it: a person compares (R4, R9).</summary>
    private void OpenUnconfirmedPaymentCase(Attempt attempt, Failure? denied, DateTimeOffset now)
    {
        if (attempt is { UnconfirmedReceipt: { } number, UnconfirmedAmount: { } amount })
        {
            cases.Add(new UnconfirmedPayment(PromptFacts.Of(attempt), amount, number, attempt.ReceiptBelongsToOther, denied));
            Changed(now);
        }
    }

    private SettlementResult QueryInstead(Attempt attempt, DateTimeOffset at, DateTimeOffset now)
    {
        // A failed one is asked about too: what came may be a success that outranks the failure (R4).
        if (attempt.Status == AttemptStatus.Succeeded)
        {
            return SettlementResult.Unsettled;
        }

        var wasErased = attempt.HasErasedId;
        if (attempt.RestoreId())
        {
            attempt.ScheduleQuery(at);
        }
        else
        {
            cases.Add(new QueryImpossible(PromptFacts.Of(attempt), attempt.Failure));
        }

        if (wasErased)
        {
            Changed(now);
        }

        return SettlementResult.Unsettled;
    }
}
