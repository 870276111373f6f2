using Payments.Application.C2b;
using Payments.Application.Callbacks;
using Payments.Application.Common;
using Payments.Domain.Common;
using Payments.Domain.Receipts;

namespace Payments.Application.Checkouts;

/// <summary>What the result of an STK push means (R3–R6, R9).</summary>
internal sealed class StkCallbackHandler : ICallbackHandler
{
    public IReadOnlyCollection<CallbackKind> Kinds => [CallbackKind.Stk];

    public void CollectKeys(ParsedCallback callback, BatchKeys keys, DateTimeOffset now)
    {
        if (callback.Row.SubjectId is not { } attempt)
        {
            return;
        }

        keys.Attempts.Add(new(attempt));
        if (callback.Message is CallbackMessage.StkResult { Outcome: PaymentResult.Succeeded { Receipt: { } number } })
        {
            keys.Numbers.Add(number);
        }
    }

    public CallbackResult Apply(ParsedCallback callback, CallbackBatch batch, DateTimeOffset now) => callback.Message switch
    {
        CallbackMessage.StkResult result => Apply(callback, result, batch, now),
        CallbackMessage.Malformed malformed => Apply(callback, malformed, batch, now),
        _ => callback.Unexpected(),
    };

    private static CallbackResult Apply(ParsedCallback callback, CallbackMessage.StkResult result, CallbackBatch batch, DateTimeOffset now)
    {
        if (callback.Row.SubjectId is not { } attemptId)
        {
            if (result.RequestId is { } hinted)
            {
                batch.Add(new PaymentHinted(hinted));
            }

            return callback.WithVerdict(Verdict.Hint, "Its address carries no valid token; at most it is a reason to ask Safaricom.");
        }

        if (batch.Attempt(new(attemptId)) is not var (checkout, attempt))
        {
            return callback.WithVerdict(Verdict.Unmatched, "Its token was made for a prompt that is not in this database.");
        }

        if (!attempt.HasProviderIds(result.RequestId))
        {
            // R3: the right token with another push's id is not this push's callback.
            return callback.WithVerdict(Verdict.Hint, "Its CheckoutRequestID is not that of the prompt its address belongs to.");
        }

        attempt.RecordProviderIds(result.RequestId);
        var receipt = batch.Receipt((result.Outcome as PaymentResult.Succeeded)?.Receipt);
        var shown = receipt?.Payer;
        var verdict = checkout.Settle(attempt, new PaymentEvidence.Callback(result.Outcome, receipt), NewId.Next<ReceiptId>(), now).ToVerdict();
        batch.Index(checkout);
        if (receipt is { IsInferred: false } && receipt.AttemptId == attempt.Id)
        {
            // A confirmation told of it before, and how it showed the payer, who is known now.
            batch.Add(new PayerShown(shown, attempt.Phone, IsCertain: true));
        }

        return callback.WithVerdict(verdict, verdict == Verdict.Hint ? "It settles nothing by itself; Safaricom is asked." : null);
    }

    private static CallbackResult Apply(ParsedCallback callback, CallbackMessage.Malformed malformed, CallbackBatch batch, DateTimeOffset now)
    {
        if (callback.Row.SubjectId is { } attemptId && batch.Attempt(new(attemptId)) is var (checkout, attempt))
        {
            checkout.MarkUnreadableResult(attempt, now);
        }

        return callback.WithVerdict(Verdict.Malformed, malformed.Why);
    }
}
