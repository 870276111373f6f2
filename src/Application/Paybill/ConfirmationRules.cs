using System.Security.Cryptography;
using Payments.Domain;

namespace Payments.Application;

/// <summary>What a C2B confirmation means (design §3, rules 3 and 6–8). Pulled payments go the same way, without the question of trust.</summary>
internal static class ConfirmationRules
{
    /// <summary>The table's limits; what a reader joins out of three names can be longer.</summary>
    private const int MostName = 200;

    /// <summary>
    /// Why a confirmation is not trusted; null when it is. Its URL carried the token of a registration (checked when it came, or now by
    /// its hash when the database was away then), and the number it names is that registration's, or our till.
    /// </summary>
    public static string? Distrust(InboxRow row, CallbackMessage.Confirmation told, IReadOnlyList<Registration> registrations, OurShortcodes ours)
    {
        var registration = registrations.FirstOrDefault(r => row.SubjectId == r.Id
            || (row.TokenHash is { } hash && CryptographicOperations.FixedTimeEquals(hash, RegistrationToken.Hash(r.Token))));
        return registration switch
        {
            null => "Its address carries no registration token of ours, or it came from outside the allowed networks.",
            { ReplacedAt: { } at } when row.ReceivedAt >= at => $"The token in its address was replaced at {at:u}.",
            _ when told.Shortcode != registration.Shortcode && told.Shortcode != ours.Till => "The shortcode it names is not the one its address was registered for.",
            _ => null,
        };
    }

    public static void Gather(ReadCallback read, CallbackMessage.Confirmation told, BookKeys keys, DateTimeOffset now)
    {
        if (read is { Row.Kind: CallbackKind.C2bConfirm, Distrust: null })
        {
            Gather(ToDomain(told, now), keys);
        }
    }

    public static Judgement Judge(ReadCallback read, CallbackMessage.Confirmation told, Books books, DateTimeOffset now)
    {
        if (read.Row.Kind == CallbackKind.C2bValidate)
        {
            return read.Say(Verdict.Hint, $"A question, not money. Answered: {read.Row.Answer ?? "not known"}.");
        }

        if (read.Distrust is { } why)
        {
            if (OrderReference.KeyOf(told.Account) is { Length: > 0 } key)
            {
                books.Untrusted.Add(new(read.Row.Id, key, told.Receipt, told.Amount, why));
            }

            return read.Say(Verdict.Hint, why + " It waits, unconfirmed, until Pull lists its receipt or an operator asks for it.");
        }

        var (verdict, detail) = Apply(ToDomain(told, now), books, now);
        return read.Say(verdict, detail);
    }

    /// <summary>
    /// The answer to an operator's question about an untrusted confirmation: it counts when M-PESA knows the receipt as completed, with that
    /// amount, paid by somebody else to us. The account is the customer's word and nobody else's, here as in every confirmation.
    /// </summary>
    public static Judgement Judge(
        ReadCallback read, CallbackMessage.StatusResult result, Question question, Confirmation asked, Books books, DateTimeOffset now)
    {
        if (!result.IsFinal)
        {
            return read.Say(Verdict.Hint, "Safaricom said that more is to come.");
        }

        if (result.Transaction is not { } found)
        {
            var why = $"M-PESA did not answer the question ({result.Problem?.ResultCode}): {result.Problem?.Message}";
            books.Answers.Add((question.Id, why));
            return read.Say(Verdict.Hint, why);
        }

        books.Answers.Add((question.Id, found.StateText));
        if (found.State != TransactionState.Completed || found.Receipt != asked.Number || found.Amount != asked.Amount || !IsPaidToUs(found, books.Ours))
        {
            return read.Say(Verdict.Hint, $"M-PESA calls it '{found.StateText}', but number, amount and parties do not all agree: nothing was counted.");
        }

        var (verdict, detail) = Apply(asked with { By = SettledBy.StatusQuery, At = found.At ?? asked.At }, books, now);
        return read.Say(verdict, detail);
    }

    /// <summary>The debit party comes first, the credit party last (daraja.md §8); a payout of ours has them the other way round.</summary>
    private static bool IsPaidToUs(TransactionFound found, OurShortcodes ours)
    {
        bool IsOurs(string party) => party.Split(" - ", 2)[0].Trim() is var number && (number == ours.Main || number == ours.Till);
        return found.Parties is [var debit, .., var credit] && !IsOurs(debit) && IsOurs(credit);
    }

    /// <summary>What has to be loaded for a payment.</summary>
    public static void Gather(Confirmation confirmation, BookKeys keys)
    {
        keys.Numbers.Add(confirmation.Number);
        if (confirmation.Method == PaymentMethod.Till)
        {
            keys.TillPayments.Add((confirmation.Amount, confirmation.At));
        }
        else if (OrderReference.KeyOf(confirmation.Account) is { Length: > 0 } key)
        {
            keys.References.Add(key);
        }
    }

    /// <summary>Applies a payment that is known to be true.</summary>
    public static (Verdict Verdict, string? Detail) Apply(Confirmation confirmation, Books books, DateTimeOffset now)
    {
        books.Confirmed.Add(confirmation.Number);
        if (books.Receipt(confirmation.Number) is { } known)
        {
            return Again(known, confirmation, books, now);
        }

        if (confirmation.Method != PaymentMethod.Till && books.ByAccount(confirmation.Account) is { } checkout)
        {
            checkout.HearConfirmation(confirmation, NewId.Next(), now);
            books.Remember(checkout);
            return (Verdict.Applied, null);
        }

        var receipt = confirmation.ToReceipt(NewId.Next(), now);
        var prompts = confirmation.Method == PaymentMethod.Till ? books.ByPrompt(receipt) : [];
        if (prompts is [var only])
        {
            only.HearConfirmation(confirmation, receipt.Id, now);
            books.Remember(only);
            return (Verdict.Applied, null);
        }

        books.AddUnmatched(receipt);
        if (prompts.FirstOrDefault(c => c.Receipts.Exists(r => r.Number is null)) is { } asked)
        {
            asked.AskWhose(receipt, prompts, now);
        }

        return (Verdict.Unmatched, prompts.Count > 1 ? "Several prompts of ours could be what it pays." : "Its account is no order reference of ours.");
    }

    private static (Verdict, string?) Again(Receipt known, Confirmation confirmation, Books books, DateTimeOffset now)
    {
        if (books.CheckoutOf(known) is { } checkout)
        {
            return (checkout.HearAgain(known, confirmation, now), null);
        }

        if (known.Amount != confirmation.Amount)
        {
            return (Verdict.Contradiction, "Its receipt number is here with another amount.");
        }

        confirmation.FillIn(known);
        return (Verdict.Duplicate, null);
    }

    public static Confirmation ToDomain(CallbackMessage.Confirmation told, DateTimeOffset now) => new(
        told.Receipt, told.Amount, told.Account, told.Payer is { Length: > 0 } ? told.Payer : null, told.PayerName is { Length: > 0 } name ? Texts.Clip(name, MostName) : null, told.At ?? now,
        told.IsTill ? PaymentMethod.Till : PaymentMethod.Paybill, SettledBy.Confirmation);
}
