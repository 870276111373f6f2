namespace Payments.Application.C2b;

/// <summary>The half of <see cref="PullPass"/> that goes on once it is known what OffSetValue counts: rows, or pages.</summary>
public sealed partial class PullPass
{
    private async Task<PullRead?> Rows(int at, PullPage page)
    {
        while (true)
        {
            var isNew = Keep(page) > 0;
            var last = at + page.Rows - 1;
            if (isNew)
            {
                if (await Overlapping(last, page.Keys[^1]) is not var (found, overlapping))
                {
                    return ended;
                }

                (at, page) = (found, overlapping);
                continue;
            }

            if (await Ask(last + 1) is not { } next)
            {
                return ended;
            }

            if (next.Rows == 0)
            {
                return await Done(last + 1, next, page);
            }

            if (page.Rows > 1 && !chain.Contains(next.Keys[0]))
            {
                return null;
            }

            // Pages of one row never overlap: that nothing was passed over is looked at once more at the end.
            closes = true;
            (at, page) = (last + 1, next);
        }
    }

    /// <summary>
    /// The page that begins with the row that came last, or with one that is known, looked for from <paramref name="last"/> towards the front: if
    /// rows have left the front, the others stand nearer to it. At the front itself whatever comes follows, for what was before it has gone.
    /// </summary>
    private async Task<(int At, PullPage Page)?> Overlapping(int last, string anchor)
    {
        for (var back = 0; ; back = back == 0 ? 1 : back * 2)
        {
            var at = Math.Max(start, last - back);
            if (await Ask(at) is not { } page)
            {
                return null;
            }

            if (at == start || (page.Rows > 0 && (back == 0 ? page.Keys[0] == anchor : chain.Contains(page.Keys[0]))))
            {
                return (at, page);
            }
        }
    }

    private async Task<PullRead?> Pages(int at, PullPage page, Func<PullPage, int> step)
    {
        var (pages, before) = (1, first);
        for (; page.Rows > 0; pages++)
        {
            if (page.Keys.SequenceEqual(before.Keys, StringComparer.Ordinal))
            {
                return new(PullReading.Partial, $"The page at OffSetValue {at} is the one before once more: the list has no end");
            }

            if (page.Keys.Any(chain.Contains))
            {
                return null;
            }

            Keep(page);
            before = page;
            at += step(page);
            if (await Ask(at) is not { } next)
            {
                return ended;
            }

            page = next;
        }

        closes = true;
        return first.TotalPages > pages
            ? new(PullReading.Partial, $"The answer speaks of {first.TotalPages} pages, and {pages} came")
            : await Done(at, page, before);
    }
}
