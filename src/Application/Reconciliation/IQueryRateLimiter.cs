using Payments.Application.Common;

namespace Payments.Application.Reconciliation;

/// <summary>Which of Safaricom's APIs a question goes to.</summary>
public enum DarajaQuery
{
    /// <summary>STK query: what became of a prompt.</summary>
    Stk,

    /// <summary>Transaction status: what became of a payout, a refund or a receipt.</summary>
    Status,

    /// <summary>What is on our accounts.</summary>
    Balance,

    /// <summary>What customers have paid by hand.</summary>
    Pull,

    /// <summary>Transaction status, because a customer gave its number.</summary>
    Claim,
}

/// <summary>Rounds that have not come although they were due.</summary>
/// <param name="Questions">Of questions, about prompts or about payouts and refunds.</param>
/// <param name="Ends">Of checkouts' ends.</param>
/// <param name="Pull">Of Pull; also true where it never came.</param>
public sealed record MissedSchedules(bool Questions, bool Ends, bool Pull);

/// <summary>
/// What all processes together may ask of Safaricom: one budget in the database, and one pause for each API that keeps failing. Call
/// inside <see cref="ITransactions"/>: the budget is locked until it ends, which lets one worker at a time take what is due.
/// </summary>
public interface IQueryRateLimiter
{
    /// <summary>
    /// How many questions may be asked now, at most <paramref name="most"/>: none while the API is paused, one to try whether a pause is
    /// over, else what the budget holds.
    /// </summary>
    Task<int> Available(DarajaQuery question, int most);

    /// <summary>Takes questions out of the budget, also beyond what it holds: then everybody waits until it is full again.</summary>
    Task Consume(int questions);

    /// <summary>Which rounds are missing: questions due for longer than <paramref name="age"/>, nothing pulled since <paramref name="pullAge"/>.</summary>
    Task<MissedSchedules> FindForgotten(TimeSpan age, TimeSpan pullAge, CancellationToken cancellation);

    /// <summary>What an operator wants to know of it; takes no lock.</summary>
    Task<DarajaView> Read(CancellationToken cancellation);
}
