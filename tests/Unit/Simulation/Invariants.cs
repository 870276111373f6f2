using Payments.Domain.Cases;
using Payments.Domain.Checkouts;
using Payments.Domain.Common;
using Payments.Domain.Receipts;
using Payments.Domain.Refunds;
using Payments.Domain.Transfers;

namespace Payments.Tests.Unit;

/// <summary>Compares what our books say at the end of a life with what really moved.</summary>
internal static class Invariants
{
    private static readonly string[] CannotBeKnown =
        [CaseKind.OutcomeUnknown, CaseKind.AmountDiffers, CaseKind.PartyDiffers, CaseKind.ReversalRefused, CaseKind.SucceededAfterFailure, CaseKind.Reversed];

    /// <summary>Everything that does not hold; empty when all is well.</summary>
    public static IEnumerable<string> Of(SimulationRun life) =>
        life.Defects.Concat(life.Store.Late).Concat(Doubt(life)).Concat(MoneyIn(life)).Concat(Orders(life)).Concat(MoneyOut(life));

    /// <summary>Nothing is left in doubt: every push and every transfer is final, or a person was told.</summary>
    private static IEnumerable<string> Doubt(SimulationRun life)
    {
        foreach (var attempt in life.Store.Attempts)
        {
            if (!attempt.IsSettled && !(attempt.Status == AttemptStatus.Unknown && life.Store.HasCase(attempt.Id.Value, CaseKind.OutcomeUnknown)))
            {
                yield return $"a prompt is {attempt.Status} for ever and nobody was told";
            }

            if (attempt.NextQueryAt is not null)
            {
                yield return $"a prompt that is {attempt.Status} is still to be asked about";
            }

            // Nobody says paid of what did not move, and failed of what did only where no word of it could reach us.
            if (attempt.Status == AttemptStatus.Succeeded && !life.Mpesa.HasMoved(attempt.Id.Value) && attempt.SettledBy is not (SettledBy.Confirmation or SettledBy.Pull or SettledBy.StatusQuery))
            {
                yield return "a prompt succeeded without money";
            }
        }

        foreach (var transfer in life.Store.Transfers)
        {
            if (!transfer.IsSettled && !(transfer.Status == TransferStatus.InDoubt && life.Store.HasCase(transfer.TransferId.Value, CannotBeKnown)))
            {
                yield return $"a {transfer.TypeName} is {transfer.Status} for ever and nobody was told";
            }
        }
    }

    /// <summary>Every movement is in the books once, and nothing else is.</summary>
    private static IEnumerable<string> MoneyIn(SimulationRun life)
    {
        var receipts = life.Store.Receipts;
        foreach (var movement in life.Mpesa.Moved.Where(m => m.ToUs))
        {
            var named = receipts.Where(r => r.Number?.Value == movement.Receipt).ToList();
            var nameless = movement.Subject is { } attempt ? receipts.Where(r => r.Number is null && r.AttemptId?.Value == attempt).ToList() : [];
            if (life.Mpesa.TrulyTold.Contains(movement.Receipt) && named.Count != 1 && !HasConflict(life, movement))
            {
                yield return $"{movement.Receipt} was told of and is in the books {named.Count} times";
            }

            if (life.Mpesa.Pulls && named.Count + nameless.Count == 0)
            {
                yield return $"{movement.Receipt} is not in the books, though Pull lists it";
            }

            // At a till whose clock is another, equal payments of one payer may trade places; the sum below holds all the same.
            if (life.Mpesa.IsTellable && named.Concat(nameless).Count(IsCounted) > 1)
            {
                yield return $"{movement.Receipt} is counted twice";
            }

            // What a restore has forgotten that it gave back, and nobody asks for again, these books cannot know.
            if (nameless.Exists(IsCounted) && life.Mpesa.Moved.Any(m => m.Of == movement.Receipt && life.Store.Transfers.Any(t => t.TransferId.Value == m.Subject)) && life.Mpesa.IsTellable && !WasAsked(life, movement, named))
            {
                yield return $"{movement.Receipt} went back as money of its own, its order still counts it, and nobody was asked";
            }

            if (named.Exists(r => r.Amount != movement.Amount))
            {
                yield return $"{movement.Receipt} has another amount in the books";
            }

            if (movement.Subject is { } push && life.Store.Attempts.FirstOrDefault(a => a.Id.Value == push) is { IsSettled: true, Status: AttemptStatus.Failed } && named.Count + nameless.Count == 0)
            {
                yield return $"{movement.Receipt} moved, and its prompt is failed with no money on record";
            }
        }

        foreach (var receipt in receipts)
        {
            var isTrue = receipt.Number is { } number
                ? life.Mpesa.Moved.Any(m => m.ToUs && m.Receipt == number.Value)
                : life.Mpesa.HasMoved(receipt.AttemptId!.Value.Value) || receipt.SettledBy == SettledBy.Operator;
            if (!isTrue)
            {
                yield return $"receipt {receipt.Number?.Value ?? "without a number"} of {receipt.Amount} never moved";
            }
        }

        foreach (var told in life.Mpesa.Unread.GroupBy(u => u.Value, u => u.Key))
        {
            if (!receipts.Any(r => r.Number?.Value == told.Key) && !told.Any(callback => life.Store.HasCase(callback, CaseKind.UnreadableConfirmation)))
            {
                yield return $"{told.Key} was told of in a way nobody can read, is not in the books, and nobody was told";
            }
        }

        var counted = receipts.Where(IsCounted).Sum(r => r.Amount.Cents);
        var moved = life.Mpesa.Moved.Where(m => m.ToUs).Sum(m => m.Amount.Cents);
        if (counted > moved)
        {
            yield return $"{counted} cents are counted, {moved} moved";
        }
    }

    /// <summary>Orders end, are paid by what was applied to them and by nothing else, and say so once.</summary>
    private static IEnumerable<string> Orders(SimulationRun life)
    {
        foreach (var checkout in life.Store.All)
        {
            if (!checkout.HasEnded)
            {
                yield return $"{checkout.Name} is {checkout.Status} after two days";
            }

            if (checkout.Paid.Cents != checkout.Receipts.Sum(r => r.Applied.Cents))
            {
                yield return $"{checkout.Name} has {checkout.Paid} paid, and receipts say otherwise";
            }

            foreach (var receipt in checkout.Receipts.Where(r => r is { IsOnHold: false, SurplusDueAt: null } && r.Unassigned > Money.Zero))
            {
                yield return $"{receipt.Unassigned} of receipt {receipt.Number} neither pay for {checkout.Name} nor are surplus, nor have gone back";
            }

            // Whatever was typed, it pays the order whose account it is, or none (R8).
            foreach (var movement in life.Mpesa.Moved.Where(m => m is { Subject: null, Account.Length: > 0 } && checkout.Receipts.Any(r => r.Number?.Value == m.Receipt)))
            {
                if (OrderReference.KeyOf(movement.Account) != checkout.Account.Key)
                {
                    yield return $"{movement.Receipt} was paid to {movement.Account} and counts for {checkout.Name}, whose account is {checkout.Account}";
                }
            }

            if (life.Store.Told.GetValueOrDefault((checkout.Id.Value, CheckoutEvents.Paid)) != (checkout.Status == CheckoutStatus.Paid ? 1 : 0))
            {
                yield return $"{checkout.Name} is {checkout.Status} and said paid {life.Store.Told.GetValueOrDefault((checkout.Id.Value, CheckoutEvents.Paid))} times";
            }
        }
    }

    /// <summary>What goes out goes once, is called what it is, and never more goes back than came.</summary>
    private static IEnumerable<string> MoneyOut(SimulationRun life)
    {
        foreach (var transfer in life.Store.Transfers)
        {
            var hasMoved = life.Mpesa.HasMoved(transfer.TransferId.Value);
            if (life.Mpesa.Sent.GetValueOrDefault(transfer.TransferId.Value) > 1)
            {
                yield return $"a {transfer.TypeName} was sent {life.Mpesa.Sent[transfer.TransferId.Value]} times";
            }

            var byOperator = transfer.SettledBy == SettledBy.Operator;
            if (transfer.Status == TransferStatus.Completed && !hasMoved && !byOperator)
            {
                yield return $"a {transfer.TypeName} is completed and never moved";
            }

            if (transfer.Status == TransferStatus.Failed && hasMoved && !life.Store.HasCase(transfer.TransferId.Value, CannotBeKnown))
            {
                yield return $"a {transfer.TypeName} is failed, has moved, and nobody was told";
            }

            // Whoever was told that it came back is not told afterwards that it was paid.
            if (transfer.Status == TransferStatus.Completed && !byOperator && life.Mpesa.CameBack.Contains(transfer.TransferId.Value) && life.Store.HasCase(transfer.TransferId.Value, CaseKind.Reversed)
                && life.Store.Told.GetValueOrDefault((transfer.TransferId.Value, $"{transfer.TypeName}.failed")) > 0)
            {
                yield return $"a {transfer.TypeName} that came back is completed";
            }

            // Not sent is not failed: only Safaricom, or a person, says that it is. Where it takes no name, what was sent before a restore is forgotten.
            if ((life.Mpesa.TakesNames || life.Store.Restored is null) && transfer is { Status: TransferStatus.Failed, IsCancelled: false } && !byOperator && life.Mpesa.Sent.GetValueOrDefault(transfer.TransferId.Value) == 0)
            {
                yield return $"a {transfer.TypeName} failed and was never sent";
            }

            if (life.Store.Told.GetValueOrDefault((transfer.TransferId.Value, $"{transfer.TypeName}.completed")) != (transfer.Status == TransferStatus.Completed ? 1 : 0))
            {
                yield return $"a {transfer.TypeName} that is {transfer.Status} did not say completed once";
            }
        }

        life.NoteReferences();
        foreach (var paid in life.Mpesa.Moved.Where(m => m is { ToUs: false, Of: null }).GroupBy(m => life.References[m.Subject!.Value]))
        {
            if (paid.Count() > 1)
            {
                yield return $"payout {paid.Key} was paid {paid.Count()} times";
            }
        }

        foreach (var again in life.Mpesa.Moved.Where(m => m is { ToUs: false, Of: not null }).GroupBy(m => m.Subject).Where(m => m.Count() > 1))
        {
            yield return $"one refund went back {again.Count()} times";
        }

        // The whole goes by B2C only where M-PESA itself would not reverse it.
        foreach (var whole in life.Store.Transfers.OfType<Refund>().Where(r => r.Method == RefundMethod.B2c
            && r.Amount == life.Store.Receipts.Single(receipt => receipt.Id == r.ReceiptId).Amount))
        {
            if (!life.Store.Transfers.OfType<Refund>().Any(r => r.ReceiptId == whole.ReceiptId && r.IsRefusedReversal && life.Mpesa.Sent.GetValueOrDefault(r.Id.Value) > 0))
            {
                yield return "a whole receipt went by B2C though no reversal of it was refused";
            }
        }

        foreach (var back in life.Mpesa.Moved.Where(m => m.Of is not null && !life.Mpesa.CameBack.Contains(m.Subject!.Value)).GroupBy(m => m.Of))
        {
            var came = life.Mpesa.Moved.Single(m => m.Receipt == back.Key).Amount.Cents;

            // What went back, was lost with the books and was never asked for again is nothing they could count.
            if (back.Sum(m => m.Amount.Cents) > came && back.All(m => life.Store.Transfers.Any(t => t.TransferId.Value == m.Subject)))
            {
                yield return $"of {back.Key} {back.Sum(m => m.Amount.Cents)} cents went back, {came} came";
            }
        }
    }

    /// <summary>Whether a person was told that a success without a number and a receipt may be one payment.</summary>
    private static bool WasAsked(SimulationRun life, Movement movement, List<Receipt> named) =>
        HasConflict(life, movement) || named.Exists(r => life.Store.HasCase(r.Id.Value, CaseKind.AmbiguousMatch)) || life.Store.HasCase(movement.Subject!.Value, CaseKind.AmbiguousMatch);

    private static bool IsCounted(Receipt receipt) => receipt.CheckoutId is not null && !receipt.IsOnHold;

    /// <summary>A number that came for a payment whose receipt has another one is a case, not a receipt (R6).</summary>
    private static bool HasConflict(SimulationRun life, Movement movement) =>
        movement.Subject is { } attempt && life.Store.HasCase(attempt, CaseKind.ReceiptConflict, CaseKind.AmountDiffers);
}
