using Payments.Domain;

namespace Payments.Application;

/// <summary>
/// Has Safaricom asked about the receipt an untrusted confirmation names, because an operator ordered it (rule 3): nothing else takes an
/// id from a hint. The answer comes to the question's own token and decides alone.
/// </summary>
public sealed class AskConfirmation(
    ICallbacks callbacks, ICallbackReader reader, ICheckouts checkouts, IQuestions questions, ITransactions transactions, IDaraja daraja)
{
    /// <summary>Hints are understood within seconds; a day covers a drain that was held up.</summary>
    private static readonly TimeSpan Before = TimeSpan.FromDays(1);

    /// <summary>Anybody can send hints: so many are looked through, no more.</summary>
    private const int MostHints = 1000;

    /// <summary>Asks; false when there is nothing to ask by or the question was refused.</summary>
    public async Task<bool> Ask(StoredCase untrusted, CancellationToken cancellation)
    {
        if (await checkouts.Find(untrusted.CheckoutId!.Value, cancellation) is not { } checkout)
        {
            return false;
        }

        var hints = await callbacks.HintedConfirmations(untrusted.CreatedAt - Before, untrusted.CreatedAt, MostHints);
        foreach (var row in hints)
        {
            // The case tells of one receipt: that one is asked about.
            if (reader.Read(row.Kind, row.Body) is CallbackMessage.Confirmation told && OrderReference.KeyOf(told.Account) == checkout.Reference.Key
                && untrusted.Story.Contains($"receipt {told.Receipt} ", StringComparison.Ordinal))
            {
                return await Ask(row.Id, told.Receipt, cancellation);
            }
        }

        return false;
    }

    private async Task<bool> Ask(Guid callback, string receipt, CancellationToken cancellation)
    {
        // On record before it is asked: an answer that beats the reply finds its question.
        var question = NewId.Next();
        await transactions.Run(
            async _ =>
            {
                await questions.Add(question, QuestionKind.Status, callback);
                return true;
            },
            cancellation);
        switch (await daraja.AskStatus(new(question, receipt, null, OfPayouts: false), CancellationToken.None))
        {
            case Reply.Accepted accepted:
                await questions.Accepted(question, accepted.RequestId, accepted.OtherId);
                return true;
            case Reply.Doubtful:
                return true;
            case Reply.Refused refused:
                await questions.Answered([(question, $"The question was not taken: {refused.Failure.Message}")]);
                return false;
            default:
                return false;
        }
    }
}
