using Payments.Application.Restores;
using Payments.Domain.Common;
using Payments.Domain.Transfers;

namespace Payments.Tests.Unit;

/// <summary>A backup of the whole database, and its restore: everything written since is gone, and nothing says so.</summary>
internal sealed partial class Store : IRestores
{
    private readonly Dictionary<string, Guid> keys = [];
    private Restore? restore;

    /// <summary>Whether what has no name is held back.</summary>
    public bool IsRestoring => restore is { ReleasedAt: null };

    public Restore? Restored => restore;

    /// <summary>Whether a request with this Idempotency-Key is done; whoever repeats it gets its answer again.</summary>
    public bool HasKey(string key) => keys.ContainsKey(key);

    /// <summary>The key's row, in the transaction of what its request made.</summary>
    public void Keep(string key, Guid made) => Put(keys, key, made);

    /// <summary>Rows are copies, so the tables are enough. What it returns puts all of them back.</summary>
    public Action Backup()
    {
        var back = new List<Action>
        {
            Copy(checkouts), Copy(attempts), Copy(receipts), Copy(askedAt), Copy(transfers), Copy(enqueuedAt), Copy(cases), Copy(questions), Copy(inbox), Copy(keys),
            Copy(Told), Copy(named),
        };
        var (jobs, pulled, before, masked) = (Jobs.ToList(), pulledUntil, restore, erased.ToList());
        return () =>
        {
            back.ForEach(table => table());
            Jobs.Clear();
            Jobs.AddRange(jobs);
            (pulledUntil, restore) = (pulled, before);
            erased.Clear();
            erased.UnionWith(masked);
            waits.Clear();
        };

        static Action Copy<TKey, TRow>(Dictionary<TKey, TRow> table)
            where TKey : notnull
        {
            var rows = table.ToList();
            return () =>
            {
                table.Clear();
                rows.ForEach(row => table.Add(row.Key, row.Value));
            };
        }
    }

    public Task<Restore?> Last(CancellationToken cancellation) => Task.FromResult(restore);

    public Task<bool> IsUnderWay() => Task.FromResult(IsRestoring);

    public Task<Restore> Begin(DateTimeOffset now)
    {
        Become(new(now, null, 0));
        return Task.FromResult(restore!);
    }

    public Task<int> DoubtUnnamed(bool namesTransfers)
    {
        var queued = transfers.Values.Where(t => t.Status == TransferStatus.Queued && !(t.HasOwnName && namesTransfers)).ToList();
        foreach (var one in queued)
        {
            var row = Copies.Changed(
                one,
                r => r.Send(time.Database, time.Database) with { Ids = r.Ids with { OtherId = null } },
                w => w.Over);
            Put(transfers, row.TransferId, row);
        }

        return Task.FromResult(queued.Count);
    }

    public Task<bool> End(DateTimeOffset now)
    {
        var ends = IsRestoring;
        Become(restore! with { ReleasedAt = now });
        return Task.FromResult(ends);
    }

    public Task<IReadOnlyList<(ReceiptId Id, string Account)>> FindLostPayments() => Task.FromResult<IReadOnlyList<(ReceiptId Id, string Account)>>(
        restore is not { PreparedAt: var at } ? []
            : [.. receipts.Values.Where(r => r.CheckoutId is null && r.RecordedAt >= at && r.At < at && r.Account.Length > 0).Select(r => (r.Id, r.Account))]);

    public Task<int> CountHeld(CancellationToken cancellation) => Task.FromResult(0);

    private void Become(Restore next)
    {
        var before = restore;
        if (isOpen)
        {
            undo.Push(() => restore = before);
        }

        restore = next;
    }
}
