namespace Payments.Simulator;

/// <summary>What the last four digits of a phone choose when no script says otherwise (src/Simulator/README.md).</summary>
internal static class Digits
{
    private static readonly Copy Now = new(TimeSpan.Zero, CopyKind.Truth);

    private static readonly Plan Paid = new();

    private static readonly Dictionary<string, Plan> Plans = new()
    {
        ["1032"] = new() { Outcome = Outcomes.Cancelled },
        ["1037"] = new() { Outcome = Outcomes.Unreachable },
        ["0001"] = new() { Outcome = Outcomes.InsufficientFunds },
        ["2001"] = new() { Outcome = Outcomes.WrongPin },
        ["1019"] = new() { Outcome = Outcomes.Expired },
        ["0404"] = new() { Copies = [] },
        ["0202"] = new() { Copies = [Now, Now, Now] },
        ["0303"] = new() { BeforeReply = true },
        ["0909"] = new() { FirstSays = Outcomes.Unreachable },
        ["0505"] = new() { Reply = "lost" },
        ["0606"] = new() { Reply = "lost", Copies = [] },
        ["7777"] = new() { Outcome = Outcomes.Ringing, RingsOn = true },
    };

    public static Plan Of(string party) => party.Length == 12 ? Plans.GetValueOrDefault(party[^4..], Paid) : Paid;
}
