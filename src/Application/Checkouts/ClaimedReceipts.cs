using Payments.Application.C2b;
using Payments.Application.Callbacks;
using Payments.Domain.Common;
using Payments.Domain.Receipts;

namespace Payments.Application.Checkouts;

/// <summary>A claim has its answer: its money came.</summary>
/// <param name="Matched">The receipt, where it stands on that checkout because of the claim.</param>
/// <param name="HasCase">True where it made a case.</param>
public sealed record ClaimAnswered(WaitingClaim Claim, ClaimAnswer Answer, ReceiptId? Matched, bool HasCase) : ICallbackEffect;

/// <summary>
/// What customers claimed before its money was told of (R21): the claim moves nothing until a confirmation, Pull or the answer to our own question makes
/// it a receipt, and then no more than it would have then.
/// </summary>
public sealed class ClaimedReceipts(IReceiptClaims claims, IC2bPayments paybill) : IEffectWriter
{
    /// <summary>Adds the checkouts for which numbers of the batch were claimed: they are locked with the others.</summary>
    public async Task Collect(BatchKeys keys)
    {
        if (keys.Numbers.Count > 0)
        {
            keys.Claims.AddRange(await claims.Waiting(keys.Numbers));
            keys.Checkouts.UnionWith(keys.Claims.Select(claim => claim.CheckoutId));
        }
    }

    public async Task Write(CallbackBatch batch, DateTimeOffset now)
    {
        if (batch.Effects<ClaimAnswered>() is not { Count: > 0 } answered)
        {
            return;
        }

        foreach (var matched in answered.Select(a => a.Matched).OfType<ReceiptId>())
        {
            await paybill.NoteMatch(matched, ClaimReceiptHandler.Customer);
        }

        await claims.Answer([.. answered.Select(a => (a.Claim.Id, a.Answer, a.HasCase))]);
    }

    /// <summary>Money that is known now, and that customers claimed: the first of them whose checkout it agrees with has it.</summary>
    /// <returns>The checkout it was put to; null where it stays where it is.</returns>
    internal static CheckoutId? Settle(ReceiptNumber number, CallbackBatch batch, DateTimeOffset now)
    {
        CheckoutId? moved = null;
        foreach (var claim in batch.ClaimsOf(number))
        {
            if (batch.Receipt(number) is not { } receipt || batch.Checkouts.FirstOrDefault(c => c.Id == claim.CheckoutId) is not { } checkout)
            {
                continue;
            }

            var stood = receipt.CheckoutId;
            var cases = checkout.Cases.Count;
            var hasCase = claim.HasCase || batch.Effects<ClaimAnswered>().Any(a => a.HasCase && a.Claim.CheckoutId == checkout.Id);
            var answer = checkout.Claim(receipt, !hasCase, now);
            batch.Index(checkout);
            var isMoved = stood is null && receipt.CheckoutId is not null;
            moved = isMoved ? checkout.Id : moved;
            batch.Add(new ClaimAnswered(claim, answer, isMoved ? receipt.Id : null, checkout.Cases.Count > cases));
        }

        return moved;
    }
}
