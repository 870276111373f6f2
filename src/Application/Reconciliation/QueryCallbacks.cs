using Payments.Application.Callbacks;

namespace Payments.Application.Reconciliation;

/// <summary>What the answers to status and balance queries have in common (R10).</summary>
internal static class QueryCallbacks
{
    public static void CollectKeys(ParsedCallback callback, BatchKeys keys)
    {
        if (callback.Row.SubjectId is { } question)
        {
            keys.Questions.Add(new(question));
        }
    }

    /// <summary>The query a callback is trusted to answer (R3), or what became of the callback.</summary>
    public static (StatusQuery? Question, CallbackResult? Refused) Find(
        ParsedCallback callback, StatusQueryKind kind, string? conversationId, string? originatorId, bool mayLack, CallbackBatch batch)
    {
        if (callback.Row.SubjectId is not { } id)
        {
            return (null, callback.WithVerdict(Verdict.Hint, "Its address carries no valid token."));
        }

        if (batch.Question(new(id)) is not { } question || question.Kind != kind)
        {
            return (null, callback.WithVerdict(Verdict.Unmatched, "Its token was made for a question that is not in this database."));
        }

        return question.IsNamed(conversationId, originatorId, mayLack)
            ? (question, null)
            : (null, callback.WithVerdict(Verdict.Hint, "It does not name the question its address belongs to."));
    }

    public static CallbackResult Apply(
        ParsedCallback callback, StatusQueryKind kind, CallbackMessage.QueueTimeout timeout, CallbackBatch batch, DateTimeOffset now)
    {
        var (question, refused) = Find(callback, kind, timeout.ConversationId, timeout.OriginatorId, mayLack: true, batch);
        if (question is null)
        {
            return refused!;
        }

        // Its answer may still come; meanwhile the schedule asks again.
        if (question.SubjectId is { } subject)
        {
            batch.Transfer(new(subject))?.RecordQueryFailure("The question timed out in Safaricom's queue.", now);
        }

        return callback.WithVerdict(Verdict.Hint, "The question timed out in Safaricom's queue.");
    }

    /// <summary>An answer that cannot be read: on record, and the schedule asks again.</summary>
    public static CallbackResult Apply(ParsedCallback callback, CallbackMessage.Malformed malformed, CallbackBatch batch, DateTimeOffset now)
    {
        // A balance is not money that moved; the next answer tells it.
        if (callback.Row.SubjectId is { } id && batch.Question(new(id)) is { Kind: StatusQueryKind.Status, SubjectId: { } subject } question)
        {
            const string Why = "An answer came that could not be read.";
            batch.Add(new QueryAnswered(question.Id, Why));
            batch.Transfer(new(subject))?.RecordQueryFailure(Why, now);
        }

        return callback.WithVerdict(Verdict.Malformed, malformed.Why);
    }
}
