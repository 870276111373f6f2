using MediatR;
using Payments.Application.Common;
using Payments.Application.Daraja;
using Payments.Application.Reconciliation;
using Payments.Domain.Common;

namespace Payments.Application.Checkouts;

/// <summary>Asks Safaricom about a number that a customer gave and nobody has told of; false where it was asked a moment ago, or may not be now.</summary>
public sealed record AskAboutClaim(CheckoutId CheckoutId, ReceiptNumber Code) : IRequest<bool>;

/// <summary>
/// Our own question with its own token, by the number: what its answer says is M-PESA's word and not the customer's, and counts as a confirmation
/// would (<see cref="C2b.AskedConfirmations"/>). Whose it is then is decided as for every claim.
/// </summary>
/// <remarks>
/// The question is committed before it is asked, so that an answer that beats the reply finds it. Dies before that commit: the next round asks. Dies
/// after it: the customer asks again after a minute, or its confirmation or Pull tells of it. Twice at once: one of them takes the question.
/// </remarks>
public sealed class AskAboutClaimHandler(IReceiptClaims claims, IStatusQueries questions, IQueryRateLimiter budget, ITransactions transactions, IDaraja daraja)
    : IRequestHandler<AskAboutClaim, bool>
{
    /// <summary>How often one code is asked about: a payment is known within seconds, and who types it a sixth time has had five answers.</summary>
    private const int MostQuestions = 5;

    /// <summary>An answer comes within seconds; who is impatient does not make it faster.</summary>
    public static readonly TimeSpan Pause = TimeSpan.FromMinutes(1);

    public async Task<bool> Handle(AskAboutClaim request, CancellationToken cancellationToken)
    {
        var question = NewId.Next<StatusQueryId>();
        if (await transactions.Run(now => Prepare(request, question, now), cancellationToken) is not { } claim)
        {
            return false;
        }

        var reply = await daraja.QueryStatus(new(question, request.Code, null), CancellationToken.None);
        switch (reply)
        {
            case Reply.Accepted accepted:
                await questions.Accepted(question, accepted.RequestId, accepted.OtherId);
                return true;

            case Reply.Refused { WasUnread: true }:
                await questions.Withdraw(question);
                await claims.DiscountQuestion(claim);
                return false;

            default:
                var why = reply is Reply.Refused refused ? refused.Failure.Message : ((Reply.Indeterminate)reply).Why;
                await questions.Answered([(question, $"The question was not taken: {why}")]);
                return false;
        }
    }

    private async Task<ReceiptClaimId?> Prepare(AskAboutClaim request, StatusQueryId question, DateTimeOffset now)
    {
        if (await budget.Available(DarajaQuery.Claim, 1) == 0
            || await claims.BeginQuestion(request.CheckoutId, request.Code, MostQuestions, Pause, now) is not { } claim)
        {
            return null;
        }

        await budget.Consume(1);
        await questions.Add(question, StatusQueryKind.Status, claim.Value, request.Code);
        return claim;
    }
}
