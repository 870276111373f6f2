using System.Net;
using Microsoft.AspNetCore.Connections;
using Payments.Application.Access;

namespace Payments.Api.Network;

/// <summary>
/// The connections that are open, by where they come from. When a source or the process has its share, the one of them that has been idle the longest
/// makes room for the newcomer, and where none is idle the newcomer is turned away: whoever only holds connections is never in the way of who uses his.
/// </summary>
public sealed class ConnectionTable(ConnectionLimits limits, TimeProvider clock)
{
    /// <summary>From connecting to the first whole request head: TLS and a header have 10 s each at most, and take milliseconds.</summary>
    public static readonly TimeSpan FirstRequest = TimeSpan.FromSeconds(15);

    private readonly Lock gate = new();
    private readonly Dictionary<string, Source> sources = new(StringComparer.Ordinal);
    private readonly LinkedList<Place> silent = new();
    private readonly LinkedList<Place> idleStrangers = new();
    private readonly LinkedList<Place> idleKept = new();
    private int all;
    private int strangers;
    private long turnedAway;
    private long displaced;
    private long neverAsked;

    /// <summary>How many are open.</summary>
    public int Count
    {
        get
        {
            lock (gate)
            {
                return all;
            }
        }
    }

    /// <summary>Lets a connection in; null when there is no room for it.</summary>
    public Place? Enter(ConnectionContext connection)
    {
        var address = (connection.RemoteEndPoint as IPEndPoint)?.Address;
        var (key, isKept) = (SourceKey.Of(address), limits.IsKept(address));
        Place place;
        Place? leaving = null;
        lock (gate)
        {
            var source = sources.TryGetValue(key, out var known) ? known : new(key);
            var isFull = !isKept && source.Count >= limits.MaxOfSource ? source.Idle
                : !isKept && strangers >= limits.MaxOfStrangers ? idleStrangers
                : all >= limits.Max ? idleStrangers.Count > 0 ? idleStrangers : idleKept
                : null;
            if (isFull is not null)
            {
                if (isFull.First?.Value is not { } idle)
                {
                    turnedAway++;
                    return null;
                }

                leaving = idle;
                displaced++;
                Remove(idle);
            }

            // Removing may have emptied and forgotten it.
            sources[key] = source;
            place = new(this, connection, source, isKept, clock.GetTimestamp());
            source.Count++;
            all++;
            strangers += isKept ? 0 : 1;
            silent.AddLast(place.InSilent);
            Rest(place);
        }

        leaving?.Abort("It was idle, and its place was needed.");
        return place;
    }

    /// <summary>Ends strangers' connections that have asked for nothing since they came.</summary>
    public void EndSilent()
    {
        List<Place> ending = [];
        lock (gate)
        {
            for (var next = silent.First; next is not null && clock.GetElapsedTime(next.Value.Came) > FirstRequest;)
            {
                var (place, following) = (next.Value, next.Next);
                if (place.IsKept)
                {
                    // A proxy of ours may hold some in reserve.
                    silent.Remove(next);
                }
                else
                {
                    Remove(place);
                    ending.Add(place);
                }

                next = following;
            }

            neverAsked += ending.Count;
        }

        ending.ForEach(place => place.Abort("It asked for nothing."));
    }

    /// <summary>What was refused and ended since the last time this was asked, and the source with the most connections now.</summary>
    public (long TurnedAway, long Displaced, long NeverAsked, string Busiest, int Open) Account()
    {
        lock (gate)
        {
            var busiest = sources.Values.MaxBy(source => source.Count);
            var account = (turnedAway, displaced, neverAsked, busiest?.Key ?? "none", busiest?.Count ?? 0);
            (turnedAway, displaced, neverAsked) = (0, 0, 0);
            return account;
        }
    }

    internal void Begin(Place place)
    {
        lock (gate)
        {
            if (!place.HasLeft && ++place.Requests == 1)
            {
                Unlist(place);
            }
        }
    }

    internal void End(Place place)
    {
        lock (gate)
        {
            if (!place.HasLeft && --place.Requests == 0)
            {
                Rest(place);
            }
        }
    }

    internal void Leave(Place place)
    {
        lock (gate)
        {
            Remove(place);
        }
    }

    private void Rest(Place place)
    {
        (place.IsKept ? idleKept : idleStrangers).AddLast(place.InIdle);
        place.Of.Idle.AddLast(place.InSource);
    }

    private static void Unlist(Place place)
    {
        place.InSilent.List?.Remove(place.InSilent);
        place.InIdle.List?.Remove(place.InIdle);
        place.InSource.List?.Remove(place.InSource);
    }

    private void Remove(Place place)
    {
        if (place.HasLeft)
        {
            return;
        }

        place.HasLeft = true;
        Unlist(place);
        all--;
        strangers -= place.IsKept ? 0 : 1;
        if (--place.Of.Count == 0)
        {
            sources.Remove(place.Of.Key);
        }
    }

    /// <summary>One sender: an address, or a network of IPv6.</summary>
    internal sealed class Source(string key)
    {
        public string Key => key;

        public int Count { get; set; }

        public LinkedList<Place> Idle { get; } = new();
    }

    /// <summary>One connection's place; it is a feature of the connection and so of its requests.</summary>
    public sealed class Place
    {
        private readonly ConnectionTable table;
        private readonly ConnectionContext connection;

        internal Place(ConnectionTable table, ConnectionContext connection, Source of, bool isKept, long came)
        {
            (this.table, this.connection, Of, IsKept, Came) = (table, connection, of, isKept, came);
            (InSilent, InIdle, InSource) = (new(this), new(this), new(this));
        }

        internal Source Of { get; }

        internal bool IsKept { get; }

        internal long Came { get; }

        /// <summary>Requests of it that are being worked on.</summary>
        internal int Requests { get; set; }

        internal bool HasLeft { get; set; }

        internal LinkedListNode<Place> InSilent { get; }

        internal LinkedListNode<Place> InIdle { get; }

        internal LinkedListNode<Place> InSource { get; }

        /// <summary>A request begins.</summary>
        public void Begin() => table.Begin(this);

        /// <summary>Its answer has been written.</summary>
        public void End() => table.End(this);

        /// <summary>The connection has ended.</summary>
        public void Leave() => table.Leave(this);

        internal void Abort(string why) => connection.Abort(new ConnectionAbortedException(why));
    }
}
