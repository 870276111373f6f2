using Payments.Domain;

namespace Payments.Application;

/// <summary>
/// What cannot be read settles nothing; where its address says what it was about, Safaricom is asked, and where it was money, a person.
/// </summary>
internal static class UnreadableRules
{
    public static void Gather(ReadCallback read, CallbackMessage.Malformed malformed, BatchKeys keys)
    {
        switch (read.Row.Kind)
        {
            case CallbackKind.C2bConfirm:
                keys.Numbers.UnionWith(read.Distrust is null && malformed.Number is { } number ? [number] : []);
                break;
            case CallbackKind.C2bValidate:
                break;
            case CallbackKind.Stk:
                PromptRules.Gather(read, keys);
                break;
            case var kind when QuestionRules.IsAbout(kind):
                QuestionRules.Gather(read, keys);
                break;
            default:
                TransferRules.Gather(read, keys);
                break;
        }
    }

    public static CallbackResult Judge(ReadCallback read, CallbackMessage.Malformed malformed, Books books, DateTimeOffset now)
    {
        if (read.Row.Kind == CallbackKind.C2bConfirm)
        {
            return OddConfirmations.Judge(read, malformed, books);
        }

        if (read.Row.SubjectId is { } subject)
        {
            if (books.Attempt(subject) is var (checkout, attempt))
            {
                checkout.MarkUnreadableResult(attempt, now);
            }

            if (books.Question(subject) is { } question)
            {
                QuestionRules.MarkUnreadableResult(question, books, now);
            }
            else if (read.Row.Kind is CallbackKind.B2cTimeout or CallbackKind.B2bTimeout or CallbackKind.ReversalTimeout)
            {
                // Whatever stands in it, its address says that it is a queue timeout, which may lack its ids.
                books.Transfer(subject)?.ApplyQueueTimeout(now);
            }
            else
            {
                books.Transfer(subject)?.MarkUnreadableResult(now);
            }
        }

        return read.Say(Verdict.Malformed, malformed.Why);
    }
}
