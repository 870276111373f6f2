using MediatR;
using Payments.Application.Common;
using Payments.Application.Daraja;
using Payments.Domain.Common;

namespace Payments.Application.Reconciliation;

/// <summary>Asks Safaricom for the balance and shows what was last heard.</summary>
public sealed record GetBalance : IRequest<BalancesView>;

/// <summary>What is on the paying shortcode's accounts, as last heard.</summary>
/// <param name="Asked">When Safaricom was last asked; its answer comes in seconds, so ask this again.</param>
/// <param name="Problem">Why the last question brought nothing; null when it was answered or still may be.</param>
public sealed record BalancesView(IReadOnlyList<BalanceView> Accounts, DateTimeOffset? Asked, string? Problem);

/// <summary>One account.</summary>
/// <param name="Name">Safaricom's name: payouts to phones are paid from the Utility Account, those to businesses from the Working Account.</param>
/// <param name="At">When it was heard, from a balance query or with a payout's result.</param>
public sealed record BalanceView(string Name, decimal Available, string Currency, DateTimeOffset At);

/// <summary>
/// Asks at most every ten seconds, whoever looks, and never while Safaricom is left alone or its budget of questions is used up; the answer
/// comes by callback to the question's own token.
/// </summary>
public sealed class GetBalanceHandler(IStatusQueries questions, IQueryRateLimiter budget, ITransactions transactions, IDaraja daraja)
    : IRequestHandler<GetBalance, BalancesView>
{
    /// <summary>An answer takes seconds; asking faster only queues questions at Safaricom.</summary>
    private static readonly TimeSpan MinInterval = TimeSpan.FromSeconds(10);

    public async Task<BalancesView> Handle(GetBalance request, CancellationToken cancellationToken)
    {
        var question = NewId.Next<StatusQueryId>();
        var asks = await transactions.Run(
            async _ =>
            {
                if (await questions.LastBalanceQuestion(MinInterval) is not null || await budget.Available(DarajaQuery.Balance, 1) == 0)
                {
                    return false;
                }

                await budget.Consume(1);
                await questions.Add(question, StatusQueryKind.Balance, null);
                return true;
            },
            cancellationToken);
        if (asks)
        {
            await Ask(question, cancellationToken);
        }

        var last = await questions.LastBalanceQuestion(TimeSpan.FromDays(1));
        return new(
            [.. (await questions.Balances(cancellationToken)).Select(b => new BalanceView(b.Name, b.Available.Shillings, "KES", b.At))],
            last?.AskedAt, last is { Answered: true, Answer: { } answer } && answer != StatusQuery.Told ? answer : null);
    }

    private async Task Ask(StatusQueryId question, CancellationToken cancellation)
    {
        switch (await daraja.QueryBalance(question, cancellation))
        {
            case Reply.Accepted accepted:
                await questions.Accepted(question, accepted.RequestId, accepted.OtherId);
                break;
            case Reply.Refused refused:
                await questions.Answered([(question, refused.Failure.Message)]);
                break;
            case Reply.Indeterminate:
                // It may have been taken: the answer is still welcome.
                break;
        }
    }
}
