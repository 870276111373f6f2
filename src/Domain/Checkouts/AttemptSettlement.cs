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
    private readonly ReceiptAllocation allocation = new(checkout, now);
    private readonly ReceiptLinking linking = new(checkout, now);
    private readonly AttemptQueries queries = new(checkout, now);

    /// <param name="receiptId">The id a new receipt would get.</param>
    public SettlementResult Apply(Attempt attempt, PaymentEvidence evidence, ReceiptId receiptId) => evidence switch
    {
        PaymentEvidence.Callback callback => Apply(attempt, callback, receiptId),
        PaymentEvidence.Query query => Apply(attempt, query, receiptId),
        PaymentEvidence.Operator decision => Apply(attempt, decision, receiptId),
        _ => throw new InvalidOperationException($"Nobody knows how far {evidence.GetType().Name} is to be believed."),
    };

    public void Fail(Attempt attempt, Failure failure, SettledBy? by)
    {
        checkout.Fail(attempt, failure, by, now);
        linking.SettleAttemptsWithoutQueryId();
        linking.ResolveAmbiguousMatches();
    }

    private SettlementResult Apply(Attempt attempt, PaymentEvidence.Callback callback, ReceiptId receiptId)
    {
        switch (callback.Result)
        {
            case PaymentResult.Succeeded { Receipt: { } number, Amount: { } amount } paid:
                return ApplySuccess(attempt, paid, number, amount, callback.Known, receiptId);

            case PaymentResult.Succeeded:
                // A success that names no money is no proof of money (R9): ask.
                attempt.MarkConflictingResult();
                return queries.QueryInstead(attempt, now);

            case PaymentResult.Failed when attempt.Status == AttemptStatus.Succeeded:
                return SettlementResult.Contradiction;

            case PaymentResult.Failed when attempt.Status == AttemptStatus.Failed:
                return SettlementResult.Duplicate;

            case PaymentResult.Failed { Certainty: Certainty.Final } failed:
                Fail(attempt, failed.Failure, callback.By);
                if (attempt.HasConflictingResult)
                {
                    queries.QueryInstead(attempt, attempt.BelievedFrom(now));
                }

                return SettlementResult.Applied;

            case PaymentResult.Failed doubtful:
                attempt.RecordUnconfirmedFailure(doubtful.Failure);
                return queries.QueryInstead(attempt, attempt.BelievedFrom(now));

            default:
                return queries.QueryInstead(attempt, now);
        }
    }

    /// <returns><see cref="SettlementResult.Unsettled"/> when it settles nothing: its schedule is the caller's.</returns>
    private SettlementResult Apply(Attempt attempt, PaymentEvidence.Query query, ReceiptId receiptId)
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
                queries.OpenUnconfirmedPaymentCase(attempt, again.Failure);
                return SettlementResult.Duplicate;

            case PaymentResult.Failed { Certainty: Certainty.UnknownCode } when attempt.UnconfirmedFailure is null:
                return SettlementResult.Unsettled;

            case PaymentResult.Failed { Certainty: Certainty.UnknownCode }:
                Fail(attempt, attempt.UnconfirmedFailure, query.By);
                return SettlementResult.Applied;

            case PaymentResult.Failed failed:
                Fail(attempt, failed.Failure, query.By);
                queries.OpenUnconfirmedPaymentCase(attempt, failed.Failure);
                return SettlementResult.Applied;

            default:
                return SettlementResult.Unsettled;
        }
    }

    /// <summary>A person found out (<see cref="Requests.ProviderRequest.MayBeSettledByOperator"/>).</summary>
    /// <returns><see cref="SettlementResult.Contradiction"/> when the attempt's state does not allow it.</returns>
    private SettlementResult Apply(Attempt attempt, PaymentEvidence.Operator decision, ReceiptId receiptId)
    {
        switch (decision.Result)
        {
            case var _ when !attempt.Request.MayBeSettledByOperator(decision.IsPaid, isDisputed: attempt.HasConflictingResult || attempt.UnconfirmedReceipt is not null):
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
    private SettlementResult ApplySuccess(Attempt attempt, PaymentResult.Succeeded paid, ReceiptNumber number, Money amount, Receipt? known, ReceiptId receiptId)
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
                queries.QueryInstead(attempt, now);
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
            allocation.Apply(allocation.Record(receiptId, attempt, SettledBy.Callback, number, paid.Payer, paid.At));
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
    private void Succeed(Attempt attempt, SettledBy by, ReceiptId receiptId, IReadOnlyList<Receipt> loose)
    {
        checkout.Succeed(attempt, by, now);
        if (attempt.UnconfirmedAmount is { } reported && !attempt.ReceiptBelongsToOther)
        {
            checkout.AddCase(new AmountDiffers(PromptFacts.Of(attempt), reported, attempt.UnconfirmedReceipt, by));
        }

        new UnnumberedSuccess(checkout, now).Record(attempt, by, receiptId, loose);
    }
}
