using Payments.Application;
using Payments.Domain;

namespace Payments.Tests.Unit;

/// <summary>Payouts and refunds.</summary>
internal sealed partial class Store : ITransfers, IPayouts, IRefunds
{
    private readonly Dictionary<Guid, Transfer> transfers = [];
    private readonly Dictionary<Guid, DateTimeOffset> enqueuedAt = [];

    public IReadOnlyCollection<Transfer> Transfers => transfers.Values;

    public Task<Guid?> Add(Payout payout)
    {
        Put(transfers, payout.Id, Copies.Of(payout));
        Put(enqueuedAt, payout.Id, time.Database);
        Enqueue(payout.Id);
        return Task.FromResult<Guid?>(null);
    }

    public Task Add(Refund refund)
    {
        Put(transfers, refund.Id, Copies.Of(refund));
        Put(enqueuedAt, refund.Id, time.Database);
        Enqueue(refund.Id);
        return Task.CompletedTask;
    }

    Task<IReadOnlyList<Transfer>> ITransfers.LoadForChange(IReadOnlyCollection<Guid> ids) =>
        Task.FromResult<IReadOnlyList<Transfer>>([.. transfers.Keys.Where(ids.Contains).Select(id => Copies.Of(transfers[id]))]);

    public Task<IReadOnlyList<Guid>> CheckoutsOf(IReadOnlyCollection<Guid> ids) => Task.FromResult<IReadOnlyList<Guid>>(
        [.. ids.Where(transfers.ContainsKey).Select(id => transfers[id]).OfType<Refund>().Select(r => r.CheckoutId).OfType<Guid>().Distinct()]);

    public async Task Save(IReadOnlyCollection<Transfer> saved)
    {
        foreach (var transfer in saved.Where(t => t.Change == Change.Updated))
        {
            var before = transfers[transfer.Id].Status;
            Check(before == transfer.LoadedStatus, "a transfer was changed without its lock");
            Check(before != TransferStatus.Completed || transfer.Status == TransferStatus.Completed, "completed is never undone");
            Check((transfer.Status == TransferStatus.Queued) == (transfer.SendingAt is null), "transfers.sending_at");
            Check(transfer.IsSettled == (transfer.EndedAt is not null), "transfers.ended_at");
            Check((transfer.Status == TransferStatus.Failed) == (transfer.Failure is not null), "transfers.failure_code");
            Check(transfer.NextQuestionAt is null || transfer.Status is TransferStatus.Sending or TransferStatus.Sent or TransferStatus.InDoubt, "transfers.next_question_at");
            Put(transfers, transfer.Id, Copies.Of(transfer));
            Tell(transfer.Id, transfer.Events);
            Open(transfer.Cases);
            if (transfer.IsSettled && before != transfer.Status && transfer.SettledBy is not (null or SettledBy.Operator))
            {
                Close(transfer.Id, transfer.Status == TransferStatus.Completed, CaseKind.OutcomeUnknown, CaseKind.ReversalRefused);
            }
        }

        await TurnedRefunds.Count(this, saved);
    }

    public Task<IReadOnlyList<DueTransfer>> TakeDue(int askable, int others, TimeSpan lease)
    {
        var due = transfers.Values.Where(t => t.NextQuestionAt <= time.Database).OrderBy(t => t.NextQuestionAt).ToList();
        var taken = due.Where(t => t.OriginatorId is not null).Take(askable).Concat(due.Where(t => t.OriginatorId is null).Take(others)).ToList();
        foreach (var transfer in taken)
        {
            var row = Copies.Of(transfer);
            (row.NextQuestionAt, row.Questions) = (time.Database + lease, row.Questions + 1);
            Put(transfers, row.Id, row);
            Put(askedAt, row.Id, time.Database);
        }

        return Task.FromResult<IReadOnlyList<DueTransfer>>(
            [.. taken.Select(t => new DueTransfer(t.Id, t is Payout or Refund { Method: RefundMethod.B2c }, t.OriginatorId, t.Questions + 1, null))]);
    }

    public Task<int> EnqueueForgotten(TimeSpan age, int limit)
    {
        var lost = transfers.Values.Where(t => t.Status == TransferStatus.Queued
            && (enqueuedAt[t.Id] < time.Database - age || enqueuedAt[t.Id] > time.Database + Slack)).Select(t => t.Id).ToList();
        foreach (var id in lost)
        {
            Put(enqueuedAt, id, time.Database);
            Enqueue(id);
        }

        return Task.FromResult(lost.Count);
    }

    Task<int> ITransfers.AskSooner(IReadOnlyCollection<string> ids, int most) => Task.FromResult(0);

    public Task<ReceiptToRefund?> LoadReceipt(Guid receiptId)
    {
        if (!receipts.TryGetValue(receiptId, out var row))
        {
            return Task.FromResult<ReceiptToRefund?>(null);
        }

        if (row.CheckoutId is { } id && Assemble(id) is var checkout)
        {
            return Task.FromResult<ReceiptToRefund?>(new(checkout.Receipts.Single(r => r.Id == receiptId), checkout));
        }

        var alone = Copies.Of(row);
        alone.Refunds.AddRange(RefundsOf(receiptId));
        return Task.FromResult<ReceiptToRefund?>(new(alone, null));
    }

    Task<Payout?> IPayouts.Find(Guid id, CancellationToken cancellation) => throw new NotSupportedException();

    Task<IReadOnlyList<Payout>> IPayouts.List(TransferFilter filter, CancellationToken cancellation) => throw new NotSupportedException();

    Task<Refund?> IRefunds.Find(Guid id, CancellationToken cancellation) => throw new NotSupportedException();

    Task<IReadOnlyList<Refund>> IRefunds.List(TransferFilter filter, CancellationToken cancellation) => throw new NotSupportedException();

    private IEnumerable<Refund> RefundsOf(Guid receipt) => transfers.Values.OfType<Refund>().Where(r => r.ReceiptId == receipt).Select(Copies.Of);

    /// <summary>Where refunds take their amounts from is written with their receipt.</summary>
    private void WriteSources(Receipt receipt)
    {
        foreach (var refund in receipt.Refunds.Where(r => r.Change != Change.Added && r.Source != r.LoadedSource))
        {
            var row = Copies.Of((Refund)transfers[refund.Id]);
            row.Source = refund.Source;
            Put(transfers, row.Id, Copies.Of<Transfer>(row));
        }
    }
}
