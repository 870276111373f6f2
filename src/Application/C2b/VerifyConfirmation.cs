using FluentValidation;
using FluentValidation.Results;
using Payments.Application.Access;
using Payments.Application.Callbacks;
using Payments.Application.Cases;
using Payments.Application.Common;
using Payments.Application.Daraja;
using Payments.Application.Reconciliation;
using Payments.Domain.Cases;
using Payments.Domain.Common;

namespace Payments.Application.C2b;

/// <summary>
/// An operator has Safaricom asked about the receipt a confirmation names that is not trusted, or cannot be read (R3, R17): our own question,
/// with its own token; its answer comes by callback, and only if number, amount and parties agree is the money counted. Where the number cannot
/// be made out the operator names it: M-PESA's word makes the receipt, not his.
/// </summary>
/// <remarks>
/// The question is committed before it is asked, so that an answer that beats the reply finds it. Dies between: nothing was asked, and the
/// operator asks again. Asked twice: two answers, and the number counts once.
/// </remarks>
public sealed class VerifyConfirmation(
    ICases cases, IC2bPayments paybill, IStatusQueries questions, IQueryRateLimiter budget, ICallbackReader reader, IAudit audit, ITransactions transactions,
    IDaraja daraja)
{
    /// <summary>The kinds of case that are about a stored confirmation.</summary>
    private static readonly string[] Kinds = [CaseKind.UntrustedConfirmation, CaseKind.UnreadableConfirmation, CaseKind.ConfirmationsFromElsewhere];

    private sealed record Prepared(StatusQueryId Question, ReceiptNumber? Receipt, StoredCase About);

    /// <summary>Asks, if the case is an open one of these kinds; null when it is not.</summary>
    /// <param name="named">The receipt number the operator gives; null to take the confirmation's.</param>
    public async Task<Result<CaseView>?> Ask(Caller caller, CaseId caseId, ReceiptNumber? named, CancellationToken cancellation)
    {
        if (await transactions.Run(caller, _ => Prepare(caller, caseId, named), cancellation) is not { } prepared)
        {
            return null;
        }

        if (prepared.Receipt is null)
        {
            return new Refusal("nothing_to_ask", "No receipt number can be made out of it: find it in the body or in the M-PESA statement and give it as \"receipt\".");
        }

        var reply = await daraja.QueryStatus(new(prepared.Question, prepared.Receipt, null), CancellationToken.None);
        if (reply is Reply.Accepted accepted)
        {
            await questions.Accepted(prepared.Question, accepted.RequestId, accepted.OtherId);
            return CaseView.Of(prepared.About);
        }

        var why = reply is Reply.Refused refused ? refused.Failure.Message : ((Reply.Indeterminate)reply).Why;
        await questions.Answered([(prepared.Question, $"The question was not taken: {why}")]);
        return new Refusal("nothing_to_ask", $"Safaricom did not take the question: {why}");
    }

    private async Task<Prepared?> Prepare(Caller caller, CaseId caseId, ReceiptNumber? named)
    {
        if (await cases.Find(caseId) is not { IsOpen: true } found || !Kinds.Contains(found.Kind)
            || await paybill.StoredConfirmations([new(found.SubjectId)]) is not [var (_, body)])
        {
            return null;
        }

        var (told, isReadable) = reader.Read(CallbackKind.C2bConfirm, body) switch
        {
            CallbackMessage.Confirmation confirmation => (confirmation.Receipt, true),
            CallbackMessage.Malformed malformed => (malformed.Number, false),
            _ => (null, false),
        };
        if (isReadable && named is not null && named != told)
        {
            throw new ValidationException([new ValidationFailure("Receipt", $"This confirmation names {told}: leave the number out, or give that one.")]);
        }

        if ((named ?? told) is not { } number)
        {
            return new(default, null, found);
        }

        // A person asked: the budget counts it and does not hold it back.
        await budget.Consume(1);
        var question = NewId.Next<StatusQueryId>();
        await questions.Add(question, StatusQueryKind.Status, found.SubjectId, number);
        await CaseNotes.Asked(audit, caller, found);
        return new(question, number, found);
    }
}
