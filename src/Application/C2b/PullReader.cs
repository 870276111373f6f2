using Payments.Application.Daraja;

namespace Payments.Application.C2b;

/// <summary>A time to ask for.</summary>
public readonly record struct PullSpan(DateTimeOffset From, DateTimeOffset To);

/// <summary>
/// Reads what Pull lists of one time after the other, all of it as far as it can be read: whatever comes is handed on at once, also from a list
/// that is not understood in the end. What is found out of OffSetValue in one time holds for the others of the round.
/// </summary>
/// <param name="ask">Asks for a page; a page with a problem ends the round.</param>
/// <param name="take">Takes payments that did not come before in this round; answers how many could not be taken.</param>
public sealed class PullReader(Func<PullSpan, int, Task<PullPage>> ask, Func<IReadOnlyList<PulledPayment>, Task<int>> take)
{
    /// <summary>
    /// Rows leave the front of the oldest hour one in seconds or minutes, and a list takes seconds to read: twice in a row disturbed is bad luck,
    /// four times is a list that cannot be read in order.
    /// </summary>
    private const int MaxPasses = 4;

    private readonly PullCounting counting = new();
    private readonly HashSet<string> handedOn = new(StringComparer.Ordinal);

    /// <summary>How many rows came, each counted once.</summary>
    public int Listed => handedOn.Count;

    /// <summary>Reads one time.</summary>
    public async Task<PullRead> Read(PullSpan span)
    {
        var failed = 0;
        async Task<PullPage> AskAndTake(PullSpan of, int offset)
        {
            var page = await ask(of, offset);
            var isNew = page.Keys.Where(handedOn.Add).ToHashSet(StringComparer.Ordinal);
            var fresh = page.Payments.Where(p => isNew.Contains(p.Receipt.Value)).ToList();
            failed += fresh.Count > 0 ? await take(fresh) : 0;
            return page;
        }

        var read = await InOrder(span, AskAndTake);
        return failed > 0 && read.Reading is PullReading.Whole
            ? new(PullReading.Partial, $"{failed} pulled payments could not be taken (pulled_payment_failed)") : read;
    }

    /// <summary>Looks at the first page of a time and takes nothing of it.</summary>
    public async Task<(PullRead? Ended, PullPage Page)> Peek(PullSpan span)
    {
        var pass = new PullPass(offset => ask(span, offset), counting);
        return await pass.First() is { } page ? (null, page) : (pass.Ended, new([], null));
    }

    private async Task<PullRead> InOrder(PullSpan span, Func<PullSpan, int, Task<PullPage>> from)
    {
        for (var passes = 0; passes < MaxPasses; passes++)
        {
            switch (await new PullPass(offset => from(span, offset), counting).Run())
            {
                case { Reading: PullReading.Endless }:
                    return await ByTime(span, "OffSetValue is ignored: the same rows come whatever it is", from);
                case { } read:
                    return read;
            }
        }

        return await ByTime(span, "The list's pages do not fit together: rows come twice or not at all", from);
    }

    /// <summary>
    /// Where pages cannot be asked for, times can: from the latest row's time on, and up to the earliest row's, for nobody knows at which end the
    /// list was cut off. That brings all but what lies in one second with a whole page of others; that nothing more is there is not known.
    /// </summary>
    private async Task<PullRead> ByTime(PullSpan span, string why, Func<PullSpan, int, Task<PullPage>> from)
    {
        var known = new HashSet<string>(StringComparer.Ordinal);
        return await Along(page => span with { From = Floor(page.Payments.Max(p => p.At)) })
            ?? await Along(page => span with { To = Floor(page.Payments.Min(p => p.At)).AddSeconds(1) })
            ?? new(PullReading.Partial, why);

        async Task<PullRead?> Along(Func<PullPage, PullSpan> next)
        {
            for (var now = span; ;)
            {
                var page = await from(now, counting.First ?? 0);
                if (page.Problem is not null)
                {
                    return PullRead.Failed(page);
                }

                var before = known.Count;
                known.UnionWith(page.Keys);
                if (page.Payments.Count == 0 || (known.Count == before && now != span) || next(page) is var narrower && narrower == now)
                {
                    return null;
                }

                now = next(page);
            }
        }
    }

    private static DateTimeOffset Floor(DateTimeOffset time) => new(time.Ticks - (time.Ticks % TimeSpan.TicksPerSecond), time.Offset);
}
