namespace Payments.Simulator;

/// <summary>What happened to a payment by hand. Status: completed, rejected (the shop said no), cancelled (ResponseType did), failed (the customer).</summary>
internal sealed record C2bReport(
    string Status, string? Receipt, Outcome Outcome, Verdict? Validation, IReadOnlyList<Exchange> Confirmations, int LaterConfirmations);

/// <summary>Customers who pay the Pay Bill or till by themselves, and the confirmations of STK payments.</summary>
internal sealed class C2bPayments(
    Organisations organisations, Registrations registrations, Validation validation, Ledger ledger, Accounts accounts, Deliveries deliveries, Background background, Chance chance,
    SettingsStore settings)
{
    /// <summary>Runs a payment to its end; confirmations that are to be late follow by themselves.</summary>
    public async Task<C2bReport> Pay(C2bOrder order, Plan plan, CancellationToken cancel)
    {
        // Nobody sends this customer a prompt: to pay is his own idea, so "ringing" has no meaning here.
        if (!plan.Outcome.Paid && !plan.Outcome.Rings)
        {
            return new("failed", null, plan.Outcome, null, [], 0);
        }

        var receipt = Ids.Receipt();
        Verdict? verdict = null;
        var registration = Registration(order.Shortcode);
        if (registration is not null)
        {
            var question = C2bBody.Make(order, receipt, DateTimeOffset.UtcNow, null, "", registration.Version, settings.Current, plan.Payer);
            verdict = await validation.Ask(registration, question, cancel);
            if (!verdict.Accepted)
            {
                return new(verdict.DecidedBy == "answer" ? "rejected" : "cancelled", receipt, Outcomes.Cancelled, verdict, [], 0);
            }
        }

        var settled = Move(order, receipt);
        // Without URLs it completes in silence (docs/protocol/c2b.md).
        if (registration is null)
        {
            return new("completed", receipt, Outcomes.Paid, null, [], 0);
        }

        var body = Confirmation(order, settled, verdict!.ThirdPartyId, registration, plan);
        var copies = plan.Copies.Where(c => c.Kind is not (CopyKind.Contradiction or CopyKind.Interim)).ToLookup(c => c.After > TimeSpan.Zero);
        _ = background.Run(stop => deliveries.Send(copies[true], registration.ConfirmationUrl, body, stop));
        var sent = await deliveries.Send(copies[false], registration.ConfirmationUrl, body, cancel);
        return new("completed", receipt, Outcomes.Paid, verdict, sent, copies[true].Count());
    }

    /// <summary>The same money told a second time: an STK payment also reaches the confirmation URL, with its receipt (docs/protocol/stk.md#stk-push).</summary>
    public void ConfirmStk(StkPrompt prompt, Plan plan, Settlement settled)
    {
        if (plan.Confirmation is null && !settings.Current.StkConfirmation)
        {
            return;
        }

        if ((registrations.Of(prompt.PartyB) ?? registrations.Of(prompt.Shortcode)) is not { } registration)
        {
            return;
        }

        var order = new C2bOrder(prompt.PartyB, prompt.BuyGoods, prompt.Amount, prompt.Reference, prompt.Phone);
        var body = Confirmation(order, settled, "", registration, plan);
        _ = background.Run(stop => deliveries.Send(plan.Confirmation ?? ByChance(prompt.Phone), registration.ConfirmationUrl, body, stop));
    }

    private Copy[] ByChance(string phone)
    {
        var rates = settings.Current.Rates;
        var random = chance.For($"confirmation:{phone}");
        if (random.NextDouble() < rates.LoseCallback)
        {
            return [];
        }

        return [new(TimeSpan.FromMilliseconds(rates.ShuffleMs > 0 ? random.Next(rates.ShuffleMs) : 0), CopyKind.Truth)];
    }

    private Settlement Move(C2bOrder order, string receipt)
    {
        accounts.Credit(order.Shortcode, utility: order.Amount);
        return ledger.Settle(
            new()
            {
                Kind = "c2b",
                Amount = order.Amount,
                Msisdn = order.Msisdn,
                From = order.Msisdn,
                To = order.Shortcode,
                Account = order.BuyGoods ? null : order.Account,
            },
            Outcomes.Paid,
            receipt);
    }

    // A number beside the registered one, told of at the same URLs: some owners have several.
    private Registration? Registration(string shortcode) =>
        registrations.Of(shortcode) ?? (settings.Current.Siblings.Contains(shortcode) ? registrations.Of(organisations.Default.Shortcode) : null);

    private Func<CopyKind, string> Confirmation(C2bOrder order, Settlement settled, string thirdPartyId, Registration registration, Plan plan)
    {
        var body = C2bBody.Make(
            order, settled.Receipt, settled.At, accounts.Of(order.Shortcode).Utility, thirdPartyId, registration.Version, settings.Current, plan.Payer);
        return kind => kind == CopyKind.Malformed ? StkCallback.Cut(body) : body;
    }
}
