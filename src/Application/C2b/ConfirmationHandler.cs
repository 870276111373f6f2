using System.Security.Cryptography;
using Payments.Application.Callbacks;
using Payments.Application.Common;
using Payments.Application.Reconciliation;
using Payments.Domain.C2b;
using Payments.Domain.Callbacks;
using Payments.Domain.Checkouts;
using Payments.Domain.Transfers;

namespace Payments.Application.C2b;

/// <summary>What a C2B confirmation means (R3, R6–R8). Pulled payments go the same way, without the question of trust.</summary>
internal static class ConfirmationHandler
{
    /// <summary>The table's limits; what a reader joins out of three names can be longer.</summary>
    private const int MaxName = 200;

    /// <summary>Whether the token its address carried, of which the inbox keeps a hash alone, is the expected one.</summary>
    public static bool IsHash(InboxRow row, byte[] expected) => row.TokenHash is { } hash && CryptographicOperations.FixedTimeEquals(hash, expected);

    public static void CollectKeys(ParsedCallback read, CallbackMessage.Confirmation told, BatchKeys keys, OurShortcodes ours, DateTimeOffset now)
    {
        if (read.UntrustedReason is not null)
        {
            return;
        }

        if (IsUnknownShortcode(told, ours))
        {
            // It pays nothing of ours, whatever it names.
            keys.Numbers.Add(told.Receipt);
        }
        else
        {
            CollectKeys(ToDomain(told, ours, now), keys);
        }
    }

    /// <summary>True for money to a number that is not configured here.</summary>
    private static bool IsUnknownShortcode(CallbackMessage.Confirmation told, OurShortcodes ours) => ours.MethodOf(told.Shortcode, told.Account) is null;

    public static CallbackResult Decide(ParsedCallback read, CallbackMessage.Confirmation told, CallbackBatch books, DateTimeOffset now)
    {
        if (read.UntrustedReason is { } why)
        {
            UnreadableConfirmations.Note(read, told.Receipt, told.Amount, books);
            if (OrderReference.KeyOf(told.Account) is { Length: > 0 } key)
            {
                books.Untrusted.Add(new(read.Row.Id, key, told.Receipt, told.Amount, why));
            }

            return read.WithVerdict(Verdict.Hint, why + " It waits, unconfirmed, until Pull lists its receipt or an operator asks for it.");
        }

        var confirmation = ToDomain(told, books.Ours, now);
        if (IsUnknownShortcode(told, books.Ours) && books.Receipt(told.Receipt) is null)
        {
            return KeepUnknownShortcode(read, confirmation, books, now);
        }

        var (verdict, detail) = Apply(confirmation, books, now);
        return read.WithVerdict(verdict, detail);
    }

    /// <summary>Authentic, and paid to a number of somebody's that nobody told us of: on record, and a person's question (R17).</summary>
    private static CallbackResult KeepUnknownShortcode(ParsedCallback read, Confirmation confirmation, CallbackBatch books, DateTimeOffset now)
    {
        var receipt = confirmation.ToReceipt(NewId.Next(), now);
        books.AddUnmatched(receipt);
        books.Confirmed.Add(confirmation.Number);
        books.Strays.Add(new(confirmation.Shortcode!, receipt.Id, confirmation.Number, confirmation.Amount));
        var till = books.Ours.Till is { } ours ? $"our till {ours}" : "a till of ours";
        var judgement = read.WithVerdict(Verdict.Unmatched, $"It was paid to {confirmation.Shortcode}, which is neither our shortcode {books.Ours.Main} nor {till}.");
        return judgement with { IsStray = true };
    }

    /// <summary>A validation on record.</summary>
    public static CallbackResult Decide(ParsedCallback read, CallbackMessage.Validation _) =>
        read.WithVerdict(Verdict.Hint, $"A question, not money. Answered: {read.Row.Answer ?? "not known"}.");

    /// <summary>
    /// The answer to an operator's question about an untrusted confirmation: it counts when M-PESA knows the receipt as completed, with that
    /// amount, paid by somebody else to us. The account is the customer's word and nobody else's, here as in every confirmation.
    /// </summary>
    public static CallbackResult Decide(
        ParsedCallback read, CallbackMessage.StatusResult result, StatusQuery question, Confirmation asked, CallbackBatch books, DateTimeOffset now)
    {
        if (!result.IsFinal)
        {
            return read.WithVerdict(Verdict.Hint, "Safaricom said that more is to come.");
        }

        if (result.Transaction is not { } found)
        {
            var why = $"M-PESA did not answer the question ({result.Problem?.ResultCode}): {result.Problem?.Message}";
            books.Answers.Add((question.Id, why));
            return read.WithVerdict(Verdict.Hint, why);
        }

        books.Answers.Add((question.Id, found.StateText));
        if (found.State == TransactionState.Reversed && found.Receipt == asked.Number && found.Amount == asked.Amount && IsPaidToUs(found, books.Ours))
        {
            books.TakenBack.Add(asked.Number);
            return read.WithVerdict(Verdict.Hint, "M-PESA says that it was paid and then reversed: the customer has the money again, and nothing was counted.");
        }

        if (found.State != TransactionState.Completed || found.Receipt != asked.Number || found.Amount != asked.Amount || !IsPaidToUs(found, books.Ours))
        {
            return read.WithVerdict(Verdict.Hint, $"M-PESA calls it '{found.StateText}', but number, amount and parties do not all agree: nothing was counted.");
        }

        var (verdict, detail) = Apply(asked with { By = SettledBy.StatusQuery, At = found.At ?? asked.At }, books, now);
        return read.WithVerdict(verdict, detail);
    }

    /// <summary>The debit party comes first, the credit party last (docs/protocol/status-balance-reversal.md); a payout of ours has them the other way round.</summary>
    private static bool IsPaidToUs(TransactionFound found, OurShortcodes ours)
    {
        bool IsOurs(string party) => CounterpartyMatcher.IsBusiness(party, ours.Main) || CounterpartyMatcher.IsBusiness(party, ours.Till);
        return found.Parties is [var debit, .., var credit] && !IsOurs(debit) && IsOurs(credit);
    }

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
            keys.References.Add(key);
        }
    }

    /// <summary>Applies a payment that is known to be true.</summary>
    public static (Verdict Verdict, string? Detail) Apply(Confirmation confirmation, CallbackBatch books, DateTimeOffset now)
    {
        books.Confirmed.Add(confirmation.Number);
        if (books.Receipt(confirmation.Number) is { } known)
        {
            return ApplyRepeated(known, confirmation, books, now);
        }

        if (books.ByAccount(confirmation.Account) is { } checkout)
        {
            checkout.Attempts.ForEach(attempt => books.Hashes.Look(confirmation.Payer, attempt.Phone, isCertain: false));
            checkout.ApplyConfirmation(confirmation, NewId.Next(), now);
            books.Index(checkout);
            return (Verdict.Applied, null);
        }

        var receipt = confirmation.ToReceipt(NewId.Next(), now);
        var prompts = confirmation.Method == PaymentMethod.Till ? books.ByPrompt(receipt) : [];
        if (prompts is [var only] && only.IsShownToPay(receipt))
        {
            only.ApplyConfirmation(confirmation, receipt.Id, now);
            books.Index(only);
            return (Verdict.Applied, null);
        }

        books.AddUnmatched(receipt);
        if (prompts.FirstOrDefault(c => c.Receipts.Exists(r => r.Number is null)) is { } asked)
        {
            asked.OpenAmbiguousPayerCase(receipt, prompts, now);
        }

        return (Verdict.Unmatched, prompts.Count > 1 ? "Several prompts of ours could be what it pays."
            : OrderReference.FirstInvalidCharacter(confirmation.Account) is { } stranger ? $"Its account holds {stranger}, which no order reference has, so it matches nothing."
            : "Its account is no order reference of ours.");
    }

    private static (Verdict, string?) ApplyRepeated(Receipt known, Confirmation confirmation, CallbackBatch books, DateTimeOffset now)
    {
        if (books.CheckoutOf(known) is { } checkout)
        {
            books.Hashes.Look(confirmation.Payer, checkout.PhoneOf(known), isCertain: !known.IsInferred);
            return (checkout.ApplyRepeatedConfirmation(known, confirmation, now), null);
        }

        var (hadAccount, hadPayer) = (known.Account.Length > 0, known.Payer is not null);
        var verdict = known.ApplyRepeatedConfirmation(confirmation);
        var isTill = confirmation.Method == PaymentMethod.Till;
        return verdict switch
        {
            Verdict.Contradiction => (verdict, "Its receipt number is here with another amount."),

            // To another number than ours it pays nothing of ours, whoever says so.
            _ when books.Ours.MethodOf(confirmation.Shortcode, confirmation.Account) is null || books.Ours.MethodOf(known.Shortcode, known.Account) is null => (verdict, null),

            // Only what is new: an account that was nobody's when it was told does not become somebody's by being told again.
            _ when !hadAccount && books.ByAccount(known.Account) is { } order => AttachToAttempt(known, order, confirmation, books, now),
            _ when isTill && !hadPayer && books.ByPrompt(known) is [var only] && only.IsShownToPay(known) => AttachToAttempt(known, only, confirmation, books, now),
            _ => (verdict, null),
        };
    }

    private static (Verdict, string?) AttachToAttempt(Receipt known, Checkout checkout, Confirmation confirmation, CallbackBatch books, DateTimeOffset now)
    {
        known.Method = confirmation.Method;
        known.Shortcode ??= confirmation.Shortcode;
        var verdict = checkout.ApplyConfirmedAccount(known, now);
        books.Index(checkout);
        return (verdict, verdict == Verdict.Contradiction ? "It is this order's, but it is being refunded or has been." : null);
    }

    public static Confirmation ToDomain(CallbackMessage.Confirmation told, OurShortcodes ours, DateTimeOffset now) => new(
        told.Receipt, told.Amount, told.Account, told.Payer is { Length: > 0 } ? told.Payer : null, told.PayerName is { Length: > 0 } name ? DbText.Clip(name, MaxName) : null, told.At ?? now,
        ours.MethodOf(told.Shortcode, told.Account) ?? PaymentMethod.Paybill, SettledBy.Confirmation)
    {
        Shortcode = told.Shortcode,
    };
}
