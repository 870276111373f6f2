using MediatR;
using Microsoft.Extensions.Logging;
using Payments.Application.Checkouts;
using Payments.Application.Common;
using Payments.Application.Daraja;
using Payments.Domain.Checkouts;
using Payments.Domain.Common;
using Payments.Domain.Receipts;

namespace Payments.Application.Reconciliation;

/// <summary>One round of finding out: asks Safaricom about pushes whose answer is overdue. Answers how many it dealt with.</summary>
/// <param name="CheckoutId">Only about this checkout's, because somebody is waiting for it; null for whatever is due.</param>
public sealed record QueryOverdueAttempts(CheckoutId? CheckoutId = null) : IRequest<int>;

/// <summary>
/// A round of <see cref="QueryOverdue"/> over attempts: each is asked in one call, and its answer written under its checkout's lock as it comes. Dies
/// after asking: it is asked again. A push found <c>sending</c> belongs to a process that died before its reply: it becomes <c>unknown</c> and is
/// never sent again.
/// </summary>
public sealed partial class QueryOverdueAttemptsHandler(
    ICheckouts checkouts, IStatusQueries questions, IQueryRateLimiter budget, ITransactions transactions, IDaraja daraja, ReconciliationOptions options,
    ILogger<QueryOverdueAttemptsHandler> log) : IRequestHandler<QueryOverdueAttempts, int>
{
    public Task<int> Handle(QueryOverdueAttempts request, CancellationToken cancellationToken) => new QueryOverdue(budget, transactions, options)
        .Round<Asked>(DarajaQuery.Stk, "ask attempt", (most, now) => Claim(request.CheckoutId, most, now), Ask, cancellationToken);

    /// <param name="At">When it was claimed: what its answer says was so then, however long it is under way.</param>
    private sealed record Asked(DueAttempt Due, StatusQueryId Question, DateTimeOffset At) : IDueRequest
    {
        public bool HasQueryId => Due.RequestId is not null;

        public string? TraceParent => Due.TraceParent;
    }

    private async Task<IReadOnlyList<Asked>> Claim(CheckoutId? checkoutId, int withId, DateTimeOffset now)
    {
        List<Asked> taken =
            [.. (await checkouts.ClaimDue(checkoutId, withId, options.BatchSize, options.Lease)).Select(due => new Asked(due, NewId.Next<StatusQueryId>(), now))];

        // On record before it is asked: a query whose asker died shows as one that got no answer.
        await questions.AddPrompts([.. taken.Where(asked => asked.HasQueryId).Select(asked => (asked.Question, asked.Due.Id))]);
        return taken;
    }

    private async Task Ask(Asked asked, CancellationToken cancellation)
    {
        var outcome = asked.Due.RequestId is { } id ? await daraja.QueryStk(id, cancellation) : null;

        // What was answered is written also while the host shuts down.
        await transactions.Run(now => Record(asked, outcome, now), CancellationToken.None);
    }

    private async Task<bool> Record(Asked asked, PaymentResult? told, DateTimeOffset now)
    {
        var loaded = await checkouts.LoadForChange(new(Ids: [asked.Due.CheckoutId], WithTillReceipts: told is PaymentResult.Succeeded));
        var checkout = loaded.Checkouts[0];
        var attempt = checkout.Attempts.Find(a => a.Id == asked.Due.Id)!;
        var outcome = told ?? new PaymentResult.Indeterminate("Safaricom gave no id to ask by.");
        if (outcome is PaymentResult.Indeterminate { WasNotAsked: true })
        {
            await questions.Withdraw(asked.Question);
        }
        else if (told is not null)
        {
            await questions.Answered([(asked.Question, Describe(outcome))]);
        }

        if (attempt.Status == AttemptStatus.Succeeded)
        {
            return true;
        }

        checkout.MarkOutcomeUnknown(attempt, "The process that sent it ended before Safaricom's reply.", now);
        attempt.RecordAnswer(Describe(outcome));
        if (checkout.Settle(attempt, new PaymentEvidence.Query(outcome, asked.At, loaded.Unmatched), NewId.Next<ReceiptId>(), now) == SettlementResult.Unsettled)
        {
            await Schedule(checkout, attempt, outcome, asked.At, now);
        }

        LogAnswer(attempt.Id.ToString(), attempt.QueryCount, attempt.LastAnswer, EnumNames.Name(attempt.Status));
        await checkouts.Save([checkout]);
        return true;
    }

    private async Task Schedule(Checkout checkout, Attempt attempt, PaymentResult outcome, DateTimeOffset askedAt, DateTimeOffset now)
    {
        var isAccepted = attempt.RequestId is not null;
        if (outcome is PaymentResult.Failed && attempt.IsEarly(askedAt))
        {
            // Too early to be believed: look again as soon as it may be.
            attempt.Reschedule(attempt.BelievedFrom(now));
        }
        else if (outcome is PaymentResult.Indeterminate { WasNotAsked: true } && now < attempt.StartedAt + ReconciliationOptions.Length(options.PendingSchedule))
        {
            // An outage must not use the questions up; one that outlasts them all ends on a person's desk all the same.
            await checkouts.DiscountQuery(attempt.Id);
            attempt.Reschedule(now + options.UnaskedRetry);
        }
        else if (options.Next(isAccepted, attempt.QueryCount) is { } wait)
        {
            attempt.Reschedule(now + wait);
        }
        else
        {
            checkout.ExhaustQueries(attempt, now);
        }
    }

    private static string Describe(PaymentResult outcome) => outcome switch
    {
        PaymentResult.Succeeded => "paid",
        PaymentResult.Failed failed => $"not paid ({failed.Failure.ResultCode})",
        PaymentResult.Pending => "still pending",
        PaymentResult.Indeterminate unclear => unclear.Why,
        _ => throw new InvalidOperationException($"Unknown outcome {outcome.GetType().Name}."),
    };

    [LoggerMessage(
        EventName = "attempt_asked", Level = LogLevel.Information,
        Message = "Question {Question} about {AttemptId}: {LastAnswer}; it is {Status}")]
    private partial void LogAnswer(string attemptId, int question, string? lastAnswer, string status);
}
