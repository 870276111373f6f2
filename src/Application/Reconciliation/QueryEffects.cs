using Payments.Application.Callbacks;
using Payments.Domain.Common;

namespace Payments.Application.Reconciliation;

/// <summary>A status or balance query has its answer.</summary>
public sealed record QueryAnswered(StatusQueryId QuestionId, string Answer) : ICallbackEffect;

/// <summary>What was said of our accounts.</summary>
public sealed record BalancesReported(IReadOnlyList<AccountBalance> Accounts) : ICallbackEffect;

/// <summary>Writes answers and balances, oldest first.</summary>
public sealed class QueryEffects(IStatusQueries questions) : IEffectWriter
{
    public async Task Write(CallbackBatch batch, DateTimeOffset now)
    {
        if (batch.Effects<QueryAnswered>() is { Count: > 0 } answered)
        {
            await questions.Answered([.. answered.Select(a => (a.QuestionId, a.Answer))]);
        }

        if (batch.Effects<BalancesReported>().SelectMany(reported => reported.Accounts).ToList() is { Count: > 0 } balances)
        {
            await questions.SaveBalances(balances, now);
        }
    }
}
