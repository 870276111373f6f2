using System.Data.Common;
using MediatR;
using Microsoft.Extensions.Logging;
using Payments.Domain;

namespace Payments.Application;

/// <summary>Asks Safaricom for the payments of the last while and takes those nobody told us of. Answers how many were new.</summary>
public sealed record PullConfirmations : IRequest<int>;

/// <summary>
/// Pages by offset through a window that ends now and begins an overlap before the last whole round's end. Each page is one commit; how
/// far it got is written only after the last page. Dies anywhere: what was committed is known by its numbers next time, and the next round
/// begins where the last whole one did. Two rounds at once: the numbers decide, and progress only goes forward.
/// </summary>
public sealed partial class PullConfirmationsHandler(
    IDaraja daraja, IPaybill paybill, ICheckouts checkouts, IQuestionBudget budget, ITransactions transactions, OurShortcodes ours,
    ILogger<PullConfirmationsHandler> log)
    : IRequestHandler<PullConfirmations, int>
{
    /// <summary>What Pull may list late; four rounds, so that a few failed ones leave no gap either.</summary>
    private static readonly TimeSpan Overlap = TimeSpan.FromHours(1);

    /// <summary>Safaricom keeps 48 hours (daraja.md §10); the minute keeps the edge out of what it would refuse.</summary>
    private static readonly TimeSpan Kept = TimeSpan.FromHours(48) - TimeSpan.FromMinutes(1);

    /// <summary>An answer that never ends must not keep a worker for ever; more than any shop's hour even in small pages.</summary>
    private const int MostPages = 10_000;

    /// <summary>How often a page waits a second for its turn among the questions; the next round, in a quarter of an hour, begins where this one did.</summary>
    private const int MostWaits = 30;

    /// <inheritdoc/>
    public async Task<int> Handle(PullConfirmations request, CancellationToken cancellationToken)
    {
        var (from, to) = await paybill.PullWindow(ours.Main, Overlap, Kept, cancellationToken);
        var (offset, taken, failed) = (0, 0, 0);
        for (var page = 0; page < MostPages; page++)
        {
            if (!await IsItsTurn(cancellationToken))
            {
                LogStopped("Pull is paused, or other questions use the budget up", offset);
                return taken;
            }

            var pulled = await daraja.Pull(from, to, offset, cancellationToken);
            if (pulled.Problem is { } problem)
            {
                LogStopped(problem, offset);
                return taken;
            }

            if (pulled.Rows == 0)
            {
                if (failed == 0)
                {
                    await paybill.PulledUntil(ours.Main, to, cancellationToken);
                }

                LogPulled(offset, taken);
                return taken;
            }

            var (added, broken) = await Take(pulled.Payments, cancellationToken);
            (offset, taken, failed) = (offset + pulled.Rows, taken + added, failed + broken);
        }

        LogStopped("the list does not end", offset);
        return taken;
    }

    private async Task<bool> IsItsTurn(CancellationToken cancellation)
    {
        for (var waited = 0; waited < MostWaits; waited++)
        {
            if (await transactions.Run(_ => Spend(), cancellation))
            {
                return true;
            }

            await Task.Delay(TimeSpan.FromSeconds(1), cancellation);
        }

        return false;
    }

    private async Task<bool> Spend()
    {
        var may = await budget.MayAsk(DarajaQuestion.Pull, 1);
        await budget.Spend(may);
        return may > 0;
    }

    private async Task<(int Added, int Failed)> Take(IReadOnlyList<PulledPayment> payments, CancellationToken cancellation)
    {
        if (payments.Count == 0)
        {
            return (0, 0);
        }

        try
        {
            return (await transactions.Run(now => Apply(payments, now), cancellation), 0);
        }
        catch (Exception failure) when (payments.Count > 1 && failure is not (OperationCanceledException or DbException { IsTransient: true }))
        {
            // One of them cannot be applied; the others are nobody's hostages.
            var (added, failed) = (0, 0);
            foreach (var payment in payments)
            {
                var (one, broken) = await Take([payment], cancellation);
                (added, failed) = (added + one, failed + broken);
            }

            return (added, failed);
        }
        catch (Exception failure) when (failure is not (OperationCanceledException or DbException { IsTransient: true }))
        {
            LogNotTaken(payments[0].Receipt, failure);
            return (0, 1);
        }
    }

    private async Task<int> Apply(IReadOnlyList<PulledPayment> payments, DateTimeOffset now)
    {
        var confirmations = payments.Select(p => new Confirmation(
            p.Receipt, p.Amount, p.Account ?? "", p.Payer is { Length: > 0 } ? p.Payer : null, null, p.At,
            ours.MethodOf(null, p.Account ?? "") ?? PaymentMethod.Paybill, SettledBy.Pull)).ToList();
        var keys = new BookKeys();
        confirmations.ForEach(c => ConfirmationRules.Gather(c, keys));
        var books = new Books(await checkouts.LoadForChange(
            new(Numbers: keys.Numbers, ReferenceKeys: keys.References, TillPayments: keys.TillPayments)));
        var added = confirmations.Count(c => ConfirmationRules.Apply(c, books, now).Verdict is Verdict.Applied or Verdict.Unmatched);
        await checkouts.Save(books.Checkouts, books.Unmatched);
        await paybill.CloseCases(books.Confirmed);
        return added;
    }

    [LoggerMessage(EventName = "pulled", Level = LogLevel.Information, Message = "{Count} payments were pulled, {New} of them new")]
    private partial void LogPulled(int count, int @new);

    [LoggerMessage(EventName = "pull_stopped", Level = LogLevel.Warning, Message = "Pulling stopped ({Why}) at offset {Offset}; the next round begins again")]
    private partial void LogStopped(string why, int offset);

    [LoggerMessage(EventName = "pulled_payment_failed", Level = LogLevel.Error, Message = "Pulled payment {Receipt} could not be applied; the next round tries again")]
    private partial void LogNotTaken(string receipt, Exception why);
}
