using Payments.Application.C2b;
using Payments.Application.Daraja;

namespace Payments.Tests.Unit;

/// <summary>
/// Pull: everything customers paid, callbacks or not, in whichever way this life's Pull counts and says that there is nothing. What it never does
/// is say in plain words that nothing was paid when something was: nobody could see through that.
/// </summary>
internal sealed partial class Mpesa
{
    private const int PageSize = 4;

    private readonly int counting = time.Pick(0, 0, 0, 1, 1, 2, 3, 4);
    private readonly bool saysPlainly = time.Chance(0.5);

    /// <summary>When it last gave the first page whatever was asked. Twice in one round, nobody could tell that from pages counted from 1.</summary>
    private DateTimeOffset firstPageAt;

    /// <summary>A time in which it knows nobody: everything is empty, in words that may mean that, whatever was paid.</summary>
    private readonly (DateTimeOffset From, DateTimeOffset To) silence =
        (CheckoutBuilder.Start + TimeSpan.FromMinutes(time.Between(0, 200)), CheckoutBuilder.Start + TimeSpan.FromMinutes(time.Chance(0.3) ? time.Between(0, 400) : 0));

    public PullPage Pull(DateTimeOffset from, DateTimeOffset to, int offset)
    {
        var page = Pull2(from, to, offset);
        time.Tell($"    Q {counting} {from:HH:mm:ss}-{to:HH:mm:ss} @{offset}: {string.Join(' ', page.Keys)} {page.Problem} {page.Unsaid} {page.Unread}");
        return page;
    }

    public PullPage Pull2(DateTimeOffset from, DateTimeOffset to, int offset)
    {
        if (time.Now >= silence.From && time.Now < silence.To)
        {
            return Nothing;
        }

        // It recovers within its 48 hours: what it never lists while it keeps it, nobody can pull.
        if (time.Chance(time.Now > CheckoutBuilder.Start + TimeSpan.FromHours(6) ? manners.OddAnswer / 4 : manners.OddAnswer))
        {
            return time.Pick<Func<PullPage>>(
                () => new([], "HTML"),
                () => new([], "not sent") { EndsRound = true },
                () => new([], null) { Unread = "success and no list" },
                () => Page(FirstPageAgain() ? Listed(from, to).Take(PageSize) : Listed(from, to).Skip(Skipped(offset)).Take(PageSize)))();
        }

        var page = Page(Listed(from, to).Skip(Skipped(offset)).Take(PageSize));
        return page.Rows > 0 || saysPlainly ? page : Nothing;
    }

    private int Skipped(int offset) => counting switch
    {
        // Rows; pages; either from 1, where 0 is the first as well; or nothing at all.
        0 => offset,
        1 => offset * PageSize,
        2 => Math.Max(0, offset - 1),
        3 => Math.Max(0, offset - 1) * PageSize,
        _ => 0,
    };

    private bool FirstPageAgain()
    {
        var isFirst = firstPageAt != time.Now;
        firstPageAt = time.Now;
        return isFirst;
    }

    private static PullPage Nothing => new([], null) { Unsaid = "No records found or Organization Name not available" };

    private IEnumerable<Movement> Listed(DateTimeOffset from, DateTimeOffset to) => moved.Where(m => m.ToUs && m.At >= from && m.At <= to);

    private PullPage Page(IEnumerable<Movement> movements)
    {
        var rows = movements.Select(m => new PulledPayment(new(m.Receipt), m.At, Shown(m.Payer), m.Account, m.Amount)).ToList();
        TrulyTold.UnionWith(rows.Select(r => r.Receipt.Value));
        return new(rows, null) { Rows = rows.Count, Keys = [.. rows.Select(r => r.Receipt.Value)] };
    }
}
