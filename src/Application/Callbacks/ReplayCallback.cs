using MediatR;
using Payments.Application.Access;
using Payments.Application.Common;
using Payments.Domain.Common;

namespace Payments.Application.Callbacks;

/// <summary>Applies a stored callback again, as if it had just come. Its trust is what it was when it came.</summary>
/// <param name="DryRun">True: everything is rolled back, and only what would change is told.</param>
public sealed record ReplayCallback(Caller Caller, CallbackId Id, bool DryRun) : IRequest<Result<ReplayView>>;

/// <summary>What a replay changed, or would change.</summary>
/// <param name="Verdict">What became of the callback this time.</param>
public sealed record ReplayView(string Id, bool DryRun, string Verdict, string? Detail, IReadOnlyList<ReplayedChange> Changes);

/// <summary>One thing that is not as it was.</summary>
/// <param name="Id">The public id of a checkout, attempt, payout, refund or receipt.</param>
/// <param name="Before">Its status before; null for what was not there.</param>
/// <param name="After">Its status after.</param>
public sealed record ReplayedChange(string Id, string? Before, string After);

/// <summary>
/// The same rules, in one transaction: what is settled stays, so a replay is as safe as a second delivery. A dry run takes the same
/// locks and writes the same rows, then rolls back.
/// </summary>
public sealed class ReplayCallbackHandler(
    ICallbacks callbacks, CallbackDispatcher rules, HintThrottle questions, IAudit audit, ITransactions transactions)
    : IRequestHandler<ReplayCallback, Result<ReplayView>>
{
    public async Task<Result<ReplayView>> Handle(ReplayCallback request, CancellationToken cancellationToken)
    {
        IReadOnlyCollection<string> hints = [];
        async Task<Result<ReplayView>> Replay(DateTimeOffset now)
        {
            if (await callbacks.TakeAgain(request.Id) is not { } row)
            {
                return Refusal.NotFound("callback");
            }

            if (row.ErasedAt is { } erased)
            {
                return new Refusal("callback_erased", $"Its body was erased at {erased:u}, for its time was over. What it did stays.");
            }

            var (judgements, batch) = await rules.Process([row], now, isReplay: true);
            await callbacks.Finish(judgements);
            hints = CallbackDispatcher.HintsOf(batch);
            var view = new ReplayView(
                request.Id.ToString(), request.DryRun, EnumNames.Name(judgements[0].Verdict), judgements[0].Detail, batch.Changes());
            if (!request.DryRun)
            {
                await callbacks.Release(row.Id);
                await audit.Write(request.Caller.Actor, "callback.replay", view.Id, view.Changes.ToDictionary(c => c.Id, c => c.Before), new
                {
                    view.Verdict,
                    changes = view.Changes.ToDictionary(c => c.Id, c => c.After),
                });
            }

            return view;
        }

        if (request.DryRun)
        {
            return await transactions.DryRun(Replay, cancellationToken);
        }

        var answer = await transactions.Run(request.Caller, Replay, cancellationToken);
        await questions.Ask(hints, cancellationToken);
        return answer;
    }
}
