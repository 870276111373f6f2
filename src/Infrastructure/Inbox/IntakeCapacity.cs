using Payments.Application.Intake;

namespace Payments.Infrastructure.Inbox;

/// <summary>
/// What of callbacks is in this process at once, from the first byte that is read until the last is stored: a number and a size, both
/// bounded, so that a flood, or a database that stands still, costs 503 at once and not the process. Strangers may hold a quarter of it:
/// a flood of them is refused while there is room for every callback with a valid token.
/// </summary>
public sealed class IntakeCapacity(InboxOptions options) : IIntakeCapacity
{
    private const int StrangersPart = 4;

    private readonly Held all = new();
    private readonly Held strangers = new();

    /// <summary>Bytes that are here now.</summary>
    public long Bytes => Interlocked.Read(ref all.Bytes);

    /// <summary>Callbacks that are here now.</summary>
    public int Callbacks => Volatile.Read(ref all.Callbacks);

    public IIntakeReservation? TryReserve(bool isKnown)
    {
        var place = new Reservation(this, isKnown);
        if (HasRoom(isKnown))
        {
            return place;
        }

        place.Dispose();
        return null;
    }

    private bool HasRoom(bool isKnown) => all.IsWithin(options, 1) && (isKnown || strangers.IsWithin(options, StrangersPart));

    private void Add(bool isKnown, int callbacks, long bytes)
    {
        all.Add(callbacks, bytes);
        if (!isKnown)
        {
            strangers.Add(callbacks, bytes);
        }
    }

    private sealed class Held
    {
        public long Bytes;
        public int Callbacks;

        public void Add(int callbacks, long bytes)
        {
            Interlocked.Add(ref Callbacks, callbacks);
            Interlocked.Add(ref Bytes, bytes);
        }

        public bool IsWithin(InboxOptions options, int part) =>
            Volatile.Read(ref Callbacks) <= options.QueueSize / part && Interlocked.Read(ref Bytes) <= options.QueueBytes / part;
    }

    private sealed class Reservation : IIntakeReservation
    {
        private readonly IntakeCapacity room;
        private readonly bool isKnown;
        private long taken;
        private int left;

        public Reservation(IntakeCapacity room, bool isKnown)
        {
            (this.room, this.isKnown) = (room, isKnown);
            room.Add(isKnown, 1, 0);
        }

        public bool TryGrow(long length)
        {
            room.Add(isKnown, 0, length - taken);
            taken = length;
            return room.HasRoom(isKnown);
        }

        public void Dispose()
        {
            if (Interlocked.Exchange(ref left, 1) == 0)
            {
                room.Add(isKnown, -1, -taken);
            }
        }
    }
}
