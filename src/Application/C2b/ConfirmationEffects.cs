using Payments.Application.Callbacks;
using Payments.Domain.C2b;
using Payments.Domain.Common;

namespace Payments.Application.C2b;

/// <summary>The number of a payment by hand that is known to be true.</summary>
public sealed record PaymentConfirmed(ReceiptNumber Number) : ICallbackEffect;

/// <summary>The number of a payment to us that M-PESA says was reversed, so that it is no money of ours.</summary>
public sealed record PaymentTakenBack(ReceiptNumber Number) : ICallbackEffect;

/// <summary>A stored confirmation, applied again, can be read.</summary>
public sealed record ConfirmationUnderstood(CallbackId CallbackId) : ICallbackEffect;

/// <summary>A payer as a message shows it, beside a number we know (R16).</summary>
/// <param name="IsCertain">True when it is certain that this number paid.</param>
public sealed record PayerShown(string? Shown, Msisdn? Known, bool IsCertain) : ICallbackEffect;

/// <summary>Writes the cases of confirmations, and what is shown of payers as hashes.</summary>
public sealed class ConfirmationEffects(IC2bPayments paybill, OurShortcodes ours) : IEffectWriter
{
    public async Task Write(CallbackBatch batch, DateTimeOffset now)
    {
        if (batch.Effects<PaymentConfirmed>() is { Count: > 0 } confirmed)
        {
            await paybill.CloseCases(confirmed.Select(c => c.Number).ToHashSet());
        }

        if (batch.Effects<PaymentTakenBack>() is { Count: > 0 } takenBack)
        {
            await paybill.CloseTakenBack(takenBack.Select(t => t.Number).ToHashSet());
        }

        if (batch.Effects<ConfirmationUnderstood>() is { Count: > 0 } understood)
        {
            await paybill.CloseUnreadable([.. understood.Select(u => u.CallbackId)]);
        }

        // Closed before others are opened: two batches that did it the other way round could wait for each other.
        if (batch.Effects<UntrustedConfirmation>() is { Count: > 0 } untrusted)
        {
            await paybill.OpenCases(untrusted);
        }

        if (batch.Effects<UnreadableConfirmation>() is { Count: > 0 } unreadable)
        {
            await paybill.OpenCases(unreadable);
        }

        if (batch.Effects<UnknownShortcodePayment>() is { Count: > 0 } strays)
        {
            await paybill.OpenCases(strays);
        }

        // News only: what is known already costs no statement.
        var hashes = new PayerHashes();
        foreach (var payer in batch.Effects<PayerShown>())
        {
            hashes.Look(payer.Shown, payer.Known, payer.IsCertain);
        }

        if (hashes.News(batch.Checkouts.Count > 0 ? batch.Checkouts[0].PayerHash : null) is var (used, times))
        {
            await paybill.NotePayerHash(ours.Main, used, times);
        }
    }
}
