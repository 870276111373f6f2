namespace Payments.Simulator;

/// <summary>How a request ends: a name for scripts, Safaricom's ResultCode and ResultDesc.</summary>
internal sealed record Outcome(string Name, string Code, string Text)
{
    public bool Paid => Code == "0";

    /// <summary>Not decided yet: the phone rings until somebody answers.</summary>
    public bool Rings => this == Outcomes.Ringing;
}
