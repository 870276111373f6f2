using System.Globalization;

namespace Payments.Application.C2b;

/// <summary>
/// One round: cuts its window into pieces and moves the mark past those that are done with. The newest is read first, for whoever pays now waits
/// for it; then the others from the oldest on, for that is about to be beyond Safaricom's 48 hours.
/// </summary>
internal sealed class PullRound(PullReader reader, IPullProgress progress, string shortcode, PullWindow window)
{
    /// <summary>
    /// A row's time may be written three hours off (East Africa Time with a Z behind it): in a piece shorter than that, less what is allowed
    /// for at both ends, only one way of reading it lies in what was asked for.
    /// </summary>
    private static readonly TimeSpan Piece = TimeSpan.FromMinutes(150);

    /// <summary>
    /// A payment we know of must be listed when it is older than this: Pull may list late. And it must not lie at the very beginning, where whose
    /// clock is meant decides.
    /// </summary>
    private static readonly TimeSpan ListedBy = TimeSpan.FromMinutes(15);

    private static readonly TimeSpan Edge = TimeSpan.FromMinutes(5);

    private readonly SortedList<DateTimeOffset, (PullSpan Span, PullRead Read)> done = [];
    private DateTimeOffset mark = window.From;

    public async Task<PullReport> Run(CancellationToken cancellation)
    {
        var pieces = Pieces();
        if (pieces.Count > 1)
        {
            // Where there is nothing at all, that is one question and not one for each piece.
            var whole = new PullSpan(window.From, window.To);
            var (ended, page) = await reader.Peek(whole);
            if (ended is { EndsRound: true })
            {
                return Report(ended);
            }

            if (ended is null && page.Rows == 0)
            {
                done.Add(whole.From, (whole, page.Unsaid is null ? new(PullReading.Nothing) : new(PullReading.PerhapsNothing, page.Unsaid)));
                pieces = [];
            }
        }

        PullRead? before = null;
        foreach (var piece in pieces.TakeLast(1).Concat(pieces.SkipLast(1)))
        {
            var read = await reader.Read(piece);
            done.Add(piece.From, (piece, read));
            await MoveMark(cancellation);

            // One time may be what Safaricom cannot answer for; the others do not wait for that. Two in a row are Safaricom itself.
            if (read.EndsRound || (read.Reading == PullReading.Failed && before?.Reading == PullReading.Failed))
            {
                return Report(read);
            }

            before = read;
        }

        return await Conclude(cancellation);
    }

    private List<PullSpan> Pieces()
    {
        var pieces = new List<PullSpan>();
        for (var from = window.From; from < window.To; from += Piece)
        {
            pieces.Add(new(from, from + Piece < window.To ? from + Piece : window.To));
        }

        return pieces;
    }

    /// <summary>Past what is whole from the beginning on; that a piece is empty is believed once another one of the round was not.</summary>
    private async Task MoveMark(CancellationToken cancellation, bool believesNothing = false)
    {
        var until = window.From;
        foreach (var (span, read) in done.Values)
        {
            var isDone = read.Reading is PullReading.Whole
                || ((reader.Listed > 0 || believesNothing) && read.Reading is PullReading.Nothing or PullReading.PerhapsNothing);
            if (!isDone || span.From != until)
            {
                break;
            }

            until = span.To;
        }

        if (until > mark)
        {
            mark = until;
            await progress.MoveMark(shortcode, window.From, mark, cancellation);
        }
    }

    private async Task<PullReport> Conclude(CancellationToken cancellation)
    {
        if (First(PullReading.Failed) is var (_, failed))
        {
            return Report(failed);
        }

        if (First(PullReading.Partial) is var (span, partial))
        {
            return new(PullState.Incomplete, $"{partial.Why} (asked for {Text(span)})");
        }

        if (reader.Listed == 0 && await WhyNothingIsNotBelieved(cancellation) is { } doubt)
        {
            return doubt;
        }

        await MoveMark(cancellation, believesNothing: true);
        return new(PullState.Complete);
    }

    /// <summary>
    /// A round without a single row. It is wrong when a payment we know of should be in it. Words that may as well mean that Pull does not know the
    /// shortcode are proved by a longer time: if that lists something, Pull works, and this one was quiet.
    /// </summary>
    private async Task<PullReport?> WhyNothingIsNotBelieved(CancellationToken cancellation)
    {
        if (await WhyItCannotBe(new(window.From, window.To), cancellation) is { } wrong)
        {
            return wrong;
        }

        if (First(PullReading.PerhapsNothing) is not (_, { Why: { } words }))
        {
            return null;
        }

        var longer = new PullSpan(window.Earliest, window.To);
        if (longer.From < window.From)
        {
            var (ended, page) = await reader.Peek(longer);
            if (ended is { Reading: PullReading.Failed })
            {
                return Report(ended);
            }

            if (page.Payments.Count > 0)
            {
                return await WhyItIsNotQuiet(page);
            }
        }

        return await WhyItCannotBe(longer, cancellation) ?? new(PullState.Uncertain,
            $"Pull lists nothing of the last two days and says \"{words}\", which it says both when nothing was paid and when it does not know the shortcode");
    }

    /// <summary>A payment of that time that M-PESA has told us of, and Pull does not list.</summary>
    private async Task<PullReport?> WhyItCannotBe(PullSpan span, CancellationToken cancellation) =>
        await progress.FindKnown(shortcode, span.From + Edge, span.To - ListedBy, cancellation) is not var (number, at) ? null
            : new(PullState.Contradicted, string.Create(CultureInfo.InvariantCulture,
                $"Pull lists nothing for {Text(span)}, but M-PESA told us of receipt {number} of {at.UtcDateTime:yyyy-MM-dd HH:mm}Z, which is not in it"));

    /// <summary>Pull works, so the window is quiet, unless what is listed lies in it, or it says something else now.</summary>
    private async Task<PullReport?> WhyItIsNotQuiet(PullPage longer)
    {
        var (ended, page) = await reader.Peek(new(window.From, window.To));
        if (ended is { Reading: PullReading.Failed })
        {
            return Report(ended);
        }

        return ended is null && page.Rows == 0 && !longer.Payments.Any(p => p.At > window.From + Edge) ? null
            : new(PullState.Incomplete, $"Pull listed nothing for {Text(new(window.From, window.To))}, and then something for the same time");
    }

    private (PullSpan Span, PullRead Read)? First(PullReading reading)
    {
        foreach (var one in done.Values)
        {
            if (one.Read.Reading == reading)
            {
                return one;
            }
        }

        return null;
    }

    private static PullReport Report(PullRead failed) =>
        new(failed.IsRefused ? PullState.NotRegistered : PullState.NotAnswered, failed.Why);

    private static string Text(PullSpan span) =>
        string.Create(CultureInfo.InvariantCulture, $"{span.From.UtcDateTime:yyyy-MM-dd HH:mm}Z to {span.To.UtcDateTime:yyyy-MM-dd HH:mm}Z");
}
