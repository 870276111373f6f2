using System.Data.Common;
using MediatR;
using Microsoft.Extensions.Logging;

namespace Payments.Application;

/// <summary>Understands stored callbacks, up to a thousand in one commit, until none is new. Answers how many were dealt with.</summary>
public sealed record DrainCallbacks : IRequest<int>;

/// <summary>
/// One path for one callback or a thousand. Everything a batch changes, and its rows being done, is one commit: a process that dies
/// leaves the rows new, and another drain (or the sweeper) starts over. A row that throws is parked with a job of its own and the rest
/// goes on; a write that fails halves the batch until the row at fault stands alone.
/// </summary>
public sealed partial class DrainCallbacksHandler(
    ICallbacks callbacks, CallbackRules rules, ICheckouts checkouts, ITransfers transfers, ITransactions transactions, ILogger<DrainCallbacksHandler> log)
    : IRequestHandler<DrainCallbacks, int>
{
    /// <summary>Rows in one commit: enough to make the statements' cost vanish, few enough to hold locks only briefly.</summary>
    private const int BatchSize = 1000;

    /// <inheritdoc/>
    public async Task<int> Handle(DrainCallbacks request, CancellationToken cancellationToken)
    {
        var total = 0;
        int taken;
        do
        {
            taken = await Drain(null, cancellationToken);
            total += taken;
        }
        while (taken == BatchSize && !cancellationToken.IsCancellationRequested);

        return total;
    }

    private async Task<int> Drain(IReadOnlyCollection<Guid>? only, CancellationToken cancellation)
    {
        IReadOnlyList<InboxRow> rows = [];
        IReadOnlyCollection<string> hints = [];
        try
        {
            await transactions.Run(
                async now =>
                {
                    rows = only is null ? await callbacks.TakeNew(BatchSize) : await callbacks.TakeNew(only);
                    if (rows.Count == 0)
                    {
                        return 0;
                    }

                    (var judgements, hints) = await rules.Apply(rows, now);
                    await callbacks.Finish(judgements);
                    return rows.Count;
                },
                cancellation);
        }
        catch (PoisonRowException poison)
        {
            await Park(poison.Id, poison.InnerException!);
            return await Rest([.. rows.Select(r => r.Id).Where(id => id != poison.Id)], cancellation) + 1;
        }
        catch (Exception failure) when (rows.Count == 1 && IsOfARow(failure))
        {
            await Park(rows[0].Id, failure);
            return 1;
        }
        catch (Exception failure) when (rows.Count > 1 && IsOfARow(failure))
        {
            LogHalving(rows.Count, failure.Message);
            var ids = rows.Select(r => r.Id).ToList();
            return await Rest(ids[..(ids.Count / 2)], cancellation) + await Rest(ids[(ids.Count / 2)..], cancellation);
        }

        if (hints.Count > 0)
        {
            await transactions.Run(async _ => { await checkouts.AskSooner(hints); await transfers.AskSooner(hints); return 0; }, cancellation);
        }

        return rows.Count;
    }

    /// <summary>
    /// Whether trying the same batch again would fail the same way, for a row of it is at fault: a refused value, a bug met on the way to the
    /// database. Not so where the database or the wire is: then all of it is tried again, by the job or the sweeper.
    /// </summary>
    private static bool IsOfARow(Exception failure) => failure switch
    {
        OperationCanceledException or TimeoutException or System.Transactions.TransactionException or IOException => false,
        DbException database => !database.IsTransient && database.SqlState is { } state && state[..2] is not ("08" or "25" or "40" or "53" or "55" or "57" or "58"),
        _ => true,
    };

    private async Task<int> Rest(IReadOnlyCollection<Guid> ids, CancellationToken cancellation) =>
        ids.Count == 0 ? 0 : await Drain(ids, cancellation);

    private async Task Park(Guid id, Exception why)
    {
        LogParked(PublicId.Write(PublicId.Callback, id), why);
        await transactions.Run(async _ => { await callbacks.Park(id, why.GetType().Name); return 0; }, CancellationToken.None);
    }

    [LoggerMessage(EventName = "callback_parked", Level = LogLevel.Error, Message = "Callback {CallbackId} could not be applied and is parked")]
    private partial void LogParked(string callbackId, Exception why);

    [LoggerMessage(EventName = "drain_halved", Level = LogLevel.Warning, Message = "A batch of {Rows} callbacks failed to write ({Why}); halving it")]
    private partial void LogHalving(int rows, string why);
}

/// <summary>Applies a parked callback; retried by its job, and by an operator from the dashboard. True when it was applied now.</summary>
public sealed record ApplyParkedCallback(Guid Id) : IRequest<bool>;

/// <summary>The same rules for one row; it throws when the row still cannot be applied, so that its job shows as failed.</summary>
public sealed class ApplyParkedCallbackHandler(ICallbacks callbacks, CallbackRules rules, ITransactions transactions)
    : IRequestHandler<ApplyParkedCallback, bool>
{
    /// <inheritdoc/>
    public Task<bool> Handle(ApplyParkedCallback request, CancellationToken cancellationToken) => transactions.Run(
        async now =>
        {
            if (await callbacks.TakeParked(request.Id) is not { } row)
            {
                return false;
            }

            var (judgements, _) = await rules.Apply([row], now);
            await callbacks.Finish(judgements);
            return true;
        },
        cancellationToken);
}
