using Payments.Application.Payouts;
using Payments.Application.Refunds;
using Payments.Application.Transfers;
using Payments.Domain.Cases;
using Payments.Domain.Checkouts;
using Payments.Domain.Common;
using Payments.Domain.Payouts;
using Payments.Domain.Receipts;
using Payments.Domain.Refunds;
using Payments.Domain.Transfers;

namespace Payments.Tests.Unit;

/// <summary>Payouts and refunds.</summary>
internal sealed partial class Store : ITransfers, IPayouts, IRefunds
{
    private readonly Dictionary<TransferId, Transfer> transfers = [];
    private readonly Dictionary<TransferId, DateTimeOffset> enqueuedAt = [];

    public IReadOnlyCollection<Transfer> Transfers => transfers.Values;

    public Task<PayoutId?> Add(Payout payout)
    {
        if (transfers.Values.OfType<Payout>().FirstOrDefault(p => p.Id == payout.Id || p.Reference == payout.Reference) is { } other)
        {
            return Task.FromResult<PayoutId?>(other.Id);
        }

        Put(transfers, payout.Id, Copies.Of(payout));
        Put(enqueuedAt, payout.Id, time.Database);
        Enqueue(payout.Id);
        TakeUnmatchedAgain(payout);
        return Task.FromResult<PayoutId?>(null);
    }

    public Task Add(Refund refund)
    {
        Check(!transfers.ContainsKey(refund.Id), "refunds_pkey");
        Put(transfers, refund.Id, Copies.Of(refund));
        Put(enqueuedAt, refund.Id, time.Database);
        Enqueue(refund.Id);
        TakeUnmatchedAgain(refund);
        return Task.CompletedTask;
    }

    Task<IReadOnlyList<Transfer>> ITransfers.LoadForChange(IReadOnlyCollection<TransferId> ids) =>
        Task.FromResult<IReadOnlyList<Transfer>>([.. transfers.Keys.Where(ids.Contains).Select(id => Copies.Of(transfers[id]))]);

    public Task<(IReadOnlyList<CheckoutId> Checkouts, IReadOnlyList<ReceiptId> Receipts)> GuardsOf(IReadOnlyCollection<TransferId> ids)
    {
        var refunds = ids.Where(transfers.ContainsKey).Select(id => transfers[id]).OfType<Refund>().ToList();
        return Task.FromResult<(IReadOnlyList<CheckoutId>, IReadOnlyList<ReceiptId>)>((
            [.. refunds.SelectMany(r => (CheckoutId?[])[r.CheckoutId, receipts[r.ReceiptId].CheckoutId]).OfType<CheckoutId>().Distinct()],
            [.. refunds.Where(r => receipts[r.ReceiptId].CheckoutId is null).Select(r => r.ReceiptId).Distinct()]));
    }

    public async Task Save(IReadOnlyCollection<Transfer> saved)
    {
        foreach (var transfer in saved.Where(t => t.State == EntityState.Updated))
        {
            var before = transfers[transfer.TransferId].Status;
            Check(before == transfer.OriginalStatus, "a transfer was changed without its lock");
            Check(before != TransferStatus.Completed || transfer.Status == TransferStatus.Completed, "completed is never undone");
            Check((transfer.Status == TransferStatus.Queued || transfer.IsCancelled) == (transfer.SendingAt is null), "transfers.sending_at");
            Check(!transfer.IsCancelled || transfer.Failure!.Code == FailureCode.Cancelled, "transfers.failure_code of what was never sent");
            Check(transfer.IsSettled == (transfer.EndedAt is not null), "transfers.ended_at");
            Check((transfer.Status == TransferStatus.Failed) == (transfer.Failure is not null), "transfers.failure_code");
            Check(transfer.NextQueryAt is null || transfer.Status is TransferStatus.Sending or TransferStatus.Sent or TransferStatus.InDoubt, "transfers.next_question_at");
            Put(transfers, transfer.TransferId, Copies.Of(transfer));
            Tell(transfer.TransferId.Value, transfer.Events);
            Open(transfer.Cases);
            if (transfer.IsSettled && before != transfer.Status && transfer.SettledBy is not (null or SettledBy.Operator))
            {
                Close(transfer.TransferId.Value, transfer.Status == TransferStatus.Completed, CaseKind.OutcomeUnknown, CaseKind.ReversalRefused);
            }

            if (transfer.IsWaitAnnounced && before is TransferStatus.Queued or TransferStatus.Sending && transfer.Status is not (TransferStatus.Queued or TransferStatus.Sending))
            {
                Close(transfer.TransferId.Value, transfer.Status == TransferStatus.Completed, CaseKind.NotSent);
            }
        }

        await ReversedRefunds.Count(this, saved);
    }

    public Task<IReadOnlyList<DueTransfer>> ClaimDue(int askable, int others, TimeSpan lease)
    {
        var due = transfers.Values.Where(t => t.NextQueryAt <= time.Database).OrderBy(t => t.NextQueryAt).ToList();
        var taken = due.Where(t => t.OriginatorId is not null).Take(askable).Concat(due.Where(t => t.OriginatorId is null).Take(others)).ToList();
        foreach (var transfer in taken)
        {
            var row = Copies.Changed(transfer, r => r with { Queries = r.Queries with { NextAt = time.Database + lease, Count = r.Queries.Count + 1 } });
            Put(transfers, row.TransferId, row);
            Put(askedAt, row.TransferId.Value, time.Database);
        }

        return Task.FromResult<IReadOnlyList<DueTransfer>>(
            [.. taken.Select(t => new DueTransfer(t.TransferId, t is Payout or Refund { Method: RefundMethod.B2c }, t.OriginatorId, t.QueryCount + 1, null))]);
    }

    public Task<int> RequeueStale(TimeSpan age, int limit)
    {
        var due = transfers.Values.Where(t => t.Status == TransferStatus.Queued && ((t.RetryAt ?? (enqueuedAt[t.TransferId] + age)) <= time.Database || enqueuedAt[t.TransferId] > time.Database + Slack)).ToList();
        foreach (var group in due.GroupBy(ApiOf))
        {
            var inLine = group.Where(t => t.WaitingFor is null || (t.WaitingFor == SendBlocker.Restored && !IsRestoring)).OrderBy(t => t.CreatedAt).Take(limit);
            var waiting = group.Where(t => t.WaitingFor is not (null or SendBlocker.Restored)).OrderBy(t => t.RetryAt ?? enqueuedAt[t.TransferId]).Take(1);
            foreach (var taken in inLine.Concat(waiting).ToList())
            {
                var row = Copies.Changed(taken, waiting: w => w with { RetryAt = null });
                Put(transfers, row.TransferId, row);
                Put(enqueuedAt, row.TransferId, time.Database);
                Enqueue(row.TransferId);
            }
        }

        return Task.FromResult(due.Count);
    }

    /// <summary>When a sweep takes it again.</summary>
    public DateTimeOffset NextTry(Transfer transfer, TimeSpan age) => (transfer.RetryAt ?? (enqueuedAt[transfer.TransferId] + age)) + TimeSpan.FromSeconds(1);

    public Task<int> LetWaitingGo(Transfer sent)
    {
        var let = transfers.Values.Where(t => t.Status == TransferStatus.Queued && ApiOf(t) == ApiOf(sent)
            && t.WaitingFor is not (null or SendBlocker.Restored) && t.RetryAt is not null).ToList();
        foreach (var waiting in let)
        {
            var row = Copies.Changed(waiting, waiting: w => w with { For = null, RetryAt = time.Database });
            Put(transfers, row.TransferId, row);
        }

        return Task.FromResult(let.Count);
    }

    public Task<IReadOnlyList<TransferId>> FindUntold(TimeSpan after, int limit, CancellationToken cancellation) => Task.FromResult<IReadOnlyList<TransferId>>(
        [.. transfers.Values.Where(t => t.Status == TransferStatus.Queued && !t.IsWaitAnnounced && t.CreatedAt < time.Database - after).Select(t => t.TransferId).Take(limit)]);

    private static string ApiOf(Transfer transfer) => transfer.HasOwnName ? "b2c" : transfer is Payout ? "b2b" : "reversal";

    Task<int> ITransfers.BringForward(IReadOnlyCollection<string> ids, int most) => Task.FromResult(0);

    public Task<ReceiptToRefund?> LoadReceipt(ReceiptId receiptId)
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

    Task<Payout?> IPayouts.Find(PayoutId id, CancellationToken cancellation) => throw new NotSupportedException();

    Task<IReadOnlyList<Payout>> IPayouts.List(TransferFilter filter, CancellationToken cancellation) => throw new NotSupportedException();

    Task<Refund?> IRefunds.Find(RefundId id, CancellationToken cancellation) => throw new NotSupportedException();

    Task<IReadOnlyList<Refund>> IRefunds.List(TransferFilter filter, CancellationToken cancellation) => throw new NotSupportedException();

    private IEnumerable<Refund> RefundsOf(ReceiptId receipt) => transfers.Values.OfType<Refund>().Where(r => r.ReceiptId == receipt).Select(Copies.Of);

    /// <summary>Where refunds take their amounts from is written with their receipt.</summary>
    private void WriteSources(Receipt receipt)
    {
        foreach (var refund in receipt.Refunds.Where(r => r.State != EntityState.Added && r.Source != r.LoadedSource))
        {
            var row = Copies.Changed(transfers[refund.Id], source: refund.Source);
            Put(transfers, row.TransferId, Copies.Of(row));
        }
    }
}
