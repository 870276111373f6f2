using MediatR;
using Microsoft.Extensions.Logging;
using Payments.Application.Common;
using Payments.Application.Daraja;
using Payments.Application.Transfers;
using Payments.Domain.Common;
using Payments.Domain.Transfers;

namespace Payments.Application.Reconciliation;

/// <summary>
/// One round of finding out about payouts and refunds: enqueues again what lost its job or waits to be sent, tells people of what has waited
/// for long, asks Safaricom about what is overdue. Answers how many it dealt with.
/// </summary>
public sealed record QueryOverdueTransfers : IRequest<int>;

/// <summary>
/// A round of <see cref="QueryOverdue"/> over payouts and refunds: a query with its own token is committed, asked, and answered by callback. Dies
/// after asking: the callback still finds its query. A row found <c>sending</c> belongs to a run that died: in doubt, and never sent again.
/// </summary>
public sealed partial class QueryOverdueTransfersHandler(
    ITransfers transfers, IStatusQueries questions, IQueryRateLimiter budget, ITransactions transactions, IDaraja daraja, ReconciliationOptions options,
    ILogger<QueryOverdueTransfersHandler> log) : IRequestHandler<QueryOverdueTransfers, int>
{
    public async Task<int> Handle(QueryOverdueTransfers request, CancellationToken cancellationToken)
    {
        var lost = await transactions.Run(_ => transfers.RequeueStale(options.ForgottenAfter, options.BatchSize), cancellationToken);
        if (lost > 0)
        {
            LogForgotten(lost);
        }

        foreach (var untold in await transfers.FindUntold(options.UnsentCaseAfter, options.BatchSize, cancellationToken))
        {
            await transactions.Run(now => TellWait(untold, now), cancellationToken);
        }

        return lost + await new QueryOverdue(budget, transactions, options).Round(
            DarajaQuery.Status, "ask transfer", (most, _) => transfers.ClaimDue(most, options.BatchSize, options.Lease), Ask, cancellationToken);
    }

    private async Task<bool> TellWait(TransferId id, DateTimeOffset now)
    {
        var loaded = await transfers.LoadForChange([id]);
        loaded[0].AnnounceWait(now);
        await transfers.Save(loaded);
        return true;
    }

    private async Task Ask(DueTransfer due, CancellationToken cancellation)
    {
        var question = NewId.Next<StatusQueryId>();
        if (!await transactions.Run(now => Prepare(due, question, now), cancellation))
        {
            return;
        }

        var reply = await daraja.QueryStatus(new(question, null, due.OriginatorId, due.OfPayouts), cancellation);
        if (reply is Reply.Accepted accepted)
        {
            await questions.Accepted(question, accepted.RequestId, accepted.OtherId);
            return;
        }

        await transactions.Run(now => NotTaken(due.Id, question, reply, now), CancellationToken.None);
    }

    /// <summary>Schedules the next question and puts this one on record; false when there is nothing to ask.</summary>
    private async Task<bool> Prepare(DueTransfer due, StatusQueryId question, DateTimeOffset now)
    {
        var loaded = await transfers.LoadForChange([due.Id]);
        var transfer = loaded[0];
        if (transfer.IsSettled || transfer.Status == TransferStatus.Queued)
        {
            return false;
        }

        transfer.MarkInDoubt("The process that sent it ended before Safaricom's reply.", now);
        var asks = due.OriginatorId is not null;
        var inDoubt = transfer.Status == TransferStatus.InDoubt;
        if (due.Questions > ReconciliationOptions.Read(options.TransferScheduleOf(inDoubt)).Count)
        {
            transfer.ExhaustQueries(now);
            asks = false;
        }
        else
        {
            // After the last question only its answer is waited for.
            transfer.PostponeQuery(now + (options.NextOfTransfer(inDoubt, due.Questions) ?? options.LastAnswer));
            transfer.RecordQueryFailure(transfer.LastAnswer ?? (asks ? "Safaricom was asked." : "Safaricom gave no id to ask by."), now);
        }

        LogAsked(transfer.TypeName, transfer.PublicId, due.Questions, EnumNames.Name(transfer.Status));
        await transfers.Save(loaded);
        if (asks)
        {
            await questions.Add(question, StatusQueryKind.Status, transfer.TransferId.Value);
        }

        return asks;
    }

    private async Task<bool> NotTaken(TransferId id, StatusQueryId question, Reply reply, DateTimeOffset now)
    {
        var loaded = await transfers.LoadForChange([id]);
        var transfer = loaded[0];
        var why = reply is Reply.Refused refused ? refused.Failure.Message : ((Reply.Indeterminate)reply).Why;
        transfer.RecordQueryFailure($"The question was not taken: {why}", now);
        if (reply is Reply.Refused { WasUnread: true } && now < transfer.SendingAt + ReconciliationOptions.Length(options.DoubtSchedule))
        {
            // An outage must not use the questions up; one that outlasts them all ends on a person's desk all the same.
            await questions.Withdraw(question);
            transfer.DiscountQuery(now + options.UnaskedRetry, now);
        }
        else
        {
            await questions.Answered([(question, $"The question was not taken: {why}")]);
        }

        await transfers.Save(loaded);
        return true;
    }

    [LoggerMessage(EventName = "transfer_asked", Level = LogLevel.Information, Message = "Question {Question} about the {Noun} {TransferId}; it is {Status}")]
    private partial void LogAsked(string noun, string transferId, int question, string status);

    [LoggerMessage(EventName = "transfer_forgotten", Level = LogLevel.Warning, Message = "{Count} queued payouts or refunds had lost their job and have a new one")]
    private partial void LogForgotten(int count);
}
