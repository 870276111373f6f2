using System.Globalization;
using Payments.Application.C2b;
using Payments.Application.Daraja;
using Payments.Domain.Common;
using Xunit;

namespace Payments.Tests.Unit;

/// <summary>
/// A list of Safaricom's is believed only as far as it was read. Every list here is read in every way OffSetValue may be meant; whatever comes
/// back, no row is lost that could be asked for, no list is called whole that is not, and no question is asked without end.
/// </summary>
public sealed class PullReaderTests
{
    private const int MostQuestions = 400;

    private static readonly DateTimeOffset Start = new(2026, 7, 10, 6, 0, 0, TimeSpan.Zero);

    private static readonly PullSpan Span = new(Start, Start.AddHours(2));

    /// <summary>What OffSetValue counts, the first number, what 0 gives where it is not the first.</summary>
    public static TheoryData<string, int, string> Countings => new()
    {
        { "rows", 0, "" }, { "rows", 1, "first" }, { "rows", 1, "empty" }, { "rows", 1, "refused" },
        { "pages", 0, "" }, { "pages", 1, "first" }, { "pages", 1, "empty" }, { "pages", 1, "refused" },
        { "whole pages of rows", 0, "" },
    };

    [Theory]
    [MemberData(nameof(Countings))]
    public async Task Every_list_is_read_to_its_end_whatever_OffSetValue_counts(string counts, int first, string zero)
    {
        for (var size = 1; size <= 5; size++)
        {
            for (var rows = 0; rows <= 12; rows++)
            {
                var list = new FakeList(rows) { Counts = counts, First = first, Zero = zero, PageSize = size };

                var read = await list.Reader.Read(Span);

                Assert.True((rows == 0 ? PullReading.Nothing : PullReading.Whole) == read.Reading, $"{size} a page, {rows} rows: {read}");
                Assert.Equal(rows, list.Taken.Count);
                Assert.InRange(list.Questions, 1, (2 * rows) + 6);
            }
        }
    }

    [Fact]
    public async Task What_was_found_out_in_one_time_is_not_asked_for_again_in_the_next()
    {
        var list = new FakeList(6) { Counts = "ignored", PageSize = 3 };
        await list.Reader.Read(Span);
        var first = list.Questions;

        await list.Reader.Read(Span);

        Assert.True(list.Questions - first < first, $"{list.Questions - first} questions after {first}");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    public async Task Where_OffSetValue_is_ignored_times_bring_the_rows_and_the_list_is_never_called_whole(int size)
    {
        for (var rows = 1; rows <= 12; rows++)
        {
            var list = new FakeList(rows) { Counts = "ignored", PageSize = size };

            var read = await list.Reader.Read(Span);

            Assert.Equal(PullReading.Partial, read.Reading);
            Assert.Contains("OffSetValue is ignored", read.Why, StringComparison.Ordinal);

            // A page of one row is all that is ever given of a time that begins with it.
            Assert.Equal(size == 1 ? 1 : rows, list.Taken.Count);
            Assert.InRange(list.Questions, 3, (2 * rows) + 8);
        }
    }

    [Fact]
    public async Task Newest_first_is_read_by_time_too()
    {
        var list = new FakeList(9) { Counts = "ignored", PageSize = 3, NewestFirst = true };

        await list.Reader.Read(Span);

        Assert.Equal(9, list.Taken.Count);
    }

    [Theory]
    [InlineData("rows")]
    [InlineData("pages")]
    public async Task Rows_that_leave_the_front_meanwhile_take_no_other_with_them(string counts)
    {
        // One row goes after the n-th question, whichever that is; two; or one after each of several.
        foreach (var size in new[] { 2, 3, 4 })
        {
            for (var after = 1; after <= 12; after++)
            {
                foreach (var gone in new[] { 1, 2, size })
                {
                    var list = new FakeList(11) { Counts = counts, PageSize = size };
                    list.AfterQuestion = asked => { if (asked == after) { list.Drop(gone); } };

                    var read = await list.Reader.Read(Span);

                    Assert.True(list.Missed.Count == 0, $"{size} a page, {gone} gone after {after}: {string.Join(' ', list.Missed)} passed over, {read}");
                    Assert.InRange(list.Questions, 1, MostQuestions);
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Countings))]
    public async Task One_odd_answer_whichever_it_is_and_whenever_it_comes_makes_no_list_whole_that_was_not_read(string counts, int first, string zero)
    {
        Func<PullPage, PullPage, PullPage>[] oddities =
        [
            (_, firstPage) => firstPage,
            (_, _) => new([], null) { Unsaid = "No records found or Organization Name not available" },
            (_, _) => new([], null) { Unread = "success and no list" },
            (_, _) => new([], "HTTP 503"),
        ];
        foreach (var odd in oddities)
        {
            for (var (size, rows) = (1, 0); size <= 4; (size, rows) = rows == 9 ? (size + 1, 0) : (size, rows + 1))
            {
                for (var when = 1; when <= 14; when++)
                {
                    var list = new FakeList(rows) { Counts = counts, First = first, Zero = zero, PageSize = size, SaysPlainly = false };
                    var firstPage = list.FirstPage;
                    list.Change = (page, asked) => asked == when ? odd(page, firstPage) : page;

                    var read = await list.Reader.Read(Span);

                    Assert.True(
                        read.Reading is not (PullReading.Whole or PullReading.Nothing) || list.Taken.Count == rows,
                        $"{size} a page, {rows} rows, odd {Array.IndexOf(oddities, odd)} at {when}: {list.Taken.Count} taken, {read}");
                }
            }
        }
    }

    [Fact]
    public async Task A_list_that_is_never_the_same_twice_is_not_called_whole()
    {
        var seed = 0;
        var list = new FakeList(12) { PageSize = 3 };
        list.AfterQuestion = _ => list.Shuffle(new Random(seed++));

        var read = await list.Reader.Read(Span);

        Assert.Equal(PullReading.Partial, read.Reading);
        Assert.InRange(list.Questions, 1, MostQuestions);
    }

    [Fact]
    public async Task The_last_page_again_and_again_is_no_end()
    {
        var list = new FakeList(6) { Counts = "pages", PageSize = 3, RepeatsLast = true };

        var read = await list.Reader.Read(Span);

        Assert.Equal((PullReading.Partial, 6), (read.Reading, list.Taken.Count));
    }

    [Fact]
    public async Task More_pages_spoken_of_than_came_is_no_whole_list()
    {
        var list = new FakeList(6) { Counts = "pages", PageSize = 3, TotalPages = 4 };

        var read = await list.Reader.Read(Span);

        Assert.Equal((PullReading.Partial, 6), (read.Reading, list.Taken.Count));
        Assert.Contains("4 pages", read.Why, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_page_that_cannot_be_read_gives_what_can_be_and_an_error_ends_the_reading()
    {
        var broken = new FakeList(6) { PageSize = 3 };
        broken.Change = (page, asked) => asked == 2 ? page with { Unread = "1 of 3 rows could not be read" } : page;
        Assert.Equal(new PullRead(PullReading.Partial, "1 of 3 rows could not be read"), await broken.Reader.Read(Span));
        Assert.Equal(6, broken.Taken.Count);

        var lost = new FakeList(6) { PageSize = 3 };
        lost.Change = (page, asked) => asked == 3 ? new([], "HTTP 503") : page;
        Assert.Equal(new PullRead(PullReading.Failed, "HTTP 503"), await lost.Reader.Read(Span));
        Assert.Equal((4, 3), (lost.Taken.Count, lost.Questions));

        var silent = new FakeList(6);
        silent.Change = (page, _) => page with { Rows = 0, Keys = [], Payments = [], Unread = "success and no list" };
        Assert.Equal(PullReading.Partial, (await silent.Reader.Read(Span)).Reading);
        Assert.Equal(1, silent.Questions);
    }

    [Fact]
    public async Task An_empty_list_in_words_that_may_mean_anything_is_told_apart_and_an_end_in_them_is_an_end()
    {
        var none = new FakeList(0);
        none.Change = (page, _) => page with { Unsaid = "No records found or Organization Name not available" };
        Assert.Equal(PullReading.PerhapsNothing, (await none.Reader.Read(Span)).Reading);

        var some = new FakeList(4) { PageSize = 2 };
        some.Change = (page, _) => page.Rows == 0 ? page with { Unsaid = "No records found or Organization Name not available" } : page;
        Assert.Equal(PullReading.Whole, (await some.Reader.Read(Span)).Reading);
    }

    [Fact]
    public async Task A_payment_that_could_not_be_taken_keeps_the_list_from_being_whole()
    {
        var list = new FakeList(3) { Fails = true };

        Assert.Equal(PullReading.Partial, (await list.Reader.Read(Span)).Reading);
    }

    /// <summary>Safaricom's list of what was paid, a row every five minutes.</summary>
    private sealed class FakeList
    {
        private readonly List<PulledPayment> rows;
        private readonly HashSet<string> everAskable;

        public FakeList(int count)
        {
            rows = [.. Enumerable.Range(0, count).Select(n => new PulledPayment(
                new(string.Create(CultureInfo.InvariantCulture, $"R{n:00}")), Start.AddMinutes(1 + (n * 5)), null, "A", Money.FromShillings(10)))];
            everAskable = [.. rows.Select(r => r.Receipt.Value)];
            Reader = new(Ask, payments =>
            {
                Taken.UnionWith(payments.Select(p => p.Receipt.Value));
                return Task.FromResult(Fails ? payments.Count : 0);
            });
        }

        public PullReader Reader { get; }

        public string Counts { get; init; } = "rows";

        public int First { get; init; }

        public string Zero { get; init; } = "";

        public int PageSize { get; init; } = 4;

        public int? TotalPages { get; init; }

        public bool RepeatsLast { get; init; }

        public bool NewestFirst { get; init; }

        public bool Fails { get; init; }

        public bool SaysPlainly { get; init; } = true;

        public PullPage FirstPage => Page(Span, First);

        public Func<PullPage, int, PullPage> Change { get; set; } = (page, _) => page;

        public Action<int> AfterQuestion { get; set; } = _ => { };

        public HashSet<string> Taken { get; } = [];

        public int Questions { get; private set; }

        /// <summary>Rows that are still listed, or were until the reading was over, and were not taken.</summary>
        public List<string> Missed => [.. everAskable.Where(r => !Taken.Contains(r))];

        public void Drop(int count)
        {
            // What had not come by then is Safaricom's to lose, not ours.
            foreach (var gone in rows.Take(count).Where(r => !Taken.Contains(r.Receipt.Value)))
            {
                everAskable.Remove(gone.Receipt.Value);
            }

            rows.RemoveRange(0, Math.Min(count, rows.Count));
        }

        public void Shuffle(Random random)
        {
            var mixed = rows.ToArray();
            random.Shuffle(mixed);
            rows.Clear();
            rows.AddRange(mixed);
        }

        private Task<PullPage> Ask(PullSpan span, int offset)
        {
            Questions++;
            Assert.True(Questions <= MostQuestions, "There is no end to the questions.");
            var page = Change(Page(span, offset), Questions);
            AfterQuestion(Questions);
            return Task.FromResult(page);
        }

        private PullPage Page(PullSpan span, int offset)
        {
            if (offset < First && Zero != "first")
            {
                return Zero == "empty" ? new([], null) : new([], "400.003.02 Bad Request - Invalid OffSetValue") { IsRefused = true };
            }

            var at = Math.Max(0, offset - First);
            List<PulledPayment> listed = [.. rows.Where(r => r.At >= span.From && r.At <= span.To)];
            if (NewestFirst)
            {
                listed.Reverse();
            }

            var skip = Counts switch
            {
                "rows" => at,
                "pages" => RepeatsLast ? Math.Min(at * PageSize, Math.Max(0, listed.Count - 1) / PageSize * PageSize) : at * PageSize,
                "whole pages of rows" => at % PageSize == 0 ? at : int.MaxValue,
                _ => 0,
            };
            List<PulledPayment> page = [.. listed.Skip(skip).Take(PageSize)];
            return new(page, null)
            {
                Rows = page.Count,
                Keys = [.. page.Select(p => p.Receipt.Value)],
                TotalPages = TotalPages,
                Unsaid = page.Count > 0 || SaysPlainly ? null : "No records found or Organization Name not available",
            };
        }
    }
}
