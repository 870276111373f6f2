using Payments.Application.Callbacks;
using Payments.Application.Common;
using Payments.Domain.C2b;
using Payments.Domain.Checkouts;
using Payments.Domain.Common;

namespace Payments.Application.C2b;

/// <summary>What a C2B confirmation means (R3, R6–R8, R17).</summary>
internal sealed class ConfirmationHandler(OurShortcodes ours) : ICallbackHandler
{
    public IReadOnlyCollection<CallbackKind> Kinds => [CallbackKind.C2bConfirm];

    public void CollectKeys(ParsedCallback callback, BatchKeys keys, DateTimeOffset now)
    {
        if (callback.UntrustedReason is not null)
        {
            return;
        }

        switch (callback.Message)
        {
            case CallbackMessage.Malformed { Number: { } number }:
                keys.Numbers.Add(number);
                break;
            case CallbackMessage.Confirmation told when IsUnknownShortcode(told, ours):
                // It pays nothing of ours, whatever it names.
                keys.Numbers.Add(told.Receipt);
                break;
            case CallbackMessage.Confirmation told:
                ConfirmedPayments.CollectKeys(ConfirmedPayments.ToDomain(told, ours, now), keys);
                break;
        }
    }

    public CallbackResult Apply(ParsedCallback callback, CallbackBatch batch, DateTimeOffset now) => callback.Message switch
    {
        CallbackMessage.Confirmation told => Apply(callback, told, batch, now),
        CallbackMessage.Malformed malformed => UnreadableConfirmations.Judge(callback, malformed, batch),
        _ => callback.Unexpected(),
    };

    private CallbackResult Apply(ParsedCallback callback, CallbackMessage.Confirmation told, CallbackBatch batch, DateTimeOffset now)
    {
        if (callback.UntrustedReason is { } why)
        {
            UnreadableConfirmations.Note(callback, told.Receipt, told.Amount, batch);
            if (OrderReference.KeyOf(told.Account) is { Length: > 0 } key)
            {
                batch.Add(new UntrustedConfirmation(callback.Row.Id, key, told.Receipt, told.Amount, why));
            }

            return callback.WithVerdict(Verdict.Hint, why + " It waits, unconfirmed, until Pull lists its receipt or an operator asks for it.");
        }

        if (batch.IsReplay)
        {
            // A newer version may read what an older one could not.
            batch.Add(new ConfirmationUnderstood(callback.Row.Id));
        }

        var confirmation = ConfirmedPayments.ToDomain(told, ours, now);
        if (IsUnknownShortcode(told, ours) && batch.Receipt(told.Receipt) is null)
        {
            return KeepUnknownShortcode(callback, confirmation, batch, now);
        }

        var (verdict, detail) = ConfirmedPayments.Apply(confirmation, batch, now);
        return callback.WithVerdict(verdict, detail);
    }

    /// <summary>True for money to a number that is not configured here.</summary>
    private static bool IsUnknownShortcode(CallbackMessage.Confirmation told, OurShortcodes ours) => ours.MethodOf(told.Shortcode, told.Account) is null;

    /// <summary>Authentic, and paid to a number of somebody's that nobody told us of: on record, and a person's question (R17).</summary>
    private CallbackResult KeepUnknownShortcode(ParsedCallback callback, Confirmation confirmation, CallbackBatch batch, DateTimeOffset now)
    {
        var receipt = confirmation.ToReceipt(NewId.Next<ReceiptId>(), now);
        batch.AddUnmatched(receipt);
        batch.Add(new PaymentConfirmed(confirmation.Number));
        batch.Add(new UnknownShortcodePayment(confirmation.Shortcode!, receipt.Id, confirmation.Number, confirmation.Amount));
        var till = ours.Till is { } number ? $"our till {number}" : "a till of ours";
        var judgement = callback.WithVerdict(Verdict.Unmatched, $"It was paid to {confirmation.Shortcode}, which is neither our shortcode {ours.Main} nor {till}.");
        return judgement with { IsStray = true };
    }
}
