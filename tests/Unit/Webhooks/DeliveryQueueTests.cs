using Payments.Application.Common;
using Payments.Domain.Common;
using Payments.Infrastructure.Webhooks;
using Xunit;

namespace Payments.Tests.Unit;

/// <summary>Order, place and retries of what is on its way to one webhook; and the same as properties, over lives drawn at random.</summary>
public sealed class DeliveryQueueTests
{
    private static readonly DateTimeOffset Now = new(2026, 7, 10, 6, 0, 0, TimeSpan.Zero);
    private static readonly Guid One = Guid.NewGuid(), Other = Guid.NewGuid();

    [Fact]
    public void Things_go_out_together_and_one_thing_one_after_another()
    {
        var queue = new DeliveryQueue(0) { Taken = 4 };
        var (first, second, third, fourth) = (New(1, One), New(2, One), New(3, Other), New(4, Other));
        Add(queue, first, second, third, fourth);

        Assert.Equal([first, third], Due(queue));
        Assert.Equal(0, queue.Place);
        queue.End(first);
        Assert.Equal([second], Due(queue));
        queue.End(second);
        Assert.Equal(2, queue.Place);
        queue.End(third);
        queue.End(Assert.Single(Due(queue)));
        Assert.Equal((4, 0, 0), (queue.Place, queue.Count, queue.InFlight));
    }

    [Fact]
    public void What_is_refused_is_stored_with_those_behind_it_and_the_place_moves_on()
    {
        var queue = new DeliveryQueue(0) { Taken = 3 };
        var (first, second, third) = (New(1, One), New(2, One), New(3, Other));
        Add(queue, first, second, third);
        Due(queue);
        queue.End(third);

        Assert.Equal([first, second], queue.Wait(first, Now.AddSeconds(5)));
        Assert.Equal(3, queue.Place);
        Assert.Empty(Due(queue));
        Assert.Equal(Now.AddSeconds(5), queue.NextDue);

        // What comes later of the same thing waits behind, and is stored, too.
        queue.Taken = 4;
        var fourth = New(4, One);
        Add(queue, fourth);
        Assert.Equal(3, queue.Place);
        Assert.Equal([fourth], queue.TakeBlocked());
        Assert.Equal(4, queue.Place);
        Assert.Equal([first], Due(queue, Now.AddSeconds(6)));
        queue.End(first);
        Assert.Equal([second], Due(queue, Now.AddSeconds(6)));
    }

    [Fact]
    public void An_endpoint_that_is_there_again_is_not_waited_for()
    {
        var queue = new DeliveryQueue(0) { Taken = 2 };
        Add(queue, New(1, One), New(2, Other));
        Due(queue).ForEach(delivery => queue.Wait(delivery, Now.AddHours(8)));
        Assert.Empty(Due(queue));

        queue.HurryFirst(Now);
        queue.Wait(Assert.Single(Due(queue)), Now.AddHours(9));
        queue.Hurry(Now);
        Assert.Equal(2, Due(queue).Count);
    }

    [Fact]
    public void Taken_twice_it_is_there_once()
    {
        var queue = new DeliveryQueue(0) { Taken = 1 };
        Assert.True(queue.Add(New(1, One)));
        Assert.False(queue.Add(New(1, One)));
        Assert.Equal(1, queue.Count);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Whatever_is_refused_nothing_is_skipped_and_a_new_process_finds_the_rest(int seed)
    {
        var random = new Random(seed);
        for (var life = 0; life < 300; life++)
        {
            var things = Enumerable.Range(0, random.Next(1, 6)).Select(_ => Guid.NewGuid()).ToArray();
            var feed = Enumerable.Range(1, random.Next(1, 60)).Select(position => (Position: (long)position, Thing: things[random.Next(things.Length)])).ToList();
            var (delivered, rows) = (new List<(long Position, Guid Thing)>(), new Dictionary<long, Guid>());
            var (place, now) = (0L, Now);
            while (delivered.Select(d => d.Position).Distinct().Count() < feed.Count)
            {
                // A process from what is stored: the place, and the rows that wait. It dies at some moment.
                var queue = new DeliveryQueue(place);
                foreach (var (position, thing) in rows)
                {
                    Add(queue, New(position, thing, isStored: true));
                }

                for (var steps = random.Next(1, 200); steps > 0; steps--)
                {
                    var more = feed.Where(e => e.Position > queue.Taken).Take(random.Next(0, 5)).ToList();
                    foreach (var (position, thing) in more)
                    {
                        queue.Add(New(position, thing));
                        queue.Taken = position;
                    }

                    // In flight one of a thing, and never one before another of it that was not delivered.
                    var flying = Due(queue, now, random.Next(1, 4));
                    Assert.Equal(flying.Count, flying.Select(d => d.Thing).Distinct().Count());
                    foreach (var delivery in flying)
                    {
                        Assert.All(feed.Where(e => e.Thing == delivery.Thing && e.Position < delivery.Position), e => Assert.Contains(delivered, d => d.Position == e.Position));
                        if (random.Next(3) > 0)
                        {
                            delivered.Add((delivery.Position, delivery.Thing));
                            queue.End(delivery);
                            rows.Remove(delivery.Position);
                        }
                        else
                        {
                            foreach (var stored in queue.Wait(delivery, now.AddSeconds(random.Next(1, 9))))
                            {
                                rows[stored.Position] = stored.Thing;
                            }
                        }
                    }

                    foreach (var blocked in queue.TakeBlocked())
                    {
                        rows[blocked.Position] = blocked.Thing;
                    }

                    // Whoever starts here finds everything that was not delivered: behind the place, or in a row.
                    place = queue.Place;
                    Assert.All(feed.Where(e => e.Position <= place), e => Assert.True(rows.ContainsKey(e.Position) || delivered.Any(d => d.Position == e.Position)));
                    now = now.AddSeconds(1);
                }

                now = now.AddMinutes(1);
            }
        }
    }

    [Fact]
    public void Waits_grow_to_eight_hours_and_soon_means_seconds()
    {
        Assert.Equal(TimeSpan.FromSeconds(5), DeliverySchedule.Wait(1, 500, null, 0.5));
        Assert.Equal(TimeSpan.FromHours(8), DeliverySchedule.Wait(9, null, null, 0.5));
        Assert.Equal(TimeSpan.FromHours(8), DeliverySchedule.Wait(40, 404, null, 0.5));
        Assert.InRange(DeliverySchedule.Wait(1, 500, null, 0), TimeSpan.FromSeconds(4), TimeSpan.FromSeconds(4));
        foreach (var status in new[] { 409, 425, 429, 503 })
        {
            Assert.All(Enumerable.Range(1, 10), tried => Assert.InRange(DeliverySchedule.Wait(tried, status, null, 0.5), TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(5)));
            Assert.Equal(TimeSpan.FromSeconds(5), DeliverySchedule.Wait(11, status, null, 0.5));
            Assert.Equal(TimeSpan.FromSeconds(30), DeliverySchedule.Wait(12, status, null, 0.5));
            Assert.Equal(TimeSpan.FromHours(8), DeliverySchedule.Wait(40, status, null, 0.5));
        }

        // Kept to, never hurried, and not for ever.
        Assert.Equal(TimeSpan.FromSeconds(30), DeliverySchedule.Wait(1, 503, TimeSpan.FromSeconds(30), 0.5));
        Assert.Equal(TimeSpan.FromSeconds(5), DeliverySchedule.Wait(1, 500, TimeSpan.FromSeconds(1), 0.5));
        Assert.Equal(TimeSpan.FromDays(1), DeliverySchedule.Wait(1, 503, TimeSpan.FromDays(400), 0.5));

        // Over three days there are some twenty tries.
        var (at, tries) = (TimeSpan.Zero, 0);
        while (at < DeliverySchedule.GiveUpAfter)
        {
            at += DeliverySchedule.Wait(++tries, 500, null, 0.5);
        }

        Assert.InRange(tries, 15, 25);
    }

    private static Delivery New(long position, Guid thing, bool isStored = false) => new()
    {
        Id = NewId.Next<DeliveryId>(),
        Position = position,
        EventId = FeedEventId.Of(position, 1),
        Type = "checkout.paid",
        Thing = thing,
        NextTryAt = Now.AddMinutes(-1),
        IsStored = isStored,
    };

    private static void Add(DeliveryQueue queue, params Delivery[] deliveries)
    {
        foreach (var delivery in deliveries)
        {
            Assert.True(queue.Add(delivery));
        }
    }

    private static List<Delivery> Due(DeliveryQueue queue, DateTimeOffset? now = null, int most = 100)
    {
        var due = new List<Delivery>();
        while (due.Count < most && queue.Next(now ?? Now) is { } delivery)
        {
            due.Add(delivery);
        }

        return due;
    }
}
