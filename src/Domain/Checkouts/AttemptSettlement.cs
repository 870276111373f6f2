using Payments.Domain.Cases;
using Payments.Domain.Common;
using Payments.Domain.Receipts;

namespace Payments.Domain.Checkouts;

/// <summary>
/// What becomes of an attempt by what is told of it (R4, R5, R9): one road for callbacks, queries and operators, which differ in how far each is
/// believed. The money goes on to <see cref="ReceiptLinking"/> or <see cref="UnnumberedSuccess"/>.
/// </summary>
internal sealed class AttemptSettlement(Checkout checkout, DateTimeOffset now)
{
    private readonly ReceiptLinking linking = new(checkout, now);

    /// <param name="receiptId">The id a new receipt would get.</param>
    public SettlementResult Apply(Attempt attempt, PaymentEvidence evidence, Guid receiptId) => evidence switch
    {
        PaymentEvidence.Callback callback => Apply(attempt, callback, receiptId),
        PaymentEvidence.Query query => Apply(attempt, query, receiptId),
        PaymentEvidence.Operator decision => Apply(attempt, decision, receiptId),
        _ => throw new InvalidOperationException($"Nobody knows how far {evidence.GetType().Name} is to be believed."),
    };

    /// <summary>
    /// A trusted callback that cannot be read: it settles nothing, and Safaricom is asked, also about a failed attempt, for it may have been its
    /// success (R4).
    /// </summary>
    public void MarkUnreadableResult(Attempt attempt)
    {
        attempt.MarkConflictingResult();
        QueryInstead(attempt, now);
    }

    /// <summary>The queries are exhausted: a person has to find out (R5, R11).</summary>
    public void ExhaustQueries(Attempt attempt)
    {
        if (attempt.Status == AttemptStatus.Succeeded)
        {
            return;
        }

        attempt.StopQueries();
        checkout.Changed(now);
        linking.SettleAttemptsWithoutQueryId();
        OpenUnconfirmedPaymentCase(attempt, null);
        var isContested = attempt is { HasConflictingResult: true, UnconfirmedReceipt: null };
        if (!attempt.IsSettled || isContested)
        {
            checkout.AddCase(new OutcomeUnknown(PromptFacts.Of(attempt), attempt.LastAnswer) { Disputed = attempt.Failure });
        }
    }

    public void Fail(Attempt attempt, Failure failure, SettledBy? by)
    {
        checkout.Fail(attempt, failure, by, now);
        linking.SettleAttemptsWithoutQueryId();
        linking.ResolveAmbiguousMatches();
    }

    private SettlementResult Apply(Attempt attempt, PaymentEvidence.Callback callback, Guid receiptId)
    {
        switch (callback.Result)
        {
            case PaymentResult.Succeeded { Receipt: { } number, Amount: { } amount } paid:
                return ApplySuccess(attempt, paid, number, amount, callback.Known, receiptId);

            case PaymentResult.Succeeded:
                // A success that names no money is no proof of money (R9): ask.
                attempt.MarkConflictingResult();
                return QueryInstead(attempt, now);

            case PaymentResult.Failed when attempt.Status == AttemptStatus.Succeeded:
                return SettlementResult.Contradiction;

            case PaymentResult.Failed when attempt.Status == AttemptStatus.Failed:
                return SettlementResult.Duplicate;

            case PaymentResult.Failed { Certainty: Certainty.Final } failed:
                Fail(attempt, failed.Failure, callback.By);
                if (attempt.HasConflictingResult)
                {
                    QueryInstead(attempt, attempt.BelievedFrom(now));
                }

                return SettlementResult.Applied;

            case PaymentResult.Failed doubtful:
                attempt.RecordUnconfirmedFailure(doubtful.Failure);
                return QueryInstead(attempt, attempt.BelievedFrom(now));

            default:
                return QueryInstead(attempt, now);
        }
    }

    /// <returns><see cref="SettlementResult.Unsettled"/> when it settles nothing: its schedule is the caller's.</returns>
    private SettlementResult Apply(Attempt attempt, PaymentEvidence.Query query, Guid receiptId)
    {
        if (attempt.Status == AttemptStatus.Succeeded)
        {
            return SettlementResult.Duplicate;
        }

        switch (query.Result)
        {
            case PaymentResult.Succeeded:
                Succeed(attempt, query.By, receiptId, query.Loose);
                return SettlementResult.Applied;

            case PaymentResult.Failed when attempt.IsEarly(query.AskedAt):
                // Also where a failure stands already: it is asked about because it is disputed, and this is no better one (R4).
                return SettlementResult.Unsettled;

            case PaymentResult.Failed { Certainty: Certainty.UnknownCode } when attempt.Status == AttemptStatus.Failed:
                // It is asked about because something came that may be its success; a code nobody knows does not say that it was none (R5).
                return SettlementResult.Unsettled;

            case PaymentResult.Failed again when attempt.Status == AttemptStatus.Failed:
                attempt.StopQueries();
                checkout.ResolvedAttempts.Add(attempt);
                checkout.Changed(now);
                OpenUnconfirmedPaymentCase(attempt, again.Failure);
                return SettlementResult.Duplicate;

            case PaymentResult.Failed { Certainty: Certainty.UnknownCode } when attempt.UnconfirmedFailure is null:
                return SettlementResult.Unsettled;

            case PaymentResult.Failed { Certainty: Certainty.UnknownCode }:
                Fail(attempt, attempt.UnconfirmedFailure, query.By);
                return SettlementResult.Applied;

            case PaymentResult.Failed failed:
                Fail(attempt, failed.Failure, query.By);
                OpenUnconfirmedPaymentCase(attempt, failed.Failure);
                return SettlementResult.Applied;

            default:
                return SettlementResult.Unsettled;
        }
    }

    /// <summary>A person found out. Nothing undoes a success.</summary>
    /// <returns><see cref="SettlementResult.Contradiction"/> when the attempt's state does not allow it.</returns>
    private SettlementResult Apply(Attempt attempt, PaymentEvidence.Operator decision, Guid receiptId)
    {
        switch (decision.Result)
        {
            case var _ when attempt.Status == AttemptStatus.Succeeded:
                return SettlementResult.Contradiction;

            case PaymentResult.Failed when attempt.Status == AttemptStatus.Failed:
                return SettlementResult.Duplicate;

            case PaymentResult.Failed failed:
                Fail(attempt, failed.Failure, decision.By);
                return SettlementResult.Applied;

            default:
                // The same money may have been confirmed meanwhile, as with a query (R7).
                Succeed(attempt, decision.By, receiptId, decision.Loose);
                return SettlementResult.Applied;
        }
    }

    /// <summary>A success whose number and amount a callback names.</summary>
    private SettlementResult ApplySuccess(Attempt attempt, PaymentResult.Succeeded paid, string number, Money amount, Receipt? known, Guid receiptId)
    {
        switch (checkout.Matcher.ByNumber(attempt, number, amount, known))
        {
            case ReceiptMatch.Same { Receipt: { Number: null } own }:
                return linking.AssignNumber(own, number, paid.Payer, paid.At, amount, known, receiptId);

            case ReceiptMatch.Same { Receipt: var own } when own.AttemptId == attempt.Id:
                if (own.IsInferred)
                {
                    own.ConfirmAttempt();
                }

                return SettlementResult.Duplicate;

            case ReceiptMatch.Contradiction { Conflict: var conflict }:
                if (conflict is Conflict.PaidOtherAttempt or Conflict.PaidOtherCheckout)
                {
                    attempt.RecordUnconfirmedPayment(amount, number);
                }

                return checkout.OpenConflict(attempt, conflict, now);

            case ReceiptMatch.OtherAmount:
                // R9: not applied; the query decides, and then a case shows both amounts.
                attempt.RecordUnconfirmedPayment(amount, number);
                attempt.MarkConflictingResult();
                QueryInstead(attempt, now);
                return SettlementResult.Contradiction;
        }

        if (checkout.Receipts.Find(r => r.AttemptId == attempt.Id) is { } inferred)
        {
            linking.Detach(inferred, attempt);
        }

        if (attempt.Status != AttemptStatus.Succeeded)
        {
            checkout.Succeed(attempt, SettledBy.Callback, now);
        }

        if (known is null)
        {
            new ReceiptAllocation(checkout, now).Apply(checkout.NewReceipt(receiptId, attempt, SettledBy.Callback, now, number, paid.Payer, paid.At));
            linking.ResolveAmbiguousMatches();
            return SettlementResult.Applied;
        }

        // The same money, confirmed first (R7).
        var former = known.AttemptId is null ? null : checkout.Matcher.AttemptOf(known);
        linking.Attach(known, attempt, inferred: false);
        linking.RematchAttempt(former, number, receiptId);
        return SettlementResult.Applied;
    }

    /// <summary>A success that names no number.</summary>
    private void Succeed(Attempt attempt, SettledBy by, Guid receiptId, IReadOnlyList<Receipt> loose)
    {
        checkout.Succeed(attempt, by, now);
        if (attempt.UnconfirmedAmount is { } reported && !attempt.ReceiptBelongsToOther)
        {
            checkout.AddCase(new AmountDiffers(PromptFacts.Of(attempt), reported, attempt.UnconfirmedReceipt, by));
        }

        new UnnumberedSuccess(checkout, now).Record(attempt, by, receiptId, loose);
    }

    /// <summary>A trusted callback named money that was not counted, and whoever was asked does not know it: a person compares (R4, R9).</summary>
    private void OpenUnconfirmedPaymentCase(Attempt attempt, Failure? denied)
    {
        if (attempt is { UnconfirmedReceipt: { } number, UnconfirmedAmount: { } amount })
        {
            checkout.AddCase(new UnconfirmedPayment(PromptFacts.Of(attempt), amount, number, attempt.ReceiptBelongsToOther, denied));
            checkout.Changed(now);
        }
    }

    private SettlementResult QueryInstead(Attempt attempt, DateTimeOffset at)
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
            checkout.AddCase(new QueryImpossible(PromptFacts.Of(attempt), attempt.Failure));
        }

        if (wasErased)
        {
            checkout.Changed(now);
        }

        return SettlementResult.Unsettled;
    }
}
