using Payments.Application.Callbacks;
using Payments.Application.Checkouts;
using Payments.Application.Common;
using Payments.Domain.C2b;
using Payments.Domain.Checkouts;
using Payments.Domain.Common;
using Payments.Domain.Receipts;

namespace Payments.Application.C2b;

/// <summary>
/// What a payment by hand means that is known to be true (R6–R8): a trusted confirmation, one that Pull lists, or one that M-PESA was asked about.
/// </summary>
internal static class ConfirmedPayments
{
    /// <summary>The table's limit; what a reader joins out of three names can be longer.</summary>
    private const int MaxName = 200;

    /// <summary>What has to be loaded for a payment.</summary>
    public static void CollectKeys(Confirmation confirmation, BatchKeys keys)
    {
        keys.Numbers.Add(confirmation.Number);
        if (confirmation.Method == PaymentMethod.Till)
        {
            keys.TillPayments.Add((confirmation.Amount, confirmation.At));
        }

        // At a till too: what was typed is what was meant.
        if (OrderReference.KeyOf(confirmation.Account) is { Length: > 0 } key)
        {
            keys.Accounts.Add(key);
        }
    }

    /// <summary>Applies a payment that is known to be true, and answers the customers who claimed it.</summary>
    public static (Verdict Verdict, string? Detail) Apply(Confirmation confirmation, CallbackBatch batch, DateTimeOffset now)
    {
        var told = Record(confirmation, batch, now);

        // Of a number with two amounts nobody knows what was paid.
        return told.Verdict != Verdict.Contradiction && ClaimedReceipts.Settle(confirmation.Number, batch, now) is { } checkout
            ? (Verdict.Applied, $"A customer had given its code for {checkout}.")
            : told;
    }

    private static (Verdict Verdict, string? Detail) Record(Confirmation confirmation, CallbackBatch batch, DateTimeOffset now)
    {
        batch.Add(new PaymentConfirmed(confirmation.Number));
        if (batch.Receipt(confirmation.Number) is { } known)
        {
            return ApplyRepeated(known, confirmation, batch, now);
        }

        if (batch.ByAccount(confirmation.Account) is { } checkout)
        {
            checkout.Attempts.ForEach(attempt => batch.Add(new PayerShown(confirmation.Payer, attempt.Phone, IsCertain: false)));
            checkout.ApplyConfirmation(confirmation, NewId.Next<ReceiptId>(), now);
            batch.Index(checkout);
            return (Verdict.Applied, null);
        }

        var receipt = confirmation.ToReceipt(NewId.Next<ReceiptId>(), now);
        var prompts = confirmation.Method == PaymentMethod.Till ? batch.ByPrompt(receipt) : [];
        if (prompts is [var only] && only.IsShownToPay(receipt))
        {
            only.ApplyConfirmation(confirmation, receipt.Id, now);
            batch.Index(only);
            return (Verdict.Applied, null);
        }

        batch.AddUnmatched(receipt);
        if (prompts.FirstOrDefault(c => c.Receipts.Exists(r => r.Number is null)) is { } asked)
        {
            asked.OpenAmbiguousPayerCase(receipt, prompts, now);
        }

        return (Verdict.Unmatched, prompts.Count > 1 ? "Several prompts of ours could be what it pays."
            : OrderReference.FirstInvalidCharacter(confirmation.Account) is { } stranger ? $"Its account holds {stranger}, which no account has, so it matches nothing."
            : Account.IsMistyped(OrderReference.KeyOf(confirmation.Account)) ? "Its account's check digit does not fit: it was mistyped."
            : "Its account is none of ours.");
    }

    private static (Verdict, string?) ApplyRepeated(Receipt known, Confirmation confirmation, CallbackBatch batch, DateTimeOffset now)
    {
        if (batch.CheckoutOf(known) is { } checkout)
        {
            batch.Add(new PayerShown(confirmation.Payer, checkout.PhoneOf(known), IsCertain: !known.IsInferred));
            return (checkout.ApplyRepeatedConfirmation(known, confirmation, now).ToVerdict(), null);
        }

        var (hadAccount, hadPayer) = (known.Account.Length > 0, known.Payer is not null);
        var verdict = known.ApplyRepeatedConfirmation(confirmation).ToVerdict();
        var isTill = confirmation.Method == PaymentMethod.Till;
        return verdict switch
        {
            Verdict.Contradiction => (verdict, "Its receipt number is here with another amount."),

            // To another number than ours it pays nothing of ours, whoever says so.
            _ when batch.Ours.MethodOf(confirmation.Shortcode, confirmation.Account) is null || batch.Ours.MethodOf(known.Shortcode, known.Account) is null => (verdict, null),

            // Only what is new: an account that was nobody's when it was told does not become somebody's by being told again.
            _ when !hadAccount && batch.ByAccount(known.Account) is { } order => AttachToAttempt(known, order, confirmation, batch, now),
            _ when isTill && !hadPayer && batch.ByPrompt(known) is [var only] && only.IsShownToPay(known) => AttachToAttempt(known, only, confirmation, batch, now),
            _ => (verdict, null),
        };
    }

    private static (Verdict, string?) AttachToAttempt(Receipt known, Checkout checkout, Confirmation confirmation, CallbackBatch batch, DateTimeOffset now)
    {
        known.RecordShortcode(confirmation);
        var verdict = checkout.ApplyConfirmedAccount(known, now).ToVerdict();
        batch.Index(checkout);
        return (verdict, verdict == Verdict.Contradiction ? "It is this order's, but it is being refunded or has been." : null);
    }

    public static Confirmation ToDomain(CallbackMessage.Confirmation told, OurShortcodes ours, DateTimeOffset now) => new(
        told.Receipt, told.Amount, told.Account, told.Payer is { Length: > 0 } ? told.Payer : null, told.PayerName is { Length: > 0 } name ? DbText.Clip(name, MaxName) : null, told.At ?? now,
        ours.MethodOf(told.Shortcode, told.Account) ?? PaymentMethod.Paybill, SettledBy.Confirmation)
    {
        Shortcode = told.Shortcode,
    };
}
