using Payments.Domain.Common;
using Payments.Domain.Requests;

namespace Payments.Domain.Transfers;

/// <summary>The part of <see cref="Transfer"/> that is sent, once (R1, R2).</summary>
public abstract partial class Transfer
{
    /// <summary>
    /// Begins the one sending. Committed before the first byte leaves. Dies before the commit: still queued, nothing was sent, another
    /// job sends. Dies after it: the next run finds it sending, calls it in doubt and sends nothing.
    /// </summary>
    /// <param name="askAt">When to ask Safaricom if nothing has been heard by then.</param>
    /// <param name="isNamed">
    /// False where the API takes no name of ours (B2C v1): then there is none to ask by until the reply or a result tells Safaricom's, as with a
    /// payment to a business.
    /// </param>
    public void Send(DateTimeOffset askAt, DateTimeOffset now, bool isNamed = true)
    {
        request = request.Send(askAt, now);
        if (HasOwnName)
        {
            request = request with { Ids = request.Ids with { OtherId = isNamed ? OriginatorId ?? TransferId.Value.ToString() : null } };
        }

        wait = wait.Over;
        MarkModified(now);
    }

    /// <summary>Safaricom's reply: accepted. After a callback, or once in doubt, it only fills in the ids.</summary>
    public void Accepted(string? conversationId, string? originatorId, DateTimeOffset now)
    {
        request = request.Accept(new(conversationId, originatorId));
        MarkModified(now);
    }

    /// <summary>Safaricom's reply: refused at once, nothing will happen. A trusted callback that said otherwise is believed instead.</summary>
    public void Refused(Failure failure, DateTimeOffset now)
    {
        if (callbackReceived || request.Status is not (RequestStatus.Sending or RequestStatus.InDoubt))
        {
            return;
        }

        if (MayHaveHappened(failure))
        {
            HoldRefusedReversal(failure, now);
        }
        else
        {
            Fail(failure, null, now);
        }
    }

    /// <summary>No reply, or one that says nothing: it may have been accepted, so it is never sent again.</summary>
    public void MarkInDoubt(string why, DateTimeOffset now)
    {
        if (request.Status == RequestStatus.Sending)
        {
            EnterDoubt(now);
            request = request.LoseReply(why);
        }
    }

    /// <summary>
    /// Nothing of it left this process: back into the queue. Only the sending itself knows that, so its time names it: told a second time,
    /// after another sending has begun, this changes nothing. Whoever found it <c>sending</c> meanwhile and called it in doubt was wrong.
    /// </summary>
    /// <param name="sendingAt">The <see cref="SendingAt"/> of the sending that could not send.</param>
    public void NotSent(SendBlocker blocker, string why, DateTimeOffset sendingAt, DateTimeOffset retryAt, DateTimeOffset now)
    {
        var isUntouched = request.Status == RequestStatus.Sending || (request.Status == RequestStatus.InDoubt && NextQueryAt is not null);
        if (callbackReceived || !isUntouched || SendingAt != sendingAt)
        {
            return;
        }

        // In doubt it was no longer told of as waiting.
        wait = wait with { IsAnnounced = wait.IsAnnounced && request.Status == RequestStatus.Sending };
        request = request with { Status = RequestStatus.Queued, SendingAt = null, UnknownReason = null, Queries = request.Queries with { Count = 0, NextAt = null } };
        Wait(blocker, why, retryAt, now);
    }

    /// <summary>
    /// Safaricom speaks of one that is queued here: a life of these books that was forgotten, by a restore, has sent it. So it is not sent
    /// again, and what is not told is asked.
    /// </summary>
    private void WasSent(DateTimeOffset now)
    {
        if (request.Status == RequestStatus.Queued)
        {
            request = request with { Status = RequestStatus.Sent, SendingAt = now, Queries = request.Queries.NoLaterThan(now) };
            MarkModified(now);
        }
    }
}
