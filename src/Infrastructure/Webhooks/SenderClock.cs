namespace Payments.Infrastructure.Webhooks;

/// <summary>
/// PostgreSQL's time as far as it was heard of, going on with this machine's: a signature of a machine whose clock is wrong would be refused everywhere,
/// and two processes agree on when a delivery is due.
/// </summary>
internal sealed class SenderClock(TimeProvider machine) : TimeProvider
{
    private long offset;

    public override DateTimeOffset GetUtcNow() => machine.GetUtcNow() + TimeSpan.FromTicks(Interlocked.Read(ref offset));

    /// <summary>PostgreSQL says that it is <paramref name="now"/>.</summary>
    public void Set(DateTimeOffset now) => Interlocked.Exchange(ref offset, (now - machine.GetUtcNow()).Ticks);
}
