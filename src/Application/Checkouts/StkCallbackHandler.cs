using Payments.Application.Callbacks;
using Payments.Application.Common;
using Payments.Domain.Callbacks;
using Payments.Domain.Common;

namespace Payments.Application.Checkouts;

/// <summary>What the result of an STK push means (R3–R6, R9).</summary>
internal static class StkCallbackHandler
{
    public static void CollectKeys(ParsedCallback read, BatchKeys keys)
    {
        if (read.Row.SubjectId is { } attempt)
        {
            keys.Attempts.Add(attempt);
        }
    }

    public static void CollectKeys(ParsedCallback read, CallbackMessage.StkResult result, BatchKeys keys)
    {
        CollectKeys(read, keys);
        if (read.Row.SubjectId is not null && result.Outcome is PaymentResult.Succeeded { Receipt: { } number })
        {
            keys.Numbers.Add(number);
        }
    }

    public static CallbackResult Apply(ParsedCallback read, CallbackMessage.StkResult result, CallbackBatch books, DateTimeOffset now)
    {
        if (read.Row.SubjectId is not { } attemptId)
        {
            if (result.RequestId is { } hinted)
            {
                books.Hints.Add(hinted);
            }

            return read.WithVerdict(Verdict.Hint, "Its address carries no valid token; at most it is a reason to ask Safaricom.");
        }

        if (books.Attempt(attemptId) is not var (checkout, attempt))
        {
            return read.WithVerdict(Verdict.Unmatched, "Its token was made for a prompt that is not in this database.");
        }

        if (!attempt.HasProviderIds(result.RequestId))
        {
            // R3: the right token with another push's id is not this push's callback.
            return read.WithVerdict(Verdict.Hint, "Its CheckoutRequestID is not that of the prompt its address belongs to.");
        }

        attempt.RecordProviderIds(result.RequestId);
        var receipt = books.Receipt((result.Outcome as PaymentResult.Succeeded)?.Receipt);
        var shown = receipt?.Payer;
        var verdict = checkout.ApplyCallback(attempt, result.Outcome, receipt, NewId.Next(), now);
        books.Index(checkout);
        if (receipt is { IsInferred: false } && receipt.AttemptId == attempt.Id)
        {
            // A confirmation told of it before, and how it showed the payer, who is known now.
            books.Hashes.Look(shown, attempt.Phone, isCertain: true);
        }

        return read.WithVerdict(verdict, verdict == Verdict.Hint ? "It settles nothing by itself; Safaricom is asked." : null);
    }
}
