using System.Globalization;

namespace Payments.Simulator;

/// <summary>The way of every asynchronous API: acknowledge, wait, check the initiator, do it, post the result (docs/protocol/b2c-b2b.md#b2c, b2c-b2b.md#b2b, status-balance-reversal.md, initiator.md).</summary>
internal sealed class Commands(
    Background background, Deliveries deliveries, Credentials credentials, PendingPrompts ringing, Gateway gateway, SettingsStore settings)
{
    private static readonly TimeSpan EarlyResultWait = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Accepts the command. <paramref name="perform"/> does the work when the time has come, given how it was decided to end;
    /// <paramref name="refuse"/> is told when the initiator's credentials kept it from being done at all.
    /// </summary>
    public async Task<Answer> Accept(Command command, Shape shape, Func<Outcome, Result> perform, Action? refuse = null)
    {
        var delivered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var plan = command.Plan;
        _ = background.Run(async cancel =>
        {
            try
            {
                await Live(command, shape, perform, refuse, delivered, cancel);
            }
            finally
            {
                delivered.TrySetResult();
            }
        });
        if (plan.BeforeReply)
        {
            await Task.WhenAny(delivered.Task, Task.Delay(gateway.Delay(plan) + EarlyResultWait));
        }

        return await Gateway.Accepted(plan, command.Api, Answer.Json(new()
        {
            ["ConversationID"] = command.ConversationId,
            ["OriginatorConversationID"] = command.OriginatorConversationId,
            ["ResponseCode"] = "0",
            ["ResponseDescription"] = "Accept the service request successfully.",
        }));
    }

    private async Task Live(
        Command command, Shape shape, Func<Outcome, Result> perform, Action? refuse, TaskCompletionSource delivered, CancellationToken cancel)
    {
        var plan = command.Plan;
        if (plan.Outcome.Rings)
        {
            plan = await Held(command, cancel);
        }
        else
        {
            await Task.Delay(gateway.Delay(plan), cancel);
        }

        string Body(Result result, CopyKind kind) =>
            ResultBody.Make(command, plan, result, (result.Shape ?? shape).With(settings.Current.Variant).With(plan.Variant ?? ""), kind, settings.Current);

        if (credentials.Check(command.Shop, command.Initiator, command.Call["SecurityCredential"]) is { } refused)
        {
            refuse?.Invoke();
            await deliveries.Post(command.ResultUrl, Body(Result.Refused(refused), CopyKind.Truth), cancel);
            return;
        }

        if (plan.QueueTimeout is { } form && !plan.QueueTimeoutAfter)
        {
            // The queue gave up waiting, the core did not: the result follows (docs/protocol/callbacks.md).
            await deliveries.Post(command.TimeoutUrl, ResultBody.QueueTimeout(command, form), cancel);
            delivered.TrySetResult();
            await Task.Delay(gateway.Delay(plan), cancel);
        }

        if (plan.FirstSays is { } first)
        {
            if (plan.Copies.Count > 0)
            {
                await deliveries.Post(command.ResultUrl, Body(new(first, Ids.Receipt()), CopyKind.Truth), cancel);
                delivered.TrySetResult();
            }

            await Task.Delay(gateway.Delay(plan), cancel);
        }

        var result = perform(plan.Outcome);
        await deliveries.Send(plan.Copies, command.ResultUrl, kind => Body(result, kind), cancel, delivered);
        if (plan is { QueueTimeout: { } late, QueueTimeoutAfter: true })
        {
            await deliveries.Post(command.TimeoutUrl, ResultBody.QueueTimeout(command, late), cancel);
        }
    }

    // A payout to a phone that "rings" is held until somebody decides; no queue time is published, so it waits for ever.
    private async Task<Plan> Held(Command command, CancellationToken cancel)
    {
        var amount = decimal.TryParse(command.Call["Amount"], CultureInfo.InvariantCulture, out var given) ? given : 0;
        var ring = new Ring(
            command.ConversationId, command.Api.Name, command.Call["PartyB"], amount, command.Shop.Shortcode, "", DateTimeOffset.UtcNow, null);
        var answered = await ringing.Wait(ring, command.Plan, cancel) ?? command.Plan;
        if (answered.Delay is { } thinking)
        {
            await Task.Delay(thinking, cancel);
        }

        return answered;
    }
}
