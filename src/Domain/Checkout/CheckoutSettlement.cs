namespace Payments.Domain;

/// <summary>The half of <see cref="Checkout"/> that hears what became of money (design §3, rules 4–9).</summary>
public sealed partial class Checkout
{
    /// <summary>A trusted callback about one of this checkout's pushes.</summary>
    /// <param name="known">The receipt that already has the number the callback names, wherever it stands; null when none has.</param>
    /// <param name="receiptId">The id a new receipt would get.</param>
    public Verdict HearCallback(Attempt attempt, Outcome outcome, Receipt? known, Guid receiptId, DateTimeOffset now)
    {
        switch (outcome)
        {
            case Outcome.Paid { Receipt: { } number, Amount: { } amount } paid:
                return HearPaid(attempt, paid, number, amount, known, receiptId, now);

            case Outcome.Paid:
                // A success that names no money is no proof of money (rule 9): ask.
                return AskInstead(attempt, now, now);

            case Outcome.NotPaid when attempt.Status == AttemptStatus.Succeeded:
                return Verdict.Contradiction;

            case Outcome.NotPaid when attempt.Status == AttemptStatus.Failed:
                return Verdict.Duplicate;

            case Outcome.NotPaid { Certainty: Certainty.Final } failed:
                Fail(attempt, failed.Failure, SettledBy.Callback, now);
                return Verdict.Applied;

            case Outcome.NotPaid doubtful:
                attempt.ReportedFailure = doubtful.Failure;
                return AskInstead(attempt, Later(now, attempt.StartedAt + Attempt.EarlyFailure), now);

            default:
                return AskInstead(attempt, now, now);
        }
    }

    /// <summary>An STK query's answer about one of this checkout's pushes; its schedule is the caller's.</summary>
    /// <returns>True when the push is settled.</returns>
    public bool HearAnswer(Attempt attempt, Outcome outcome, Guid receiptId, DateTimeOffset now)
    {
        if (attempt.Status == AttemptStatus.Succeeded)
        {
            return true;
        }

        switch (outcome)
        {
            case Outcome.Paid:
                HearPaidByQuery(attempt, receiptId, now);
                return true;

            case Outcome.NotPaid when attempt.Status == AttemptStatus.Failed:
                attempt.NextQuestionAt = null;
                attempt.Touch();
                return true;

            case Outcome.NotPaid when now < attempt.StartedAt + Attempt.EarlyFailure:
                return false;

            case Outcome.NotPaid { Certainty: Certainty.Unlisted } when attempt.ReportedFailure is null:
                return false;

            case Outcome.NotPaid { Certainty: Certainty.Unlisted }:
                Fail(attempt, attempt.ReportedFailure, SettledBy.StkQuery, now);
                return true;

            case Outcome.NotPaid failed:
                Fail(attempt, failed.Failure, SettledBy.StkQuery, now);
                return true;

            default:
                return false;
        }
    }

    /// <summary>The questions ran out: a person has to find out (rules 5 and 11).</summary>
    public void GiveUp(Attempt attempt, DateTimeOffset now)
    {
        if (attempt.Status == AttemptStatus.Succeeded)
        {
            return;
        }

        if (!attempt.IsSettled)
        {
            attempt.Status = AttemptStatus.Unknown;
        }

        attempt.NextQuestionAt = null;
        attempt.Touch();
        Changed(now);
        cases.Add(new(
            CaseKind.OutcomeUnknown, attempt.Id, Id,
            $"A prompt for {attempt.Amount} was sent at {attempt.StartedAt:u} and nobody could tell what became of it. "
            + $"Last answer: {attempt.LastAnswer ?? "none"}. Look the payment up in the M-PESA portal, then settle this case."));
    }

    /// <summary>Puts a receipt to this checkout: what is due is applied, the rest is surplus (rule 6).</summary>
    public void Apply(Receipt receipt, DateTimeOffset now)
    {
        receipt.CheckoutId = Id;
        if (!Receipts.Contains(receipt))
        {
            Receipts.Add(receipt);
        }

        var before = Status;
        var taken = Status == CheckoutStatus.Cancelled ? Money.Zero : Money.Min(receipt.Unassigned, Due);
        if (taken > Money.Zero)
        {
            receipt.Applied += taken;
            receipt.Late = before is CheckoutStatus.Failed or CheckoutStatus.Expired;
            Paid += taken;
            if (Due == Money.Zero)
            {
                Status = CheckoutStatus.Paid;
                EndedAt = now;
            }

            Tell(Status == CheckoutStatus.Paid ? CheckoutEvents.Paid : CheckoutEvents.PartlyPaid, now);
        }

        if (receipt.Unassigned > Money.Zero)
        {
            if (receipt.Number is null)
            {
                // Its number may still turn up on money we already have (rule 7).
                receipt.SurplusDueAt = now + Receipt.NumberWait;
            }
            else
            {
                DeclareSurplus(receipt, now);
            }
        }

        receipt.Touch();
        Changed(now);
    }

    /// <summary>Declares what waited for a number in vain as surplus (rule 7).</summary>
    public void DeclareSurplus(Receipt receipt, DateTimeOffset now)
    {
        receipt.SurplusDueAt = null;
        receipt.Touch();
        if (receipt.Unassigned > Money.Zero)
        {
            receipt.Surplus += receipt.Unassigned;
            Tell(CheckoutEvents.Surplus, now);
        }
    }

    private Verdict HearPaid(
        Attempt attempt, Outcome.Paid paid, string number, Money amount, Receipt? known, Guid receiptId, DateTimeOffset now)
    {
        var own = Receipts.Find(r => r.AttemptId == attempt.Id);
        if (own?.Number == number)
        {
            return Verdict.Duplicate;
        }

        if (own?.Number is { } other)
        {
            // Rule 6: one push brings one receipt. The second number moves no money here.
            return Conflict(attempt, $"The prompt of {attempt.StartedAt:u} was paid with receipt {other}; another callback names {number} for it.", now);
        }

        if (known is not null && known.AttemptId is not null && known.AttemptId != attempt.Id)
        {
            return Conflict(attempt, $"Receipt {number} came for the prompt of {attempt.StartedAt:u}, but it already paid another prompt.", now);
        }

        if (known?.CheckoutId is not null && known.CheckoutId != Id)
        {
            return Conflict(attempt, $"Receipt {number} came for the prompt of {attempt.StartedAt:u}, but it is applied to another order.", now);
        }

        if (own is not null)
        {
            return Name(own, number, paid, amount, known, attempt, now);
        }

        if (amount != attempt.Amount)
        {
            // Rule 9: not applied; the query decides, and then a case shows both amounts.
            attempt.ReportedAmount = amount;
            attempt.ReportedReceipt = number;
            AskInstead(attempt, now, now);
            return Verdict.Contradiction;
        }

        if (known is not null)
        {
            // The same money, confirmed first (rule 7).
            known.AttemptId = attempt.Id;
            known.Method = PaymentMethod.Stk;
            known.Touch();
            Succeed(attempt, SettledBy.Callback, now);
            if (known.CheckoutId is null)
            {
                Apply(known, now);
            }

            return Verdict.Applied;
        }

        Succeed(attempt, SettledBy.Callback, now);
        Apply(NewReceipt(receiptId, attempt, SettledBy.Callback, number, paid.Payer, paid.At ?? now), now);
        return Verdict.Applied;
    }

    private void HearPaidByQuery(Attempt attempt, Guid receiptId, DateTimeOffset now)
    {
        var candidates = Receipts.Where(r => IsSameMoney(r, attempt)).ToList();
        Succeed(attempt, SettledBy.StkQuery, now);
        if (attempt.ReportedAmount is { } reported)
        {
            cases.Add(new(
                CaseKind.AmountDiffers, attempt.Id, Id,
                $"{attempt.Amount} were asked for; a callback with receipt {attempt.ReportedReceipt} named {reported}, and the query says the "
                + $"prompt was paid. {attempt.Amount} were applied. Compare with the M-PESA statement, then settle this case."));
        }

        if (candidates is [var same])
        {
            same.AttemptId = attempt.Id;
            same.Method = PaymentMethod.Stk;
            same.Touch();
            return;
        }

        if (candidates.Count > 1)
        {
            cases.Add(new(
                CaseKind.AmbiguousMatch, attempt.Id, Id,
                $"The query says the prompt of {attempt.StartedAt:u} was paid, and {candidates.Count} confirmations could be that payment: "
                + $"{string.Join(", ", candidates.Select(c => c.Number))}. Compare with the M-PESA statement, then settle this case."));
        }

        Apply(NewReceipt(receiptId, attempt, SettledBy.StkQuery, null, null, now), now);
    }

    /// <summary>Whether a confirmation may be the payment of a prompt (rule 7): amount, time, and the payer as far as visible.</summary>
    private static bool IsSameMoney(Receipt receipt, Attempt attempt) =>
        receipt.AttemptId is null && receipt.Number is not null && receipt.Amount == attempt.Amount
        && receipt.At >= attempt.StartedAt - TimeSpan.FromMinutes(2) && receipt.At <= attempt.StartedAt + TimeSpan.FromMinutes(5)
        && PayerHint.MayBe(receipt.Payer, attempt.Phone);

    /// <summary>The number of a payment that only a query knew has turned up.</summary>
    private Verdict Name(Receipt own, string number, Outcome.Paid paid, Money amount, Receipt? known, Attempt attempt, DateTimeOffset now)
    {
        if (amount != own.Amount)
        {
            cases.Add(new(
                CaseKind.AmountDiffers, attempt.Id, Id,
                $"{own.Amount} were applied because a query said the prompt was paid; its callback names receipt {number} and {amount}. "
                + "Compare with the M-PESA statement, then settle this case."));
            Changed(now);
            return Verdict.Contradiction;
        }

        if (known is not null)
        {
            // The same money twice on this checkout, once by query and once by confirmation: keep the one with the number.
            Paid -= own.Applied;
            Receipts.Remove(own);
            Merged.Add(own);
            own.Change = Change.Removed;
            known.AttemptId = attempt.Id;
            known.Method = PaymentMethod.Stk;
            Reassign(known, now);
            return Verdict.Applied;
        }

        own.Number = number;
        own.Payer ??= paid.Payer;
        own.At = paid.At ?? own.At;
        own.Touch();
        if (own.SurplusDueAt is not null)
        {
            DeclareSurplus(own, now);
        }

        Tell(CheckoutEvents.ReceiptKnown, now);
        return Verdict.Applied;
    }

    /// <summary>Receipts that turned out to be the same money as another and go away.</summary>
    public List<Receipt> Merged { get; } = [];

    /// <summary>Gives a receipt what its twin had taken: surplus moves to applied as far as the checkout is due again.</summary>
    private void Reassign(Receipt receipt, DateTimeOffset now)
    {
        receipt.CheckoutId = Id;
        var taken = Status == CheckoutStatus.Cancelled ? Money.Zero : Money.Min(receipt.Amount - receipt.Applied, Due);
        receipt.Applied += taken;
        receipt.Surplus = receipt.Amount - receipt.Applied;
        receipt.SurplusDueAt = null;
        Paid += taken;
        receipt.Touch();
        Tell(CheckoutEvents.ReceiptKnown, now);
    }

    private Receipt NewReceipt(Guid id, Attempt attempt, SettledBy by, string? number, string? payer, DateTimeOffset at) => new()
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
        Change = Change.Added,
    };

    private static void Succeed(Attempt attempt, SettledBy by, DateTimeOffset now) =>
        End(attempt, AttemptStatus.Succeeded, by, null, now);

    private void Fail(Attempt attempt, Failure failure, SettledBy? by, DateTimeOffset now)
    {
        End(attempt, AttemptStatus.Failed, by, failure, now);
        if (Status == CheckoutStatus.Pending && UnderWay(now) is null)
        {
            Status = CheckoutStatus.Failed;
            Tell(CheckoutEvents.Failed, now);
        }
        else
        {
            Changed(now);
        }
    }

    private static void End(Attempt attempt, AttemptStatus status, SettledBy? by, Failure? failure, DateTimeOffset now)
    {
        attempt.Status = status;
        attempt.SettledBy = by;
        attempt.Failure = failure;
        attempt.EndedAt = now;
        attempt.NextQuestionAt = null;
        attempt.Touch();
    }

    private Verdict Conflict(Attempt attempt, string story, DateTimeOffset now)
    {
        cases.Add(new(CaseKind.ReceiptConflict, attempt.Id, Id, story + " Compare with the M-PESA statement, then settle this case."));
        Changed(now);
        return Verdict.Contradiction;
    }

    private static Verdict AskInstead(Attempt attempt, DateTimeOffset at, DateTimeOffset now)
    {
        // A failed one is asked about too: what came may be a success that outranks the failure (rule 4).
        if (attempt.Status != AttemptStatus.Succeeded)
        {
            attempt.AskBy(Later(at, now));
        }

        return Verdict.Hint;
    }

    private static DateTimeOffset Later(DateTimeOffset a, DateTimeOffset b) => a > b ? a : b;
}
