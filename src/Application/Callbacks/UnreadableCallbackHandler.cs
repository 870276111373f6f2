using Payments.Application.C2b;
using Payments.Application.Checkouts;
using Payments.Application.Reconciliation;
using Payments.Application.Transfers;
using Payments.Domain.Callbacks;

namespace Payments.Application.Callbacks;

/// <summary>
/// What cannot be read settles nothing; where its address says what it was about, Safaricom is asked, and where it was money, a person.
/// </summary>
internal static class UnreadableCallbackHandler
{
    public static void CollectKeys(ParsedCallback read, CallbackMessage.Malformed malformed, BatchKeys keys)
    {
        switch (read.Row.Kind)
        {
            case CallbackKind.C2bConfirm:
                keys.Numbers.UnionWith(read.UntrustedReason is null && malformed.Number is { } number ? [number] : []);
                break;
            case CallbackKind.C2bValidate:
                break;
            case CallbackKind.Stk:
                StkCallbackHandler.CollectKeys(read, keys);
                break;
            case var kind when StatusQueryCallbackHandler.IsAbout(kind):
                StatusQueryCallbackHandler.CollectKeys(read, keys);
                break;
            default:
                TransferCallbackHandler.CollectKeys(read, keys);
                break;
        }
    }

    public static CallbackResult Apply(ParsedCallback read, CallbackMessage.Malformed malformed, CallbackBatch books, DateTimeOffset now)
    {
        if (read.Row.Kind == CallbackKind.C2bConfirm)
        {
            return UnreadableConfirmations.Judge(read, malformed, books);
        }

        if (read.Row.SubjectId is { } subject)
        {
            if (books.Attempt(subject) is var (checkout, attempt))
            {
                checkout.MarkUnreadableResult(attempt, now);
            }

            if (books.Question(subject) is { } question)
            {
                StatusQueryCallbackHandler.MarkUnreadableResult(question, books, now);
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

        return read.WithVerdict(Verdict.Malformed, malformed.Why);
    }
}
