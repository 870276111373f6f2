using Payments.Domain.Cases;
using Payments.Domain.Common;

namespace Payments.Domain.Transfers;

/// <summary>The half of <see cref="Transfer"/> that waits to be sent: not sent is not failed (R19).</summary>
public abstract partial class Transfer
{
    /// <summary>True when the caller took it back before it was sent: a failure nobody is to blame for.</summary>
    public bool IsCancelled => Status == TransferStatus.Failed && SendingAt is null;

    /// <summary>Something here keeps it from being sent; it was not tried.</summary>
    /// <param name="retryAt">When to try again; null when a person decides.</param>
    public void Wait(SendBlocker blocker, string why, DateTimeOffset? retryAt, DateTimeOffset now)
    {
        if (Status == TransferStatus.Queued)
        {
            wait = wait with { For = blocker, RetryAt = retryAt };
            Answered(why);
            MarkModified(now);
        }
    }

    /// <summary>Takes it back. Twice is the same as once.</summary>
    /// <returns>False when it may have been sent.</returns>
    public bool Cancel(DateTimeOffset now)
    {
        if (Status == TransferStatus.Queued)
        {
            request = request.Fail(new(FailureCode.Cancelled, null, "It was cancelled before it was sent.", Retryable: true), SettledBy, now);
            events.Add($"{TypeName}.cancelled");
            MarkModified(now);
        }

        return IsCancelled;
    }

    /// <summary>It has waited so long that a person is told; once.</summary>
    public void AnnounceWait(DateTimeOffset now)
    {
        if (Status != TransferStatus.Queued || wait.IsAnnounced)
        {
            return;
        }

        wait = wait with { IsAnnounced = true };
        cases.Add(new NotSent(Facts, CreatedAt, LastAnswer, IsAfterRestore: wait.For == SendBlocker.Restored));
        MarkModified(now);
    }
}
