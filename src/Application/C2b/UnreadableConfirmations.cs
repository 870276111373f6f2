using Payments.Application.Callbacks;
using Payments.Application.Reconciliation;
using Payments.Domain.C2b;
using Payments.Domain.Cases;
using Payments.Domain.Checkouts;
using Payments.Domain.Common;
using Payments.Domain.Transfers;

namespace Payments.Application.C2b;

/// <summary>A confirmation that is no receipt though its token is ours: it cannot be read, or its address is not allowed.</summary>
/// <param name="CallbackId">The stored callback; what its case is about.</param>
/// <param name="Kind">The kind of case.</param>
/// <param name="Receipt">The number it names, as far as that can be made out.</param>
/// <param name="Source">Where it came from.</param>
/// <param name="Story">What happened and what can be done.</param>
public sealed record UnreadableConfirmation(CallbackId CallbackId, string Kind, ReceiptNumber? Receipt, string? Source, string Story) : ICallbackEffect;

/// <summary>
/// Money that cannot become a receipt by itself (R17): confirmations that cannot be read, and those whose money waits because of the address
/// they came from. Each is a case, and a case has a way to its end: M-PESA is asked about the number, which is in it or which an operator reads
/// in the body; Pull lists it; or a newer version, or another configuration, applies the stored callback.
/// </summary>
internal static class UnreadableConfirmations
{
    /// <summary>A confirmation nobody can read: a case when its token is ours.</summary>
    public static CallbackResult Judge(ParsedCallback callback, CallbackMessage.Malformed malformed, CallbackBatch batch)
    {
        if (callback.UntrustedReason is { } why)
        {
            Note(callback, malformed.Number, null, batch);
            return callback.WithVerdict(Verdict.Malformed, $"{malformed.Why}. {why}");
        }

        if (malformed.Number is { } known && batch.Receipt(known) is not null)
        {
            return callback.WithVerdict(Verdict.Malformed, $"{malformed.Why}; the receipt it seems to name is known.");
        }

        batch.Add(new UnreadableConfirmation(
            callback.Row.Id, CaseKind.UnreadableConfirmation, malformed.Number, callback.Row.Source,
            $"A confirmation with our registration token came at {callback.Row.ReceivedAt:u} and could not be read: {malformed.Why}. It is money that stands in no "
            + (malformed.Number is { } number
                ? $"book; its number seems to be {number}. Have M-PESA asked about it (…/ask), and it counts when M-PESA confirms it. "
                : $"book. Read its body (GET /api/ops/callbacks/{callback.Row.Id}) or the M-PESA statement of that minute, then have M-PESA "
                    + "asked about the number (…/ask with {\"receipt\": \"…\"}), and it counts when M-PESA confirms it. ")
            + "With Pull it comes by itself. Then settle this case as noted, and report the form it came in."));
        return callback.WithVerdict(Verdict.Malformed, $"{malformed.Why}. It is a case.");
    }

    /// <summary>Notes a confirmation whose money waits because of its address; nothing for any other.</summary>
    public static void Note(ParsedCallback callback, ReceiptNumber? receipt, Money? amount, CallbackBatch batch)
    {
        if (callback.FromElsewhere is not { } address)
        {
            return;
        }

        batch.Add(new UnreadableConfirmation(
            callback.Row.Id, CaseKind.ConfirmationsFromElsewhere, receipt, callback.Row.Source,
            $"Confirmations with our registration token come from {address}, which is not in Callbacks__AllowedNetworks: their money waits and counts as nothing. "
            + $"The first came at {callback.Row.ReceivedAt:u}{(receipt is null ? "" : $" with receipt {receipt}")}{(amount is null ? "" : $" of {amount}")}. "
            + $"If that address is Safaricom's, allow it (Callbacks__AllowedNetworks), restart, and replay what waits (GET /api/ops/callbacks?kind=c2b_confirm&verdict=hint, "
            + "POST …/replay). If it is a proxy or CDN of yours, name it in Proxy__KnownProxies. If it is neither, somebody else has the token: have the URLs deleted in the "
            + "portal and registered anew. Until then: Pull counts what it lists, and …/ask has M-PESA asked about this receipt."));
    }

    /// <summary>
    /// What M-PESA was asked about for a confirmation that cannot be read: the number it was asked by, with the amount and the payer that M-PESA
    /// names, and of the body the account alone. An amount that cannot be agrees with nothing.
    /// </summary>
    public static Confirmation AsAsked(StatusQuery question, CallbackMessage.Malformed malformed, CallbackMessage? answer, OurShortcodes ours, DateTimeOffset now) =>
        AsAnswered(question.Receipt ?? malformed.Number ?? new(""), malformed.Account, answer, ours, now);

    /// <summary>The same where there is no confirmation: nothing but what M-PESA answers, and the number it was asked by.</summary>
    public static Confirmation AsAnswered(ReceiptNumber number, string account, CallbackMessage? answer, OurShortcodes ours, DateTimeOffset now)
    {
        var found = (answer as CallbackMessage.StatusResult)?.Transaction;
        var payer = found?.Parties is [var debit, ..] ? debit.Split(" - ", 2) : [];
        var credit = found?.Parties is [.., var last] ? last : "";
        var shortcode = CounterpartyMatcher.IsBusiness(credit, ours.Till) ? ours.Till : CounterpartyMatcher.IsBusiness(credit, ours.Main) ? ours.Main : null;
        return new(
            number, found?.Amount is { Cents: > 0 } amount ? amount : Money.FromCents(-1), account,
            payer.Length > 0 ? payer[0].Trim() : null, payer.Length > 1 ? payer[1].Trim() : null, found?.At ?? now,
            ours.MethodOf(shortcode, account) ?? PaymentMethod.Paybill, SettledBy.StatusQuery)
        {
            Shortcode = shortcode,
        };
    }
}
