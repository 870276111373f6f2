namespace Payments.Simulator;

/// <summary>What came of a PIN. <paramref name="Outcome"/> null: it was wrong, and may be tried so often again.</summary>
internal sealed record PinAnswer(int TriesLeft, Outcome? Outcome);

/// <summary>The hand on the phone: types the PIN, or says no. Whatever was to go wrong with the callback still does.</summary>
internal sealed class Handset(PendingPrompts ringing, Wallets wallets)
{
    /// <summary>Types a PIN into what rings. Null: nothing rings there any more.</summary>
    public PinAnswer? EnterPin(string phone, string id, string pin)
    {
        if (Ringing(phone, id) is not { } ring)
        {
            return null;
        }

        var outcome = wallets.Refusal(phone, pin, ring.Amount) ?? Outcomes.Paid;
        if (outcome == Outcomes.WrongPin && ringing.TakeTry(ring) is > 0 and var left)
        {
            return new(left, null);
        }

        return ringing.Answer(ring, outcome) ? new(0, outcome) : null;
    }

    /// <summary>Says no; false when nothing rings there any more.</summary>
    public bool Cancel(string phone, string id) => Ringing(phone, id) is { } ring && ringing.Answer(ring, Outcomes.Cancelled);

    // A payout that is held back takes no PIN.
    private Ring? Ringing(string phone, string id) => ringing.Oldest(phone, id) is { Kind: "stk" } ring ? ring : null;
}
