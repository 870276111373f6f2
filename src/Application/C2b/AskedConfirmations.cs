using Payments.Application.Callbacks;
using Payments.Application.Checkouts;
using Payments.Application.Reconciliation;
using Payments.Domain.C2b;
using Payments.Domain.Checkouts;
using Payments.Domain.Common;
using Payments.Domain.Transfers;

namespace Payments.Application.C2b;

/// <summary>
/// What M-PESA was asked about by receipt number: stored confirmations that are untrusted or cannot be read, and numbers that customers gave.
/// </summary>
public sealed class AskedConfirmations(ICallbackReader reader, IC2bPayments paybill, IReceiptClaims claims, OurShortcodes ours)
{
    /// <summary>Adds what such confirmations name: their answers are applied like confirmations.</summary>
    internal async Task Collect(IReadOnlyList<StatusQuery> asked, IReadOnlyList<ParsedCallback> callbacks, BatchKeys keys, DateTimeOffset now)
    {
        var subjects = asked.Where(q => q.Kind == StatusQueryKind.Status).Select(q => q.SubjectId).OfType<Guid>().Select(CallbackId.From).ToList();
        foreach (var (id, body) in subjects.Count == 0 ? [] : await paybill.StoredConfirmations(subjects))
        {
            var message = reader.Read(CallbackKind.C2bConfirm, body);
            foreach (var question in asked.Where(q => q.SubjectId == id.Value))
            {
                var confirmation = message is CallbackMessage.Confirmation told ? ConfirmedPayments.ToDomain(told, ours, now)
                    : UnreadableConfirmations.AsAsked(question, (CallbackMessage.Malformed)message, AnswerTo(question), ours, now);
                Add(question, confirmation);
            }
        }

        // Money out is asked about by another id than its receipt.
        var byNumber = asked.Where(q => q is { Kind: StatusQueryKind.Status, Receipt: not null } && !keys.Asked.ContainsKey(q.Id)).ToList();
        var claimed = byNumber.Count == 0 ? [] : await claims.Among([.. byNumber.Select(q => q.SubjectId).OfType<Guid>()]);
        foreach (var question in byNumber.Where(q => q.SubjectId is { } subject && claimed.Contains(ReceiptClaimId.From(subject))))
        {
            Add(question, UnreadableConfirmations.AsAnswered(question.Receipt!.Value, "", AnswerTo(question), ours, now));
        }

        CallbackMessage? AnswerTo(StatusQuery question) => callbacks.FirstOrDefault(callback => callback.Row.SubjectId == question.Id.Value)?.Message;

        void Add(StatusQuery question, Confirmation confirmation)
        {
            keys.Asked[question.Id] = confirmation;
            ConfirmedPayments.CollectKeys(confirmation, keys);
        }
    }

    /// <summary>
    /// The answer to a question about an untrusted confirmation, or about a number that a customer gave: it counts when M-PESA knows the receipt as completed, with that
    /// amount, paid by somebody else to us. The account is the customer's word and nobody else's, here as in every confirmation.
    /// </summary>
    internal static CallbackResult Apply(
        ParsedCallback callback, CallbackMessage.StatusResult result, StatusQuery question, Confirmation asked, CallbackBatch batch, DateTimeOffset now)
    {
        if (!result.IsFinal)
        {
            return callback.WithVerdict(Verdict.Hint, "Safaricom said that more is to come.");
        }

        if (result.Transaction is not { } found)
        {
            var why = $"M-PESA did not answer the question ({result.Problem?.ResultCode}): {result.Problem?.Message}";
            batch.Add(new QueryAnswered(question.Id, why));
            return callback.WithVerdict(Verdict.Hint, why);
        }

        batch.Add(new QueryAnswered(question.Id, found.StateText));
        if (found.State == TransactionState.Reversed && found.Receipt == asked.Number && found.Amount == asked.Amount && IsPaidToUs(found, batch.Ours))
        {
            batch.Add(new PaymentTakenBack(asked.Number));
            return callback.WithVerdict(Verdict.Hint, "M-PESA says that it was paid and then reversed: the customer has the money again, and nothing was counted.");
        }

        if (found.State != TransactionState.Completed || found.Receipt != asked.Number || found.Amount != asked.Amount || !IsPaidToUs(found, batch.Ours))
        {
            return callback.WithVerdict(Verdict.Hint, $"M-PESA calls it '{found.StateText}', but number, amount and parties do not all agree: nothing was counted.");
        }

        var (verdict, detail) = ConfirmedPayments.Apply(asked with { By = SettledBy.StatusQuery, At = found.At ?? asked.At }, batch, now);
        return callback.WithVerdict(verdict, detail);
    }

    /// <summary>The debit party comes first, the credit party last (docs/protocol/status-balance-reversal.md); a payout of ours has them the other way round.</summary>
    private static bool IsPaidToUs(TransactionFound found, OurShortcodes ours)
    {
        bool IsOurs(string party) => CounterpartyMatcher.IsBusiness(party, ours.Main) || CounterpartyMatcher.IsBusiness(party, ours.Till);
        return found.Parties is [var debit, .., var credit] && !IsOurs(debit) && IsOurs(credit);
    }
}
