using CsCheck;
using Xunit;

namespace Payments.Tests.Unit;

/// <summary>
/// A world of true payments, each told by any of its messages, in any order, any number of times: no number is lost or doubled, and the
/// books never count more than moved.
/// </summary>
public sealed class PaybillPropertyTests
{
    private const int Price = 1500;

    private sealed record World(bool[] Pays, int ByHand, int[] Messages, bool[] Lost);

    private static readonly Gen<World> Worlds = Gen.Select(
        Gen.Bool.Array[1, 2], Gen.Int[0, 2], Gen.Int[0, 99].Array[1, 20], Gen.Bool.Array[2], (pays, hand, messages, lost) => new World(pays, hand, messages, lost));

    [Fact]
    public void No_money_is_lost_and_none_counted_twice() => Worlds.Sample(Play, iter: 20_000);

    private static void Play(World world)
    {
        var checkout = CheckoutBuilder.Checkout(Price);
        var now = CheckoutBuilder.Start;
        var attempts = world.Pays.Select((_, i) =>
        {
            now = CheckoutBuilder.Start + TimeSpan.FromMinutes(3 * i);
            var attempt = checkout.Prompted(now);
            if (world.Lost[i])
            {
                checkout.MarkOutcomeUnknown(attempt, "lost", now);
            }
            else
            {
                checkout.Accepted(attempt, $"ws_CO_{i}", null, now);
            }

            return attempt;
        }).ToList();

        // Everything moved within the window of every prompt, by one phone: the hardest case to tell apart.
        var moved = now + TimeSpan.FromSeconds(30);
        var messages = new List<(string Number, Action<DateTimeOffset> Tell, bool Names)>();
        for (var i = 0; i < attempts.Count; i++)
        {
            var (attempt, number) = (attempts[i], $"S{i}");
            if (!world.Pays[i])
            {
                messages.Add((number, at => checkout.Hear(attempt, CheckoutBuilder.NotPaid(), at), false));
                messages.Add((number, at => checkout.ApplyQueryResult(attempt, CheckoutBuilder.NotPaid(), Guid.NewGuid(), at), false));
                continue;
            }

            messages.Add((number, at => checkout.Hear(attempt, CheckoutBuilder.Paid(number, Price), at), true));
            messages.Add((number, at => checkout.Hear(ConfirmationBuilder.Confirmation(number, Price, moved), at), true));
            if (attempt.RequestId is not null)
            {
                messages.Add((number, at => checkout.AnswerPaid(attempt, at), false));
            }
        }

        for (var i = 0; i < world.ByHand; i++)
        {
            var number = $"H{i}";
            messages.Add((number, at => checkout.Hear(ConfirmationBuilder.Confirmation(number, Price, moved), at), true));
        }

        var told = new HashSet<string>();
        now += TimeSpan.FromSeconds(70);
        foreach (var message in world.Messages.Where(_ => messages.Count > 0).Select(m => messages[m % messages.Count]))
        {
            now += TimeSpan.FromSeconds(1);
            message.Tell(now);
            ConfirmationBuilder.Check(checkout);
            if (message.Names)
            {
                told.Add(message.Number);
            }

            Assert.Superset(told, checkout.Receipts.Where(r => r.Number is not null).Select(r => r.Number!.Value.Value).ToHashSet());
            Assert.Equal(told.Count, checkout.Receipts.Count(r => r.Number is not null));
            var counted = checkout.Receipts.Where(r => !r.IsOnHold).Sum(r => r.Amount.Shillings);
            Assert.True(counted <= Price * (world.Pays.Count(p => p) + world.ByHand), $"{counted} are counted of what moved.");
        }
    }
}
