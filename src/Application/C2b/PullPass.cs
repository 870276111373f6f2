namespace Payments.Application.C2b;

/// <summary>
/// Reads one time's list from its first page to an empty one. Safaricom's page calls OffSetValue a row and, four questions below, a page
/// number, and its answers count pages: so the second question is for 1, and whichever rows come back say which it is. Rows are read
/// with one row's overlap, pages are compared with the first once more at the end: a list whose front falls away meanwhile, because it became
/// 48 hours old, is noticed and no row that is still there is passed over.
/// </summary>
public sealed partial class PullPass(Func<int, Task<PullPage>> ask, PullCounting counting)
{
    /// <summary>Rows that follow each other without a gap, as far as is known.</summary>
    private readonly HashSet<string> chain = new(StringComparer.Ordinal);

    /// <summary>Every row that came.</summary>
    private readonly HashSet<string> seen = new(StringComparer.Ordinal);

    private int start;
    private PullPage first = new([], null);
    private string? unread;
    private PullRead? ended;
    private int longest;
    private bool closes;

    /// <summary>Reads; null when what came does not fit together: the list moved while it was read, and is to be read again.</summary>
    public async Task<PullRead?> Run()
    {
        if (await First() is not { } page)
        {
            return ended;
        }

        first = page;
        if (first.Rows == 0)
        {
            return first.Unsaid is null ? new(PullReading.Nothing) : new(PullReading.PerhapsNothing, first.Unsaid);
        }

        if (counting.IsIgnored)
        {
            return new(PullReading.Endless);
        }

        Keep(first);
        if (await AskTwice(start + 1) is not { } second)
        {
            return ended;
        }

        return second.Rows == 0 ? await OnlyPage(second) : BeginsAs(second, first) ? await Third() : await Counted(start + 1, second);
    }

    /// <summary>The first page, wherever it is: some count from 1 and have nothing, or an error, at 0.</summary>
    public async Task<PullPage?> First()
    {
        start = counting.First ?? 0;
        var page = await ask(start);
        if (page is { IsEmpty: true, Unsaid: not null })
        {
            page = await ask(start);
        }

        if (counting.First is null && (page.IsEmpty || page.Problem?.Contains("OffSet", StringComparison.OrdinalIgnoreCase) == true))
        {
            if (await Ask(1) is not { } one)
            {
                return null;
            }

            (start, page) = one.Rows > 0 ? (1, one) : (0, page.IsEmpty ? page with { Unsaid = page.Unsaid ?? one.Unsaid } : one);
        }

        if (Check(page) is { Rows: > 0 })
        {
            counting.First = start;
        }

        return ended is null ? page : null;
    }

    /// <summary>Why there is no first page, once <see cref="First"/> gave none.</summary>
    public PullRead? Ended => ended;

    /// <summary>1 gives what 0 gave: they count from 1, or not at all.</summary>
    private async Task<PullRead?> Third()
    {
        if (await Ask(start + 2) is not { } third)
        {
            return ended;
        }

        if (third.Rows > 0 && BeginsAs(third, first))
        {
            counting.IsIgnored = true;
            return new(PullReading.Endless);
        }

        // They count from 1; unless the second answer was the first one's by mistake.
        return await Ask(start + 1) is not { } again ? ended
            : again.Rows == 0 || !BeginsAs(again, first) ? null
            : third.Rows > 0 ? await Counted(start + 2, third) : await Done(start + 2, third, first);
    }

    private async Task<PullRead?> Counted(int at, PullPage page) =>
        chain.Contains(page.Keys[0]) ? await Rows(at, page) : page.Keys.Any(chain.Contains) ? null : await Pages(at, page, _ => 1);

    /// <summary>1 gives nothing: there was one row, or 1 is a second page, or rows are counted in whole pages only.</summary>
    private async Task<PullRead?> OnlyPage(PullPage second)
    {
        if (first.Rows == 1)
        {
            return await Done(start + 1, second, first);
        }

        return await Ask(start + first.Rows) is not { } next ? ended : await Pages(start + first.Rows, next, page => page.Rows);
    }

    /// <summary>
    /// The list's end: <paramref name="end"/> came for <paramref name="at"/> and has no row. Words that may mean anything are believed when the
    /// page before was no full one, for then nothing can follow it, or when they are said twice.
    /// </summary>
    private async Task<PullRead?> Done(int at, PullPage end, PullPage before)
    {
        if (end.Unsaid is not null && before.Rows == longest)
        {
            if (await Ask(at) is not { } again)
            {
                return ended;
            }

            if (again.Rows > 0)
            {
                return null;
            }
        }

        if (!seen.IsSubsetOf(chain))
        {
            return null;
        }

        if (closes)
        {
            if (await Ask(start) is not { } again)
            {
                return ended;
            }

            if (!again.Keys.SequenceEqual(first.Keys, StringComparer.Ordinal))
            {
                return null;
            }
        }

        return unread is null ? new(PullReading.Whole) : new(PullReading.Partial, unread);
    }

    private static bool BeginsAs(PullPage page, PullPage other) => page.Keys[0] == other.Keys[0];

    private int Keep(PullPage page) => page.Keys.Count(chain.Add);

    private async Task<PullPage?> Ask(int offset) => Check(await ask(offset));

    /// <summary>Asks; that there is nothing, in words that may mean anything, is said twice or it is not said.</summary>
    private async Task<PullPage?> AskTwice(int offset)
    {
        var page = await Ask(offset);
        return page is { IsEmpty: true, Unsaid: not null } ? await Ask(offset) : page;
    }

    /// <summary>Null when this page ends the reading.</summary>
    private PullPage? Check(PullPage page)
    {
        if (page.Problem is not null)
        {
            ended = PullRead.Failed(page);
            return null;
        }

        if (page is { Rows: 0, Unread: { } nothing })
        {
            ended = new(PullReading.Partial, nothing);
            return null;
        }

        unread ??= page.Unread;
        longest = Math.Max(longest, page.Rows);
        seen.UnionWith(page.Keys);
        return page;
    }
}
