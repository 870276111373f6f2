using Payments.Domain;

namespace Payments.Application;

/// <summary>
/// An operator has Safaricom asked about the receipt an untrusted confirmation names (rule 3): our own question, with its own token; its
/// answer comes by callback, and only if number, amount and parties agree is the money counted.
/// </summary>
/// <remarks>
/// The question is committed before it is asked, so that an answer that beats the reply finds it. Dies between: nothing was asked, and the
/// operator asks again. Asked twice: two answers, and the number counts once.
/// </remarks>
public sealed class AskConfirmation(
    ICases cases, IPaybill paybill, IQuestions questions, IQuestionBudget budget, ICallbackReader reader, IAudit audit, ITransactions transactions,
    IDaraja daraja)
{
    private sealed record Prepared(Guid Question, string Receipt, StoredCase About);

    /// <summary>Asks, if the case is an open one of this kind; null when it is not.</summary>
    public async Task<Answer<CaseView>?> Ask(Caller caller, Guid caseId, CancellationToken cancellation)
    {
        if (await transactions.Run(_ => Prepare(caller, caseId), cancellation) is not { } prepared)
        {
            return null;
        }

        var reply = await daraja.AskStatus(new(prepared.Question, prepared.Receipt, null), CancellationToken.None);
        if (reply is Reply.Accepted accepted)
        {
            await questions.Accepted(prepared.Question, accepted.RequestId, accepted.OtherId);
            return CaseView.Of(prepared.About);
        }

        var why = reply is Reply.Refused refused ? refused.Failure.Message : ((Reply.Doubtful)reply).Why;
        await questions.Answered([(prepared.Question, $"The question was not taken: {why}")]);
        return new Refusal("nothing_to_ask", $"Safaricom did not take the question: {why}");
    }

    private async Task<Prepared?> Prepare(Caller caller, Guid caseId)
    {
        if (await cases.Find(caseId) is not { Kind: CaseKind.UntrustedConfirmation, IsOpen: true } found
            || await paybill.StoredConfirmations([found.SubjectId]) is not [var (_, body)]
            || reader.Read(CallbackKind.C2bConfirm, body) is not CallbackMessage.Confirmation told)
        {
            return null;
        }

        // A person asked: the budget counts it and does not hold it back.
        await budget.Spend(1);
        var question = NewId.Next();
        await questions.Add(question, QuestionKind.Status, found.SubjectId);
        await CaseNotes.Asked(audit, caller, found);
        return new(question, told.Receipt, found);
    }
}
