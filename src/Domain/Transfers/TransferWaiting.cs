using Payments.Domain.Cases;
using Payments.Domain.Common;

namespace Payments.Domain.Transfers;

/// <summary>The half of <see cref="Transfer"/> that waits to be sent: not sent is not failed (R19).</summary>
public abstract partial class Transfer
{
    /// <summary>What it waits for; null while it is in line, and once it is queued no more.</summary>
    public SendBlocker? WaitingFor { get; set; }

    /// <summary>When it is tried again; null while it is in line, or when a person decides.</summary>
    public DateTimeOffset? RetryAt { get; set; }

    /// <summary>True once a case has said that it waits: it is said once.</summary>
    public bool IsWaitAnnounced { get; set; }

    /// <summary>True when the caller took it back before it was sent: a failure nobody is to blame for.</summary>
    public bool IsCancelled => Status == TransferStatus.Failed && SendingAt is null;

    /// <summary>
    /// True for what goes by B2C, which takes an id of ours and refuses a second request of that name; B2B and reversals have none. Where the app
    /// has B2C v1 nothing is sent by it (<see cref="Send"/>), and nothing is refused.
    /// </summary>
    public abstract bool HasOwnName { get; }

    /// <summary>Something here keeps it from being sent; it was not tried.</summary>
    /// <param name="retryAt">When to try again; null when a person decides.</param>
    public void Wait(SendBlocker hindrance, string why, DateTimeOffset? retryAt, DateTimeOffset now)
    {
        if (Status == TransferStatus.Queued)
        {
            (WaitingFor, RetryAt, LastAnswer) = (hindrance, retryAt, why);
            MarkModified(now);
        }
    }

    /// <summary>
    /// Nothing of it left this process: back into the queue. Only the sending itself knows that, so its time names it: told a second time,
    /// after another sending has begun, this changes nothing. Whoever found it <c>sending</c> meanwhile and called it in doubt was wrong.
    /// </summary>
    /// <param name="sendingAt">The <see cref="SendingAt"/> of the sending that could not send.</param>
    public void NotSent(SendBlocker hindrance, string why, DateTimeOffset sendingAt, DateTimeOffset retryAt, DateTimeOffset now)
    {
        var isUntouched = Status == TransferStatus.Sending || (Status == TransferStatus.InDoubt && NextQueryAt is not null);
        if (CallbackReceived || !isUntouched || SendingAt != sendingAt)
        {
            return;
        }

        // In doubt it was no longer told of as waiting.
        IsWaitAnnounced &= Status == TransferStatus.Sending;
        Status = TransferStatus.Queued;
        (SendingAt, NextQueryAt, UnknownReason, QueryCount) = (null, null, null, 0);
        Wait(hindrance, why, retryAt, now);
    }

    /// <summary>Takes it back. Twice is the same as once.</summary>
    /// <returns>False when it may have been sent.</returns>
    public bool Cancel(DateTimeOffset now)
    {
        if (Status == TransferStatus.Queued)
        {
            Status = TransferStatus.Failed;
            Failure = new(FailureCode.Cancelled, null, "It was cancelled before it was sent.", Retryable: true);
            EndedAt = now;
            events.Add($"{TypeName}.cancelled");
            MarkModified(now);
        }

        return IsCancelled;
    }

    /// <summary>It has waited so long that a person is told; once.</summary>
    public void AnnounceWait(DateTimeOffset now)
    {
        if (Status != TransferStatus.Queued || IsWaitAnnounced)
        {
            return;
        }

        IsWaitAnnounced = true;
        cases.Add(new NotSent(Facts, CreatedAt, LastAnswer, IsAfterRestore: WaitingFor == SendBlocker.Restored));
        MarkModified(now);
    }

    /// <summary>
    /// Safaricom speaks of one that is queued here: a life of these books that was forgotten, by a restore, has sent it. So it is not sent
    /// again, and what is not told is asked.
    /// </summary>
    private void WasSent(DateTimeOffset now)
    {
        if (Status == TransferStatus.Queued)
        {
            Status = TransferStatus.Sent;
            SendingAt = now;
            ScheduleQuery(now);
            MarkModified(now);
        }
    }
}
