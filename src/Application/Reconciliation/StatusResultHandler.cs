using Payments.Application.C2b;
using Payments.Application.Callbacks;
using Payments.Application.Common;

namespace Payments.Application.Reconciliation;

/// <summary>What answers to status queries mean (R10): the ResultCode speaks only for the query, the transaction's state for the transaction.</summary>
internal sealed class StatusResultHandler : ICallbackHandler
{
    public IReadOnlyCollection<CallbackKind> Kinds => [CallbackKind.StatusResult, CallbackKind.StatusTimeout];

    public void CollectKeys(ParsedCallback callback, BatchKeys keys, DateTimeOffset now) => QueryCallbacks.CollectKeys(callback, keys);

    public CallbackResult Apply(ParsedCallback callback, CallbackBatch batch, DateTimeOffset now) => callback.Message switch
    {
        CallbackMessage.StatusResult result => Apply(callback, result, batch, now),
        CallbackMessage.QueueTimeout timeout => QueryCallbacks.Apply(callback, StatusQueryKind.Status, timeout, batch, now),
        CallbackMessage.Malformed malformed => QueryCallbacks.Apply(callback, malformed, batch, now),
        _ => callback.Unexpected(),
    };

    private static CallbackResult Apply(ParsedCallback callback, CallbackMessage.StatusResult result, CallbackBatch batch, DateTimeOffset now)
    {
        var (question, refused) = QueryCallbacks.Find(
            callback, StatusQueryKind.Status, result.ConversationId, result.OriginatorId, mayLack: false, batch);
        if (question is null)
        {
            return refused!;
        }

        if (batch.Asked.TryGetValue(question.Id, out var confirmation))
        {
            return AskedConfirmations.Apply(callback, result, question, confirmation, batch, now);
        }

        if (batch.Transfer(new(question.SubjectId!.Value)) is not { } transfer)
        {
            return callback.WithVerdict(Verdict.Unmatched, "What was asked about is not in this database.");
        }

        if (!result.IsFinal)
        {
            return callback.WithVerdict(Verdict.Hint, "Safaricom said that more is to come.");
        }

        if (result.Transaction is not { } found)
        {
            // "Not found" above all: it never fails anything by itself.
            var why = $"M-PESA did not answer the question ({result.Problem?.ResultCode}): {result.Problem?.Message}";
            batch.Add(new QueryAnswered(question.Id, why));
            transfer.RecordQueryFailure(why, now);
            return callback.WithVerdict(Verdict.Hint, why);
        }

        batch.Add(new QueryAnswered(question.Id, found.StateText));
        var verdict = transfer.ApplyStatusResult(found, now).ToVerdict();
        return callback.WithVerdict(verdict, $"M-PESA calls it '{found.StateText}'; the {transfer.TypeName} is {EnumNames.Name(transfer.Status)}.");
    }
}
