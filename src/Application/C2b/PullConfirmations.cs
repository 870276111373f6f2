using System.Data.Common;
using MediatR;
using Microsoft.Extensions.Logging;
using Payments.Application.Callbacks;
using Payments.Application.Checkouts;
using Payments.Application.Common;
using Payments.Application.Daraja;
using Payments.Application.Reconciliation;
using Payments.Domain.C2b;
using Payments.Domain.Checkouts;

namespace Payments.Application.C2b;

/// <summary>Asks Safaricom for the payments of the last while and takes those nobody told us of. Answers how many were new.</summary>
public sealed record PullConfirmations : IRequest<int>;

/// <summary>
/// Reads a window that ends now and begins an overlap before the mark, in pieces and from the oldest on; each page is one commit, and the mark
/// moves past a piece only once all of it was read and understood. Dies anywhere: what was committed is known by its numbers next time, and the
/// next round begins at the mark. Two rounds at once: one has the lease, the other does nothing; after a frozen one both may write, the
/// numbers decide, and each moves the mark only past what it has read itself.
/// </summary>
public sealed partial class PullConfirmationsHandler(
    IDaraja daraja, IPullProgress progress, IC2bPayments paybill, ICheckouts checkouts, IQueryRateLimiter budget, ITransactions transactions, OurShortcodes ours,
    ClaimedReceipts claims, ILogger<PullConfirmationsHandler> log)
    : IRequestHandler<PullConfirmations, int>
{
    /// <summary>What Pull may list late; four rounds, so that a few failed ones leave no gap either.</summary>
    private static readonly TimeSpan Overlap = TimeSpan.FromHours(1);

    /// <summary>Safaricom keeps 48 hours (docs/protocol/pull.md); the minutes keep the edge, by whoever's clock, out of what it would refuse.</summary>
    private static readonly TimeSpan Kept = TimeSpan.FromHours(48) - TimeSpan.FromMinutes(5);

    /// <summary>One question's turn, three tries and commit; whoever dies keeps others away that long.</summary>
    private static readonly TimeSpan Lease = TimeSpan.FromMinutes(2);

    /// <summary>
    /// An answer that never ends must not keep a worker for ever: five minutes of the usual budget, and more than any shop's piece even where a
    /// page has ten rows. What is left is the next round's.
    /// </summary>
    private const int MaxQuestions = 3_000;

    /// <summary>How often a page waits a second for its turn among the questions; the next round, in a quarter of an hour, begins where this one did.</summary>
    private const int MaxWaits = 30;

    private readonly Guid round = NewId.Next();
    private int added;
    private int asked;

    public async Task<int> Handle(PullConfirmations request, CancellationToken cancellationToken)
    {
        if (await progress.Begin(ours.Main, round, Lease, Overlap, Kept, cancellationToken) is not { } window)
        {
            return 0;
        }

        PullReport report;
        var reader = new PullReader((span, offset) => Ask(span, offset, cancellationToken), payments => TakeAll(payments, cancellationToken));
        try
        {
            report = await new PullRound(reader, progress, ours.Main, window).Run(cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // A process that ends lets the next one begin at once.
            await progress.End(ours.Main, round, new(PullState.NotAnswered, "The process ended in the middle of a round"));
            throw;
        }

        await progress.End(ours.Main, round, report);
        if (report.Why is { } why)
        {
            LogStands(report.State, why, reader.Listed, added);
        }
        else
        {
            LogPulled(reader.Listed, added);
        }

        return added;
    }

    private async Task<PullPage> Ask(PullSpan span, int offset, CancellationToken cancellation)
    {
        if (asked++ >= MaxQuestions)
        {
            return new([], $"A round asks {MaxQuestions} questions at most; the next one goes on") { EndsRound = true };
        }

        if (!await IsItsTurn(cancellation))
        {
            return new([], "Pull is paused, or other questions use the budget up") { EndsRound = true };
        }

        return await progress.Renew(ours.Main, round, Lease)
            ? await daraja.Pull(span.From, span.To, offset, cancellation)
            : new([], "Another process has taken the round over") { EndsRound = true };
    }

    private async Task<bool> IsItsTurn(CancellationToken cancellation)
    {
        for (var waited = 0; waited < MaxWaits; waited++)
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
        var may = await budget.Available(DarajaQuery.Pull, 1);
        await budget.Consume(may);
        return may > 0;
    }

    private async Task<int> TakeAll(IReadOnlyList<PulledPayment> payments, CancellationToken cancellation)
    {
        var (taken, failed) = await Take(payments, cancellation);
        added += taken;
        return failed;
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
            LogNotTaken(payments[0].Receipt.Value, failure);
            return (0, 1);
        }
    }

    private async Task<int> Apply(IReadOnlyList<PulledPayment> payments, DateTimeOffset now)
    {
        var confirmations = payments.Select(p => new Confirmation(
            p.Receipt, p.Amount, p.Account ?? "", p.Payer is { Length: > 0 } ? p.Payer : null, null, p.At,
            ours.MethodOf(null, p.Account ?? "") ?? PaymentMethod.Paybill, SettledBy.Pull)).ToList();
        var keys = new BatchKeys();
        confirmations.ForEach(c => ConfirmedPayments.CollectKeys(c, keys));
        await claims.Collect(keys);
        var batch = new CallbackBatch(await checkouts.LoadForChange(
            new(Ids: keys.Checkouts, Numbers: keys.Numbers, AccountKeys: keys.Accounts, TillPayments: keys.TillPayments)))
        {
            Claims = keys.Claims,
            Ours = ours,
        };
        var added = confirmations.Count(c => ConfirmedPayments.Apply(c, batch, now).Verdict is Verdict.Applied or Verdict.Unmatched);
        await checkouts.Save(batch.Checkouts, batch.Unmatched);
        await claims.Write(batch, now);
        await paybill.CloseCases([.. batch.Effects<PaymentConfirmed>().Select(payment => payment.Number).Distinct()]);
        return added;
    }

    [LoggerMessage(EventName = "pulled", Level = LogLevel.Information, Message = "{Count} payments were pulled, {New} of them new")]
    private partial void LogPulled(int count, int @new);

    [LoggerMessage(
        EventName = "pull_stopped", Level = LogLevel.Warning,
        Message = "Pull's mark stands ({State}): {Why}. {Count} payments were pulled all the same, {New} of them new; the next round reads the rest again")]
    private partial void LogStands(PullState state, string why, int count, int @new);

    [LoggerMessage(EventName = "pulled_payment_failed", Level = LogLevel.Error, Message = "Pulled payment {Receipt} could not be applied; the next round tries again")]
    private partial void LogNotTaken(string receipt, Exception why);
}
