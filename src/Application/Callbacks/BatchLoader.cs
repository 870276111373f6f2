using Payments.Application.C2b;
using Payments.Application.Checkouts;
using Payments.Application.Reconciliation;
using Payments.Application.Transfers;
using Payments.Domain.C2b;
using Payments.Domain.Common;

namespace Payments.Application.Callbacks;

/// <summary>Loads and locks what a batch of callbacks names, in one order whatever it holds: checkouts, then payouts and refunds (docs/architecture.md).</summary>
public sealed class BatchLoader(
    ICheckouts checkouts, ITransfers transfers, IStatusQueries questions, AskedConfirmations confirmations, ClaimedReceipts claims, OurShortcodes ours)
{
    public async Task<CallbackBatch> Load(IReadOnlyList<ParsedCallback> callbacks, BatchKeys keys, bool isReplay, DateTimeOffset now)
    {
        // What a query is about never changes, so that it needs no lock.
        var asked = keys.Questions.Count == 0 ? [] : await questions.Load(keys.Questions);
        await confirmations.Collect(asked, callbacks, keys, now);

        // A prompt's own callback proves whose money it is; what customers claimed is asked of what they pay by hand.
        if (callbacks.Any(callback => callback.Row.Kind is CallbackKind.C2bConfirm or CallbackKind.StatusResult))
        {
            await claims.Collect(keys);
        }

        keys.Transfers.UnionWith(asked.Where(q => !keys.Asked.ContainsKey(q.Id)).Select(q => q.SubjectId).OfType<Guid>().Select(TransferId.From));

        // A receipt that stands alone is locked with the others, if there are any; else the transfers' own look locks it.
        var guards = keys.Transfers.Count == 0 ? ([], []) : await transfers.GuardsOf(keys.Transfers);
        keys.Checkouts.UnionWith(guards.Checkouts);
        var loaded = keys.Attempts.Count + keys.Numbers.Count + keys.Checkouts.Count == 0
            ? new([], [])
            : await checkouts.LoadForChange(new(
                Ids: keys.Checkouts, AttemptIds: keys.Attempts, Numbers: keys.Numbers, AccountKeys: keys.Accounts, TillPayments: keys.TillPayments,
                ReceiptIds: guards.Receipts));
        return new(loaded, keys.Transfers.Count == 0 ? [] : await transfers.LoadForChange(keys.Transfers), asked)
        {
            Asked = keys.Asked,
            Claims = keys.Claims,
            Ours = ours,
            IsReplay = isReplay,
        };
    }
}
