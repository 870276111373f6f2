namespace Payments.Simulator;

/// <summary>What happens to a prompt after it was accepted: the phone rings, somebody answers or nobody does, money moves, callbacks go out.</summary>
internal sealed class StkLifecycle(
    Background background, Prompts prompts, PendingPrompts ringing, Ledger ledger, Accounts accounts, Deliveries deliveries, C2bPayments c2b, Gateway gateway,
    SettingsStore settings)
{
    public void Start(StkPrompt prompt, bool silent) => _ = background.Run(async cancel =>
    {
        try
        {
            await (silent ? Lapse(prompt, cancel) : Live(prompt, cancel));
        }
        finally
        {
            prompts.Unlock(prompt);
            prompt.Delivered.TrySetResult();
        }
    });

    private async Task Lapse(StkPrompt prompt, CancellationToken cancel)
    {
        await Task.Delay(settings.Current.PromptLifeMs, cancel);
        // No callback tells it (docs/protocol/stk.md#stk-push); to whoever asks, 1025 is what the catalogue has for it.
        prompt.ReportedOutcome = Outcomes.PushFailed;
    }

    private async Task Live(StkPrompt prompt, CancellationToken cancel)
    {
        var plan = prompt.Plan;
        if (plan.Outcome.Rings)
        {
            plan = await Ring(prompt, cancel);
        }
        else
        {
            await Task.Delay(gateway.Delay(plan), cancel);
        }

        if (plan.FirstSays is { } first)
        {
            // A failure that is not true: query and callback tell it, and the subscriber is free for another prompt (docs/protocol/stk.md#stk-query).
            prompt.ReportedOutcome = first;
            prompts.Unlock(prompt);
            if (plan.Copies.Count > 0)
            {
                await deliveries.Post(prompt.CallbackUrl, StkCallback.Body(prompt, first, null, settings.Current), cancel);
                prompt.Delivered.TrySetResult();
            }

            await Task.Delay(gateway.Delay(plan), cancel);
        }

        var settled = Settle(prompt, plan.Outcome);
        if (settled.Outcome.Paid)
        {
            c2b.ConfirmStk(prompt, plan, settled);
        }

        await deliveries.Send(
            plan.Copies, prompt.CallbackUrl, kind => StkCallback.Body(prompt, plan, settled, kind, settings.Current), cancel, prompt.Delivered);
    }

    private async Task<Plan> Ring(StkPrompt prompt, CancellationToken cancel)
    {
        DateTimeOffset? until = prompt.Plan.RingsOn ? null : prompt.StartedAt + TimeSpan.FromMilliseconds(settings.Current.PromptLifeMs);
        var answered = await ringing.Wait(
            new(prompt.CheckoutRequestId, "stk", prompt.Phone, prompt.Amount, prompt.PartyB, prompt.Reference, prompt.StartedAt, until), prompt.Plan, cancel);
        if (answered is null)
        {
            return prompt.Plan with { Outcome = Outcomes.OfCode(settings.Current.UnansweredCode) };
        }

        if (answered.Delay is { } thinking)
        {
            await Task.Delay(thinking, cancel);
        }

        return answered;
    }

    private Settlement Settle(StkPrompt prompt, Outcome outcome)
    {
        if (!outcome.Paid)
        {
            prompt.ReportedOutcome = outcome;
            prompt.EndedAt = DateTimeOffset.UtcNow;
            prompts.Unlock(prompt);
            return new(outcome, "", DateTimeOffset.UtcNow);
        }

        var transaction = new Transaction
        {
            Kind = "stk",
            Amount = prompt.Amount,
            Msisdn = prompt.Phone,
            From = prompt.Phone,
            To = prompt.PartyB,
            Account = prompt.Reference,
            CheckoutRequestId = prompt.CheckoutRequestId,
            OriginatorConversationId = prompt.MerchantRequestId,
            InitiatedAt = prompt.StartedAt,
        };
        var settled = ledger.Settle(transaction, outcome, Ids.Receipt());
        accounts.Credit(prompt.PartyB, utility: prompt.Amount);
        prompt.ReportedOutcome = outcome;
        if (settings.Current.TwoMinuteRule)
        {
            prompts.RememberPaid(prompt);
        }

        prompts.Unlock(prompt);
        return settled;
    }
}
