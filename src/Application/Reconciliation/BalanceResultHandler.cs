using Payments.Application.Callbacks;

namespace Payments.Application.Reconciliation;

/// <summary>What answers to balance queries mean.</summary>
internal sealed class BalanceResultHandler : ICallbackHandler
{
    public IReadOnlyCollection<CallbackKind> Kinds => [CallbackKind.BalanceResult, CallbackKind.BalanceTimeout];

    public void CollectKeys(ParsedCallback callback, BatchKeys keys, DateTimeOffset now) => QueryCallbacks.CollectKeys(callback, keys);

    public CallbackResult Apply(ParsedCallback callback, CallbackBatch batch, DateTimeOffset now) => callback.Message switch
    {
        CallbackMessage.BalanceResult result => Apply(callback, result, batch),
        CallbackMessage.QueueTimeout timeout => QueryCallbacks.Apply(callback, StatusQueryKind.Balance, timeout, batch, now),
        CallbackMessage.Malformed malformed => QueryCallbacks.Apply(callback, malformed, batch, now),
        _ => callback.Unexpected(),
    };

    private static CallbackResult Apply(ParsedCallback callback, CallbackMessage.BalanceResult result, CallbackBatch batch)
    {
        var (question, refused) = QueryCallbacks.Find(
            callback, StatusQueryKind.Balance, result.ConversationId, result.OriginatorId, mayLack: false, batch);
        if (question is null)
        {
            return refused!;
        }

        if (result.Problem is { } problem)
        {
            batch.Add(new QueryAnswered(question.Id, $"{problem.Message} ({problem.ResultCode})"));
            return callback.WithVerdict(Verdict.Hint, problem.Message);
        }

        if (question.AnsweredAt is not null)
        {
            return callback.WithVerdict(Verdict.Duplicate);
        }

        if (!question.KeepsBalances)
        {
            // Asked for the sake of who asks: that there is an answer is the answer.
            batch.Add(new QueryAnswered(question.Id, StatusQuery.Told));
            return callback.WithVerdict(Verdict.Applied);
        }

        if (!result.IsFinal && result.Accounts.Count == 0)
        {
            return callback.WithVerdict(Verdict.Hint, "Safaricom said that more is to come.");
        }

        // What could be read is kept, each account with its own time; that the list is not whole is what the question is told.
        batch.Add(new BalancesReported(result.Accounts));
        var why = result.Accounts.Count == 0 ? "Safaricom answered, but not an account of the answer could be read."
            : result.Unread > 0 ? $"{result.Unread} of {result.Unread + result.Accounts.Count} accounts of Safaricom's answer could not be read." : null;
        batch.Add(new QueryAnswered(question.Id, why ?? StatusQuery.Told));
        return callback.WithVerdict(result.Accounts.Count == 0 ? Verdict.Hint : Verdict.Applied, why);
    }
}
