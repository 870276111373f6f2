using Payments.Application.C2b;
using Payments.Application.Callbacks;
using Payments.Application.Common;
using Payments.Domain.Callbacks;

namespace Payments.Application.Reconciliation;

/// <summary>
/// What answers to questions mean (R10): the ResultCode speaks only for the question, the transaction's state for the transaction.
/// </summary>
internal static class StatusQueryCallbackHandler
{
    /// <summary>True for the callbacks of questions.</summary>
    public static bool IsAbout(CallbackKind kind) =>
        kind is CallbackKind.StatusResult or CallbackKind.StatusTimeout or CallbackKind.BalanceResult or CallbackKind.BalanceTimeout;

    public static void CollectKeys(ParsedCallback read, BatchKeys keys)
    {
        if (read.Row.SubjectId is { } question)
        {
            keys.Questions.Add(question);
        }
    }

    public static CallbackResult Apply(ParsedCallback read, CallbackMessage.StatusResult result, CallbackBatch books, DateTimeOffset now)
    {
        var (question, refused) = Find(read, StatusQueryKind.Status, result.ConversationId, result.OriginatorId, mayLack: false, books);
        if (question is null)
        {
            return refused!;
        }

        if (books.Asked.TryGetValue(question.Id, out var confirmation))
        {
            return ConfirmationHandler.Decide(read, result, question, confirmation, books, now);
        }

        if (books.Transfer(question.SubjectId!.Value) is not { } transfer)
        {
            return read.WithVerdict(Verdict.Unmatched, "What was asked about is not in this database.");
        }

        if (!result.IsFinal)
        {
            return read.WithVerdict(Verdict.Hint, "Safaricom said that more is to come.");
        }

        if (result.Transaction is not { } found)
        {
            // "Not found" above all: it never fails anything by itself.
            var why = $"M-PESA did not answer the question ({result.Problem?.ResultCode}): {result.Problem?.Message}";
            books.Answers.Add((question.Id, why));
            transfer.RecordQueryFailure(why, now);
            return read.WithVerdict(Verdict.Hint, why);
        }

        books.Answers.Add((question.Id, found.StateText));
        var verdict = transfer.ApplyStatusResult(found, now);
        return read.WithVerdict(verdict, $"M-PESA calls it '{found.StateText}'; the {transfer.TypeName} is {EnumNames.Name(transfer.Status)}.");
    }

    public static CallbackResult Apply(ParsedCallback read, CallbackMessage.BalanceResult result, CallbackBatch books, DateTimeOffset now)
    {
        var (question, refused) = Find(read, StatusQueryKind.Balance, result.ConversationId, result.OriginatorId, mayLack: false, books);
        if (question is null)
        {
            return refused!;
        }

        if (result.Problem is { } problem)
        {
            books.Answers.Add((question.Id, $"{problem.Message} ({problem.ResultCode})"));
            return read.WithVerdict(Verdict.Hint, problem.Message);
        }

        if (question.AnsweredAt is not null)
        {
            return read.WithVerdict(Verdict.Duplicate);
        }

        if (!question.KeepsBalances)
        {
            // Asked for the sake of who asks: that there is an answer is the answer.
            books.Answers.Add((question.Id, StatusQuery.Told));
            return read.WithVerdict(Verdict.Applied);
        }

        if (!result.IsFinal && result.Accounts.Count == 0)
        {
            return read.WithVerdict(Verdict.Hint, "Safaricom said that more is to come.");
        }

        // What could be read is kept, each account with its own time; that the list is not whole is what the question is told.
        books.Balances.AddRange(result.Accounts);
        var why = result.Accounts.Count == 0 ? "Safaricom answered, but not an account of the answer could be read."
            : result.Unread > 0 ? $"{result.Unread} of {result.Unread + result.Accounts.Count} accounts of Safaricom's answer could not be read." : null;
        books.Answers.Add((question.Id, why ?? StatusQuery.Told));
        return read.WithVerdict(result.Accounts.Count == 0 ? Verdict.Hint : Verdict.Applied, why);
    }

    public static CallbackResult Apply(ParsedCallback read, CallbackMessage.QueueTimeout timeout, CallbackBatch books, DateTimeOffset now)
    {
        var kind = read.Row.Kind == CallbackKind.BalanceTimeout ? StatusQueryKind.Balance : StatusQueryKind.Status;
        var (question, refused) = Find(read, kind, timeout.ConversationId, timeout.OriginatorId, mayLack: true, books);
        if (question is null)
        {
            return refused!;
        }

        // Its answer may still come; meanwhile the schedule asks again.
        if (question.SubjectId is { } subject)
        {
            books.Transfer(subject)?.RecordQueryFailure("The question timed out in Safaricom's queue.", now);
        }

        return read.WithVerdict(Verdict.Hint, "The question timed out in Safaricom's queue.");
    }

    /// <summary>An answer to this very question that cannot be read: on record, and the schedule asks again.</summary>
    public static void MarkUnreadableResult(StatusQuery question, CallbackBatch books, DateTimeOffset now)
    {
        // A balance is not money that moved; the next answer tells it.
        if (question is { Kind: StatusQueryKind.Status, SubjectId: { } subject })
        {
            const string Why = "An answer came that could not be read.";
            books.Answers.Add((question.Id, Why));
            books.Transfer(subject)?.RecordQueryFailure(Why, now);
        }
    }

    private static (StatusQuery? Question, CallbackResult? Refused) Find(
        ParsedCallback read, StatusQueryKind kind, string? conversationId, string? originatorId, bool mayLack, CallbackBatch books)
    {
        if (read.Row.SubjectId is not { } id)
        {
            return (null, read.WithVerdict(Verdict.Hint, "Its address carries no valid token."));
        }

        if (books.Question(id) is not { } question || question.Kind != kind)
        {
            return (null, read.WithVerdict(Verdict.Unmatched, "Its token was made for a question that is not in this database."));
        }

        return question.IsNamed(conversationId, originatorId, mayLack)
            ? (question, null)
            : (null, read.WithVerdict(Verdict.Hint, "It does not name the question its address belongs to."));
    }
}
