using MediatR;
using Microsoft.Extensions.Logging;
using Payments.Application.Callbacks;
using Payments.Application.Common;
using Payments.Application.Daraja;
using Payments.Application.Reconciliation;
using Payments.Application.Restores;
using Payments.Application.Telemetry;
using Payments.Domain.Common;
using Payments.Domain.Payouts;
using Payments.Domain.Refunds;
using Payments.Domain.Transfers;

namespace Payments.Application.Transfers;

/// <summary>Sends a queued payout or refund, once, and records Safaricom's reply. True when this run tried to.</summary>
public sealed record SendTransfer(TransferId Id) : IRequest<bool>;

/// <summary>
/// Three steps: <c>sending</c> is committed, the request goes out, the reply is committed. What if the process dies:
/// before the first commit — still queued, nothing sent, the sweep enqueues it again;
/// after it, before, during or after the call — <c>sending</c>; the next run, or the reconciler, makes it <c>in_doubt</c>, nobody sends;
/// after the second commit — done.
/// What cannot be sent is not tried, or found out to have been kept here, and goes back into the queue (R19): dies before that commit —
/// <c>sending</c>, so in doubt, though nothing left; dies after it — the sweep tries again when its time has come.
/// Two runs at once meet at the row's lock: one sends, the other finds <c>sending</c>, doubts and sends nothing; the sender's reply then
/// still fills in the ids or the refusal. The result beats the reply: it settles, and the reply only fills in ids.
/// </summary>
public sealed partial class SendTransferHandler(
    ITransfers transfers, IRestores restores, ITransactions transactions, IDaraja daraja, ReconciliationOptions options, ITraceContexts contexts,
    ILogger<SendTransferHandler> log)
    : IRequestHandler<SendTransfer, bool>
{
    public async Task<bool> Handle(SendTransfer request, CancellationToken cancellationToken)
    {
        var trace = Traces.IsOn ? (await contexts.Of([request.Id.Value])).GetValueOrDefault(request.Id.Value) : null;
        using var span = Traces.Continue("send transfer", trace);
        var (begun, hadWaited) = await transactions.Run(now => Begin(request.Id, now), cancellationToken);
        if (begun is null)
        {
            return false;
        }

        span?.SetTag("payments.transfer", begun.PublicId);

        // From here on nobody may stop it half way: the reply is recorded even while the host shuts down.
        var reply = await Send(begun, CancellationToken.None);
        await transactions.RunWithRetry(now => Record(begun, reply, now));
        LogReply(begun.TypeName, begun.PublicId, reply is Reply.Refused { Blocker: not null } ? "none, it was not sent" : reply.GetType().Name);
        if (hadWaited && reply is not Reply.Refused { Blocker: not null })
        {
            // What kept it keeps the others no more. Dies before this: the next one that tries lets them go.
            await transactions.Run(_ => transfers.LetWaitingGo(begun), CancellationToken.None);
        }

        return true;
    }

    private async Task<(Transfer? Begun, bool HadWaited)> Begin(TransferId id, DateTimeOffset now)
    {
        if (await transfers.LoadForChange([id]) is not [var transfer])
        {
            throw new InvalidOperationException($"The payout or refund {id.Value} of a committed job is not there.");
        }

        var hadWaited = transfer.WaitingFor is not null;
        if (transfer.Status != TransferStatus.Queued)
        {
            LogNotSent(transfer.TypeName, transfer.PublicId, EnumNames.Name(transfer.Status));
            transfer.MarkInDoubt("A job found it already being sent; whether the request left is not known.", now);
        }
        else if (!await IsHeld(transfer, now))
        {
            transfer.Send(now + options.NextOfTransfer(inDoubt: false, 0)!.Value, now, daraja.NamesTransfers);
        }

        await transfers.Save([transfer]);
        return (transfer.Status == TransferStatus.Sending && transfer.OriginalStatus == TransferStatus.Queued ? transfer : null, hadWaited);
    }

    /// <summary>What need not be tried to be known: a restore that is not over, a certificate that is not there, an API that is left alone.</summary>
    private async Task<bool> IsHeld(Transfer transfer, DateTimeOffset now)
    {
        // A payout to a phone has a name that Safaricom takes once (B2C v1 apart), and cannot be sent twice. What has none might be; and a refund might give back
        // what has gone back since the backup, which these books do not know of.
        if ((!transfer.HasOwnName || !daraja.NamesTransfers || transfer is Refund) && await restores.IsUnderWay())
        {
            transfer.Wait(SendBlocker.Restored, "These books do not know what was sent since their backup was made.", null, now);
            transfer.AnnounceWait(now);
            return true;
        }

        var method = transfer is Payout payout ? payout.Method : transfer.HasOwnName ? PayoutMethod.Mpesa : (PayoutMethod?)null;
        if (daraja.WhyNotNow(method) is not { Blocker: { } blocker } why)
        {
            return false;
        }

        transfer.Wait(blocker, why.Failure.Message, RetryAt(transfer, why, now), now);
        return true;
    }

    private DateTimeOffset RetryAt(Transfer transfer, Reply.Refused kept, DateTimeOffset now) =>
        now + (kept is { Paused: true, Failure.RetryAfter: { } pause } ? pause : options.UnsentRetryAfter(now - transfer.CreatedAt));

    private Task<Reply> Send(Transfer transfer, CancellationToken cancellation) => transfer switch
    {
        Payout p => daraja.Transfer(
            new(SubjectKind.Payout, p.Id.Value, p.OriginatorId ?? "", p.Method, p.Recipient!, p.Account, p.Amount, p.Reason, p.Remarks!), cancellation),
        Refund { Method: RefundMethod.B2c } r => daraja.Transfer(
            new(SubjectKind.Refund, r.Id.Value, r.OriginatorId ?? "", PayoutMethod.Mpesa, r.Recipient!.Value.Value, null, r.Amount, "business", r.Reason!), cancellation),
        Refund r => daraja.Reverse(new(r.Id, r.OriginalReceipt, r.Amount, r.Reason!), cancellation),
        _ => throw new InvalidOperationException($"Nothing sends a {transfer.GetType().Name}."),
    };

    private async Task<bool> Record(Transfer begun, Reply reply, DateTimeOffset now)
    {
        var loaded = await transfers.LoadForChange([begun.TransferId]);
        var transfer = loaded[0];
        switch (reply)
        {
            case Reply.Accepted accepted:
                transfer.Accepted(accepted.RequestId, accepted.OtherId, now);
                break;
            case Reply.Refused { Blocker: { } blocker } kept:
                transfer.NotSent(blocker, kept.Failure.Message, begun.SendingAt!.Value, RetryAt(transfer, kept, now), now);
                break;
            case Reply.Refused refused:
                transfer.Refused(refused.Failure, now);
                break;
            case Reply.Indeterminate doubtful:
                transfer.MarkInDoubt($"Safaricom's reply: {doubtful.Why}.", now);
                break;
        }

        await transfers.Save(loaded);
        return true;
    }

    [LoggerMessage(EventName = "transfer_replied", Level = LogLevel.Information, Message = "The {Noun} {TransferId} was sent; Safaricom's reply: {Reply}")]
    private partial void LogReply(string noun, string transferId, string reply);

    [LoggerMessage(EventName = "transfer_not_sent", Level = LogLevel.Warning, Message = "The {Noun} {TransferId} is {Status}, not queued; nothing is sent")]
    private partial void LogNotSent(string noun, string transferId, string status);
}
