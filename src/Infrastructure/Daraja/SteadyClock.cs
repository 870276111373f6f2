namespace Payments.Infrastructure.Daraja;

/// <summary>
/// A clock that nobody sets: it was right when it was made and goes on from there. What waits by it waits as long as was meant, also when the
/// machine's clock is set back meanwhile; a circuit breaker would stay open for as much longer.
/// </summary>
internal sealed class SteadyClock(TimeProvider clock) : TimeProvider
{
    private readonly DateTimeOffset made = clock.GetUtcNow();
    private readonly long began = clock.GetTimestamp();

    public override long TimestampFrequency => clock.TimestampFrequency;

    public override DateTimeOffset GetUtcNow() => made + clock.GetElapsedTime(began);

    public override long GetTimestamp() => clock.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        clock.CreateTimer(callback, state, dueTime, period);
}
