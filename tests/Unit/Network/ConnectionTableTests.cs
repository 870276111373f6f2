using System.Net;
using Microsoft.AspNetCore.Connections;
using Payments.Api.Network;
using Payments.Application.Common;
using Xunit;

namespace Payments.Tests.Unit;

/// <summary>Who gets a place among the connections, and whose place it is when there is none left.</summary>
public sealed class ConnectionTableTests
{
    private readonly Clock clock = new();
    private readonly ConnectionTable table;
    private readonly List<Peer> peers = [];

    public ConnectionTableTests() =>
        table = new(new(Max: 10, MaxOfStrangers: 8, MaxOfSource: 5, address => address is not null && address.ToString().StartsWith("196.201.", StringComparison.Ordinal)), clock);

    [Fact]
    public void Above_a_sources_share_its_longest_idle_connection_makes_room_and_nobody_elses()
    {
        var other = Come("10.0.0.2");
        var flood = Enumerable.Range(0, 12).Select(_ => Come("10.0.0.1")).ToList();

        Assert.All(flood, peer => Assert.NotNull(peer.Place));
        Assert.All(flood[..7], peer => Assert.True(peer.IsEnded));
        Assert.All(flood[7..].Append(other), peer => Assert.False(peer.IsEnded));
        Assert.Equal(6, table.Count);
    }

    [Fact]
    public void A_connection_in_use_is_never_given_away_and_one_that_was_used_goes_after_those_idle_longer()
    {
        var five = Enumerable.Range(0, 5).Select(_ => Come("10.0.0.1")).ToList();
        five.ForEach(peer => peer.Place!.Begin());

        Assert.Null(Come("10.0.0.1").Place);
        Assert.DoesNotContain(five, peer => peer.IsEnded);

        five[3].Place!.End();
        five[0].Place!.End();
        Assert.NotNull(Come("10.0.0.1").Place);
        Assert.Equal([3], Ended(five));

        // Two requests at once on one connection: it is in use until both are done.
        five[1].Place!.Begin();
        five[1].Place!.End();
        Assert.NotNull(Come("10.0.0.1").Place);
        Assert.Equal([0, 3], Ended(five));
    }

    [Fact]
    public void However_many_strangers_come_there_is_room_for_Safaricom_and_for_proxies()
    {
        var crowd = Enumerable.Range(0, 20).Select(i => Come($"10.0.1.{i}")).ToList();
        crowd.Where(peer => !peer.IsEnded).ToList().ForEach(peer => peer.Place!.Begin());
        Assert.Null(Come("10.0.2.1").Place);

        var known = Enumerable.Range(0, 2).Select(_ => Come("196.201.214.200")).ToList();

        Assert.All(known, peer => Assert.NotNull(peer.Place));
        Assert.Equal(10, table.Count);

        // Beyond that it is one of his own that makes room.
        Assert.NotNull(Come("196.201.214.200").Place);
        Assert.Equal([0], Ended(known));
    }

    [Fact]
    public void Who_has_asked_for_nothing_in_fifteen_seconds_is_ended_and_who_has_asked_once_is_not()
    {
        var (silent, used, kept) = (Come("10.0.0.1"), Come("10.0.0.1"), Come("196.201.214.200"));
        used.Place!.Begin();
        used.Place!.End();
        clock.Now += ConnectionTable.FirstRequest - TimeSpan.FromSeconds(1);
        var young = Come("10.0.0.1");

        table.EndSilent();
        Assert.DoesNotContain(peers, peer => peer.IsEnded);
        clock.Now += TimeSpan.FromSeconds(2);
        table.EndSilent();

        Assert.Equal([silent], peers.Where(peer => peer.IsEnded));
        Assert.DoesNotContain([used, kept, young], peer => peer.IsEnded);
        Assert.Equal(3, table.Count);
    }

    [Fact]
    public void A_place_is_given_back_once_however_the_connection_ends()
    {
        var flood = Enumerable.Range(0, 12).Select(_ => Come("2001:db8::1")).ToList();
        flood.Add(Come("2001:db8::ffff"));

        flood.ForEach(peer => peer.Place!.Leave());
        flood.ForEach(peer => peer.Place!.Leave());
        flood.ForEach(peer => peer.Place!.Begin());
        flood.ForEach(peer => peer.Place!.End());

        Assert.Equal(0, table.Count);
        Assert.Equal((0L, 8L, 0L, "none", 0), table.Account());
        Assert.Equal((0L, 0L, 0L, "none", 0), table.Account());
        Assert.All(Enumerable.Range(0, 5).Select(_ => Come("2001:db8::2")), peer => Assert.False(peer.IsEnded));
    }

    [Theory]
    [InlineData(1_048_576L, 20_000)]
    [InlineData(20_000L, 20_000 - 512 - 48 - 512)]
    [InlineData(1024L, 512)]
    [InlineData(256L, 128)]
    [InlineData(null, 20_000)]
    public void With_few_descriptors_there_are_fewer_connections(long? descriptors, int most)
    {
        var limits = ConnectionLimits.Of(new LimitOptions(), descriptors, 48, _ => false);

        Assert.Equal(most, limits.Max);
        Assert.InRange(limits.MaxOfStrangers, most * 3 / 4, most - 1);
        Assert.InRange(limits.MaxOfSource, 1, most / 2);
    }

    private static List<int> Ended(List<Peer> some) => [.. some.Select((peer, i) => (peer, i)).Where(p => p.peer.IsEnded).Select(p => p.i)];

    private Peer Come(string address)
    {
        var peer = new Peer(IPAddress.Parse(address));
        peers.Add(peer);
        peer.Place = table.Enter(peer);
        return peer;
    }

    private sealed class Peer : DefaultConnectionContext
    {
        public Peer(IPAddress address) => RemoteEndPoint = new IPEndPoint(address, 1);

        public ConnectionTable.Place? Place { get; set; }

        public bool IsEnded { get; private set; }

        public override void Abort(ConnectionAbortedException abortReason) => IsEnded = true;
    }

    private sealed class Clock : TimeProvider
    {
        public TimeSpan Now { get; set; } = TimeSpan.FromHours(1);

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Now.Ticks;
    }
}
