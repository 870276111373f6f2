namespace Payments.Infrastructure;

/// <summary>
/// What of callbacks is in this process at once, from the first byte that is read until the last is stored: a number and a size, both
/// bounded, so that a flood, or a database that stands still, costs 503 at once and not the process. The last quarter is kept for
/// callbacks with a valid token, which a flood of others must not shut out.
/// </summary>
public sealed class IntakeRoom
{
    private readonly InboxOptions options;
    private long bytes;
    private int callbacks;

    public IntakeRoom(InboxOptions options) => this.options = options;

    /// <summary>Bytes that are here now.</summary>
    public long Bytes => Interlocked.Read(ref bytes);

    /// <summary>Lets a callback in; null when there is no room. Dispose it when the callback is stored, or given up.</summary>
    /// <param name="isKnown">True with a valid token.</param>
    public Place? Enter(bool isKnown)
    {
        if (Interlocked.Increment(ref callbacks) <= Share(options.QueueSize, isKnown) && Bytes < Share(options.QueueBytes, isKnown))
        {
            return new(this, isKnown);
        }

        Interlocked.Decrement(ref callbacks);
        return null;
    }

    private static long Share(long whole, bool isKnown) => isKnown ? whole : whole - (whole / 4);

    /// <summary>One callback's place.</summary>
    public sealed class Place : IDisposable
    {
        private readonly IntakeRoom room;
        private readonly bool isKnown;
        private long taken;
        private int left;

        internal Place(IntakeRoom room, bool isKnown) => (this.room, this.isKnown) = (room, isKnown);

        /// <summary>Its body is so long by now; false when that is more than there is room for.</summary>
        public bool TryHold(long length)
        {
            var more = length - taken;
            taken = length;
            return Interlocked.Add(ref room.bytes, more) <= Share(room.options.QueueBytes, isKnown);
        }

        public void Dispose()
        {
            if (Interlocked.Exchange(ref left, 1) == 0)
            {
                Interlocked.Add(ref room.bytes, -taken);
                Interlocked.Decrement(ref room.callbacks);
            }
        }
    }
}
