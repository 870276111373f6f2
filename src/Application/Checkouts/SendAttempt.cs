using MediatR;
using Payments.Application.Common;
using Payments.Application.Daraja;
using Payments.Domain.Checkouts;
using Payments.Domain.Common;

namespace Payments.Application.Checkouts;

/// <summary>Sends the push of an attempt just committed as <c>sending</c>, once, and records Safaricom's reply.</summary>
public sealed record SendAttempt(CheckoutId CheckoutId, AttemptId AttemptId) : IRequest<bool>
{
    /// <summary>
    /// Starts the push and waits for its reply at most <paramref name="patience"/>: the caller gets an answer in time, the push goes on.
    /// </summary>
    public static async Task WaitFor(IBackgroundCommands detached, SendAttempt command, TimeSpan patience)
    {
        var sending = detached.Send(command);
        await Task.WhenAny(sending, Task.Delay(patience));
    }
}

/// <summary>
/// Runs once per attempt, in the process that committed it. Dies before the call: nothing was sent, reconciliation finds
/// <c>sending</c>. Dies after it: the callback's token still finds the attempt. The reply comes after the callback: only ids are filled in.
/// </summary>
public sealed class SendAttemptHandler(ICheckouts checkouts, ITransactions transactions, IDaraja daraja) : IRequestHandler<SendAttempt, bool>
{
    public async Task<bool> Handle(SendAttempt request, CancellationToken cancellationToken)
    {
        var checkout = await checkouts.Find(request.CheckoutId, cancellationToken)
            ?? throw new InvalidOperationException($"Checkout {request.CheckoutId.Value} of a committed attempt is not there.");
        var attempt = checkout.Attempts.Find(a => a.Id == request.AttemptId);
        if (attempt is not { Status: AttemptStatus.Sending })
        {
            return false;
        }

        var reply = await daraja.SendStkPush(
            new(attempt.Id, attempt.Phone!.Value, attempt.Amount, checkout.Account.Value, checkout.Description), cancellationToken);

        return await transactions.RunWithRetry(
            async now =>
            {
                var loaded = await checkouts.LoadForChange(new(Ids: [request.CheckoutId]));
                Record(loaded.Checkouts[0], request.AttemptId, reply, now);
                await checkouts.Save(loaded.Checkouts);
                return true;
            });
    }

    private static void Record(Checkout checkout, AttemptId attemptId, Reply reply, DateTimeOffset now)
    {
        var attempt = checkout.Attempts.Find(a => a.Id == attemptId)!;
        switch (reply)
        {
            case Reply.Accepted accepted:
                checkout.Accepted(attempt, accepted.RequestId, accepted.OtherId, now);
                break;
            case Reply.Refused refused:
                checkout.Refused(attempt, refused.Failure, now);
                break;
            case Reply.Indeterminate doubtful:
                checkout.MarkOutcomeUnknown(attempt, doubtful.Why, now);
                break;
        }
    }
}
