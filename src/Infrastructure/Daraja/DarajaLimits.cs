namespace Payments.Infrastructure.Daraja;

/// <summary>Section <c>Daraja:Timeouts</c>. None of these numbers is published by Safaricom.</summary>
public sealed class DarajaTimeouts
{
    /// <summary>Name, connection and TLS: on a good line under a second; past five there is no line.</summary>
    public TimeSpan Connect { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>A token takes well under a second, and every other call waits for it.</summary>
    public TimeSpan OAuth { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Requests for money: giving up early makes a doubt out of a slow answer, so wait as long as Safaricom's gateway does.</summary>
    public TimeSpan Money { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Questions are asked again anyway: a slow one only keeps others waiting.</summary>
    public TimeSpan Question { get; set; } = TimeSpan.FromSeconds(10);
}

/// <summary>Section <c>Daraja:Breaker</c>: one breaker for each of Safaricom's APIs.</summary>
public sealed class DarajaBreakerOptions
{
    /// <summary>The window failures are counted in: as long as the slowest call.</summary>
    public TimeSpan Window { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Fewer calls than this say nothing about an API.</summary>
    public int LeastCalls { get; set; } = 10;

    /// <summary>An outage fails nearly every call; single customers' trouble stays below this share.</summary>
    public double FailureShare { get; set; } = 0.7;

    /// <summary>How long nothing is sent before one call tries again: short, for each second of it turns customers away.</summary>
    public TimeSpan Break { get; set; } = TimeSpan.FromSeconds(15);
}
