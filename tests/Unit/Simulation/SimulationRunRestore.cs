using System.Globalization;
using Payments.Application.Cases;
using Payments.Application.Common;
using Payments.Application.Restores;
using Payments.Application.Transfers;
using Payments.Domain.Cases;
using Payments.Domain.Payouts;
using Payments.Domain.Refunds;
using Payments.Domain.Transfers;

namespace Payments.Tests.Unit;

/// <summary>What a life does when its books are lost: a backup, business after it, a restore, and everybody repeats what people repeat.</summary>
internal sealed partial class SimulationRun
{
    private static readonly RequestNames Names = new("Simulator 174379");

    private readonly List<(string What, Func<bool> IsThere, Action Make)> requests = [];
    private int keyed;

    /// <summary>The shop's name of every payout there ever was, those a restore has forgotten included.</summary>
    public Dictionary<Guid, string> References { get; } = [];

    /// <summary>Puts down which row is whose, before rows are lost and at the end.</summary>
    public void NoteReferences()
    {
        foreach (var payout in Store.Transfers.OfType<Payout>())
        {
            References[payout.Id.Value] = payout.Reference;
        }
    }

    /// <summary>A request the shop will repeat, word for word, when it finds that nobody knows of it any more.</summary>
    private void Ask(string what, Func<bool> isThere, Action make)
    {
        if (!requests.Exists(r => r.What == what))
        {
            requests.Add((what, isThere, make));
        }

        make();
    }

    /// <summary>A request under an Idempotency-Key of its own: done once, and a refusal may be asked for again.</summary>
    private void Keyed<T>(string what, Func<Caller, Task<T>> useCase)
    {
        var key = string.Create(CultureInfo.InvariantCulture, $"key {keyed++}");
        Ask($"{what} {key}", () => Store.HasKey(key), () =>
        {
            try
            {
                Do(what, () => useCase(Shop with { Request = new("client/shop", key, [], keepForEver: true) }));
            }
            catch (FluentValidation.ValidationException)
            {
                // Not this way, or not this amount: an answer like others.
            }
        });
    }

    private void LoseBooks() => time.Within(30, 3600, "a backup is made", () =>
    {
        var (restore, since, told, first) = (Store.Backup(), time.Now, Mpesa.TrulyTold.ToList(), requests.Count);
        time.Within(30, 3600, "the books are lost", () =>
        {
            NoteReferences();
            process.Die();
            restore();
            Mpesa.Repeat(since, told);
            var before = Store.Restored;
            while (Store.Restored == before)
            {
                Do("prepare", () => new PrepareRestoreHandler(Store, NullPorts.Sees, process).Handle(new(Shop, Mpesa.TakesNames), CancellationToken.None));
            }

            var wait = 1.0;
            foreach (var request in requests.Skip(first).ToList())
            {
                time.Within(wait, wait += 60, $"{request.What}, repeated", () => Repeat(request, tries: 3));
            }

            time.Within(Math.Max(3600, wait), 20_000, "the restore is declared over", Release);
        });
    });

    /// <summary>What died on the way is asked for again; what was refused is refused for good.</summary>
    private void Repeat((string What, Func<bool> IsThere, Action Make) request, int tries)
    {
        if (tries > 0 && !request.IsThere())
        {
            request.Make();
            time.Within(1, 10, $"{request.What}, looked after", () => Repeat(request, tries - 1));
        }
    }

    /// <summary>Operators go through what was held back, with the portal before them, then let the rest go.</summary>
    private void Release()
    {
        foreach (var open in Store.Cases.Where(c => c is { IsOpen: true, Kind: CaseKind.NotSent }).ToList())
        {
            var transfer = Store.Transfers.Single(t => t.TransferId.Value == open.SubjectId);
            var outcome = WasMoved(transfer) ? CaseOutcome.Paid : WouldGiveTooMuch(transfer) ? CaseOutcome.NotPaid : null;
            while (outcome is not null && Store.Cases.Single(c => c.Id == open.Id).IsOpen)
            {
                Do("settle", () => new SettleCaseHandler(Store, Store, Store, NullPorts.Sees, process).Handle(new(Shop, open.Id, outcome, "The portal says so."), CancellationToken.None));
            }
        }

        while (Store.IsRestoring)
        {
            Do("release", () => new EndRestoreHandler(Store, NullPorts.Sees, process).Handle(new(Shop), CancellationToken.None));
        }
    }

    private bool WasMoved(Transfer transfer) => Mpesa.HasMoved(transfer.TransferId.Value) || IsReversed(transfer.TransferId.Value)
        || (transfer is Payout payout && References.Any(known => known.Value == payout.Reference && Mpesa.HasMoved(known.Key)));

    /// <summary>The portal knows of what has gone back; the books know of what they mean to give.</summary>
    private bool WouldGiveTooMuch(Transfer transfer) => transfer is Refund refund
        && Mpesa.GivenBack(refund.OriginalReceipt.Value) + Store.Transfers.OfType<Refund>()
            .Where(r => r.OriginalReceipt == refund.OriginalReceipt && r.IsReserved && !Mpesa.HasMoved(r.Id.Value)).Sum(r => r.Amount.Cents)
            > Store.Receipts.Single(r => r.Id == refund.ReceiptId).Amount.Cents;

    /// <summary>When a queued one is next given a job.</summary>
    private DateTimeOffset? NextTry(Transfer transfer)
    {
        var told = transfer.IsWaitAnnounced ? (DateTimeOffset?)null : transfer.CreatedAt + options.UnsentCaseAfter + TimeSpan.FromSeconds(1);
        var tried = Store.IsRestoring && transfer.WaitingFor == SendBlocker.Restored ? null : (DateTimeOffset?)Store.NextTry(transfer, options.ForgottenAfter);
        return tried < told || told is null ? tried : told;
    }
}
