namespace Payments.Simulator;

/// <summary>What the phone shows: what rings, its money, its messages, and what is switched on beside it.</summary>
internal sealed class PhoneView(
    HeldPhones held, FaultSwitches faults, PendingPrompts ringing, Prompts prompts, Wallets wallets, Organisations organisations, SettingsStore settings)
{
    // As many as anybody scrolls through.
    private const int MaxMessages = 40;

    public object Of(string phone)
    {
        var rings = ringing.Show().ToList();
        var statement = wallets.Statement(phone);
        return new
        {
            phone,
            held = held.IsHeld(phone),
            pin = Wallets.Pin,
            balance = statement.Count > 0 ? statement[^1].Balance : Wallets.Start,
            paybill = organisations.Default.Shortcode,
            till = organisations.Default.TillNumber,
            prompts = rings.Where(ring => ring.Msisdn == phone).Select(Prompt),
            elsewhere = rings.Select(ring => ring.Msisdn).Where(other => other != phone && Check.Msisdn(other)).Distinct(),
            messages = Messages(phone, statement),
            faults = new { phone = faults.Of(phone), all = faults.All },
            rates = settings.Current.Rates,
        };
    }

    private object Prompt(Ring ring) => new
    {
        id = ring.Id,
        kind = ring.Kind,
        amount = ring.Amount,
        shop = PhoneTexts.Shop(ring.Shortcode),
        text = PhoneTexts.Question(ring.Amount, ring.Shortcode, IsTill(ring.Shortcode) ? null : ring.Account),
        triesLeft = ringing.TriesLeft(ring),
        secondsLeft = ring.Until is { } until ? (int?)Math.Max(0, (int)Math.Ceiling((until - DateTimeOffset.UtcNow).TotalSeconds)) : null,
    };

    // A till has no accounts.
    private bool IsTill(string shortcode) => organisations.Find(shortcode)?.TillNumber == shortcode;

    private IEnumerable<object> Messages(string phone, IReadOnlyList<(Transaction Transaction, decimal Balance)> statement) =>
        statement
            .Select(row => (row.Transaction.Settled!.At, Id: row.Transaction.Settled.Receipt, Text: PhoneTexts.Moved(row.Transaction, row.Balance, IsTill(row.Transaction.To)), Sent: true))
            .Concat(prompts.Of(phone).Where(prompt => prompt is { EndedAt: not null, ReportedOutcome.Paid: false }).Select(Ended))
            .OrderByDescending(message => message.At)
            .Take(MaxMessages)
            .Select(message => new { id = message.Id, at = message.At.UtcDateTime, text = message.Text, sent = message.Sent });

    private static (DateTimeOffset At, string Id, string Text, bool Sent) Ended(StkPrompt prompt)
    {
        var outcome = prompt.ReportedOutcome!;
        var text = PhoneTexts.NotPaid(prompt, outcome);
        return (prompt.EndedAt!.Value, prompt.CheckoutRequestId, text ?? PhoneTexts.Silent(prompt, outcome), text is not null);
    }
}
