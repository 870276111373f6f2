using MediatR;
using Microsoft.Extensions.Logging;
using Payments.Domain;

namespace Payments.Application;

/// <summary>One round of finding out: asks Safaricom about pushes whose answer is overdue. Answers how many it dealt with.</summary>
/// <param name="CheckoutId">Only about this checkout's, because somebody is waiting for it; null for whatever is due.</param>
public sealed record AskOverdue(Guid? CheckoutId = null) : IRequest<int>;

/// <summary>
/// Takes the questions that are due (SKIP LOCKED, with a lease: several workers never ask the same), asks outside any transaction, and
/// writes each answer under its checkout's lock. Dies after taking: the lease runs out and the question is asked again. A push found
/// <c>sending</c> belongs to a process that died before its reply: it becomes <c>unknown</c> and is never sent again.
/// </summary>
public sealed partial class AskOverdueHandler(
    ICheckouts checkouts, ITransactions transactions, IDaraja daraja, ReconciliationOptions options, ILogger<AskOverdueHandler> log)
    : IRequestHandler<AskOverdue, int>
{
    private sealed record Told(DueAttempt Due, Outcome? Outcome);

    /// <inheritdoc/>
    public async Task<int> Handle(AskOverdue request, CancellationToken cancellationToken)
    {
        var due = await checkouts.TakeDue(request.CheckoutId, options.BatchSize, options.Lease, cancellationToken);
        var told = new System.Collections.Concurrent.ConcurrentQueue<Told>();
        try
        {
            await Parallel.ForEachAsync(
                due, new ParallelOptions { MaxDegreeOfParallelism = options.Parallel, CancellationToken = cancellationToken },
                async (attempt, stop) =>
                {
                    using var span = Traces.Continue("ask attempt", attempt.TraceParent);
                    var outcome = attempt.RequestId is { } id ? await daraja.AskPrompt(id, stop) : null;
                    if (!stop.IsCancellationRequested)
                    {
                        told.Enqueue(new(attempt, outcome));
                    }
                });
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The process is ending: what was answered is written all the same, the rest is asked again when its lease runs out.
        }

        foreach (var answer in told)
        {
            await transactions.Run(now => Record(answer, now), CancellationToken.None);
        }

        return due.Count;
    }

    private async Task<bool> Record(Told told, DateTimeOffset now)
    {
        var loaded = await checkouts.LoadForChange(new(Ids: [told.Due.CheckoutId], WithTillReceipts: told.Outcome is Outcome.Paid));
        var checkout = loaded.Checkouts[0];
        var attempt = checkout.Attempts.Find(a => a.Id == told.Due.Id)!;
        if (attempt.Status == AttemptStatus.Succeeded)
        {
            return true;
        }

        checkout.Doubt(attempt, "The process that sent it ended before Safaricom's reply.", now);
        var outcome = told.Outcome ?? new Outcome.Unclear("Safaricom gave no id to ask by.");
        attempt.LastAnswer = Describe(outcome);
        attempt.Touch();
        if (!checkout.HearAnswer(attempt, outcome, NewId.Next(), now, loaded.Unmatched))
        {
            Schedule(checkout, attempt, outcome, now);
        }

        LogAnswer(PublicId.Write(PublicId.Attempt, attempt.Id), attempt.Questions, attempt.LastAnswer, Wire.Name(attempt.Status));
        await checkouts.Save([checkout]);
        return true;
    }

    private void Schedule(Checkout checkout, Attempt attempt, Outcome outcome, DateTimeOffset now)
    {
        var believed = attempt.StartedAt + Attempt.EarlyFailure;
        if (outcome is Outcome.NotPaid && now < believed)
        {
            // Too early to be believed: look again as soon as it may be.
            attempt.NextQuestionAt = believed;
        }
        else if (options.Next(attempt.RequestId is not null, attempt.Questions) is { } wait)
        {
            attempt.NextQuestionAt = now + wait;
        }
        else
        {
            checkout.GiveUp(attempt, now);
        }
    }

    private static string Describe(Outcome outcome) => outcome switch
    {
        Outcome.Paid => "paid",
        Outcome.NotPaid failed => $"not paid ({failed.Failure.ResultCode})",
        Outcome.Pending => "still pending",
        Outcome.Unclear unclear => unclear.Why,
        _ => throw new InvalidOperationException($"Unknown outcome {outcome.GetType().Name}."),
    };

    [LoggerMessage(
        EventName = "attempt_asked", Level = LogLevel.Information,
        Message = "Question {Question} about {AttemptId}: {LastAnswer}; it is {Status}")]
    private partial void LogAnswer(string attemptId, int question, string? lastAnswer, string status);
}
