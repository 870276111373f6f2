using Payments.Application.Checkouts;
using Payments.Application.Common;
using Payments.Application.Transfers;

namespace Payments.Application.Callbacks;

/// <summary>
/// Has payments that hints name asked about sooner, within two limits: one payment at most twice a minute (the statements see to that), all
/// together at most so many a minute and worker. What is over the limit is asked about when its schedule says so.
/// </summary>
public sealed class HintThrottle(ICheckouts checkouts, ITransfers transfers, ITransactions transactions, LimitOptions limits, TimeProvider clock)
{
    private readonly Lock gate = new();
    private long? began;
    private int asked;

    /// <summary>Brings the next questions about what these ids name forward; answers how many.</summary>
    public async Task<int> Ask(IReadOnlyCollection<string> hints, CancellationToken cancellation)
    {
        var most = Take(hints.Count);
        if (most == 0)
        {
            return 0;
        }

        var moved = await transactions.Run(
            async _ =>
            {
                var pushes = await checkouts.BringForward(hints, most);
                return pushes + (pushes < most ? await transfers.BringForward(hints, most - pushes) : 0);
            },
            cancellation);
        lock (gate)
        {
            // What most hints name is settled, or nothing: that costs nothing. A new minute may have begun meanwhile.
            asked = Math.Max(asked - (most - moved), 0);
        }

        return moved;
    }

    private int Take(int wanted)
    {
        lock (gate)
        {
            if (began is not { } at || clock.GetElapsedTime(at) >= TimeSpan.FromMinutes(1))
            {
                (began, asked) = (clock.GetTimestamp(), 0);
            }

            var taken = Math.Clamp(limits.HintQuestionsPerMinute - asked, 0, wanted);
            asked += taken;
            return taken;
        }
    }
}
