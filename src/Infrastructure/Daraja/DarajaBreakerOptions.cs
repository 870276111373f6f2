namespace Payments.Infrastructure.Daraja;

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
