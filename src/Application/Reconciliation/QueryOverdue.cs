using Payments.Application.Common;
using Payments.Application.Telemetry;

namespace Payments.Application.Reconciliation;

/// <summary>A request whose answer is overdue, claimed by one worker until its lease ends.</summary>
public interface IDueRequest
{
    /// <summary>False where Safaricom gave no id to ask by (R11): its rounds only watch the clock, and cost no query.</summary>
    bool HasQueryId { get; }

    /// <summary>The trace it belongs to, where that is recorded.</summary>
    string? TraceParent { get; }
}

/// <summary>
/// One round of finding out: claims what is due and what the shared budget allows (SKIP LOCKED, with a lease: several workers never ask the same),
/// then asks, several at once. Dies after claiming: the lease runs out and it is asked again.
/// </summary>
internal sealed class QueryOverdue(IQueryRateLimiter budget, ITransactions transactions, ReconciliationOptions options)
{
    /// <summary>Answers how many it dealt with.</summary>
    /// <param name="span">The span each is asked in.</param>
    /// <param name="claim">
    /// Claims at most so many that can be asked about, and puts on record what has to be there before they are. In the transaction that holds the
    /// budget.
    /// </param>
    /// <param name="ask">Asks about one, outside any transaction, and records what came of it under the lock of what it is about.</param>
    public async Task<int> Round<TDue>(
        DarajaQuery api, string span, Func<int, DateTimeOffset, Task<IReadOnlyList<TDue>>> claim, Func<TDue, CancellationToken, Task> ask,
        CancellationToken cancellation)
        where TDue : IDueRequest
    {
        var claimed = await transactions.Run(
            async now =>
            {
                var most = await budget.Available(api, options.BatchSize);
                var due = await claim(most, now);
                await budget.Consume(due.Count(one => one.HasQueryId));
                return due;
            },
            cancellation);
        await InParallel.Work(new Queue<TDue>(claimed), options.Parallel, async one =>
        {
            // A shutdown leaves the rest to their leases.
            cancellation.ThrowIfCancellationRequested();
            using var trace = Traces.Continue(span, one.TraceParent);
            await ask(one, cancellation);
        });
        return claimed.Count;
    }
}
