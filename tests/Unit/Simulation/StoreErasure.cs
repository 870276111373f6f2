using Payments.Domain.Checkouts;
using Payments.Domain.Common;
using Payments.Domain.Receipts;

namespace Payments.Tests.Unit;

/// <summary>Erasing what is decided, as retention and <c>privacy erase</c> do, and the schema's word on money given back.</summary>
internal sealed partial class Store
{
    private readonly HashSet<ReceiptId> erased = [];
    private readonly HashSet<CheckoutId> becamePaid = [];

    /// <summary>What of a receipt an operator has to settle.</summary>
    public Money UnsettledOf(Receipt receipt)
    {
        var row = Copies.Of(receipt);
        row.Refunds.AddRange(RefundsOf(row.Id));
        return row.Unsettled;
    }

    /// <summary>Takes phones and payers out of everything nobody has to decide about any more, between two transactions.</summary>
    public void Erase()
    {
        foreach (var checkout in All.Where(IsDecided).ToList())
        {
            foreach (var attempt in checkout.Attempts)
            {
                attempts[attempt.Id] = WithoutPhone(attempt);
            }

            checkout.Receipts.ForEach(EraseReceipt);
        }

        foreach (var receipt in receipts.Values.Where(r => r.CheckoutId is null && UnsettledOf(r) == Money.Zero && HasNothingOpen(r.Id)).ToList())
        {
            EraseReceipt(Copies.Of(receipt));
        }
    }

    private bool IsDecided(Checkout checkout) => checkout.HasEnded
        && checkout.Attempts.TrueForAll(a => a is { IsSettled: true, NextQueryAt: null })
        && checkout.Refunds.All(r => r.IsSettled)
        && checkout.Receipts.TrueForAll(r => r.SurplusDueAt is null && (r.IsOnHold || r.Unsettled == Money.Zero))
        && !cases.Values.Any(c => c.IsOpen && (c.CheckoutId == checkout.Id || c.SubjectId == checkout.Id.Value));

    private bool HasNothingOpen(ReceiptId receipt) =>
        RefundsOf(receipt).All(r => r.IsSettled) && !cases.Values.Any(c => c.IsOpen && c.SubjectId == receipt.Value);

    private static Attempt WithoutPhone(Attempt attempt)
    {
        var row = new Attempt
        {
            Id = attempt.Id,
            CheckoutId = attempt.CheckoutId,
            Phone = null,
            Amount = attempt.Amount,
            Request = attempt.Request with
            {
                Ids = attempt.Request.Ids with { RequestId = attempt.RequestId is { } id ? id[..^Attempt.ErasedEnding.Length] + Attempt.ErasedEnding : null },
                Queries = new(attempt.QueryCount, null, null),
                UnknownReason = null,
            },
            UnconfirmedFailure = attempt.UnconfirmedFailure,
            UnconfirmedAmount = attempt.UnconfirmedAmount,
            UnconfirmedReceipt = attempt.UnconfirmedReceipt,
        };
        return row;
    }

    private void EraseReceipt(Receipt receipt)
    {
        erased.Add(receipt.Id);
        receipts[receipt.Id] = WithoutErased(Copies.Of(receipt));
    }

    /// <summary>What was erased does not come back with a late repetition.</summary>
    private Receipt WithoutErased(Receipt row)
    {
        if (erased.Contains(row.Id))
        {
            row.Set(nameof(Receipt.Payer), null).Set(nameof(Receipt.PayerName), null).Set(nameof(Receipt.Account), "");
        }

        return row;
    }

    /// <summary>While an order is not paid, and in the moment it becomes so, nothing of what was given back counts (R15).</summary>
    private void CheckGivenBack(Checkout checkout)
    {
        if (checkout.Status is not (CheckoutStatus.Paid or CheckoutStatus.Cancelled) || becamePaid.Remove(checkout.Id))
        {
            foreach (var receipt in checkout.Receipts)
            {
                var back = RefundsOf(receipt.Id).Where(r => r.IsReserved).Sum(r => r.Amount.Cents);
                Check(receipt.Applied.Cents <= Math.Max(0, receipt.Amount.Cents - back), $"{receipt.Applied} of {receipt.Number} count, of which {back} cents were given back");
            }
        }
    }
}
