namespace Payments.Simulator;

/// <summary>Faults by chance, for the rig: each a fraction from 0 to 1 of the events it names. A phone with a script of its own is spared.</summary>
internal sealed record Rates
{
    /// <summary>Of all chance. Changing it starts the same sequence of another run.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>Money requests refused with a spike arrest, so not accepted.</summary>
    public double Refuse { get; init; }

    /// <summary>Accepted, then the customer or the float says no (one of five usual reasons).</summary>
    public double Fail { get; init; }

    /// <summary>No callback at all.</summary>
    public double LoseCallback { get; init; }

    /// <summary>Accepted, and the connection cut instead of a reply.</summary>
    public double LoseReply { get; init; }

    /// <summary>A second callback that says otherwise, before or after the true one. Never a false success: nobody could see through that.</summary>
    public double Contradict { get; init; }

    /// <summary>The callback comes 2 to 5 times.</summary>
    public double Duplicate { get; init; }

    /// <summary>The callback comes before the reply.</summary>
    public double BeforeReply { get; init; }

    /// <summary>The body of a callback is cut short; the whole one does not follow.</summary>
    public double MalformCallback { get; init; }

    /// <summary>The callback's body comes in a form nobody published that says the same.</summary>
    public double OddBody { get; init; }

    /// <summary>A payout that was paid comes back within two seconds.</summary>
    public double ReversePayout { get; init; }

    /// <summary>Every delivery waits up to this many milliseconds more, each its own time: what was in order no longer is.</summary>
    public int ShuffleMs { get; init; }

    /// <summary>STK queries answered as pending (HTTP 500), whatever the truth.</summary>
    public double QueryPending { get; init; }

    /// <summary>… as 4999.</summary>
    public double Query4999 { get; init; }

    /// <summary>… with an internal error.</summary>
    public double Query500 { get; init; }

    /// <summary>… with HTML.</summary>
    public double QueryHtml { get; init; }

    /// <summary>… after <see cref="LateMs"/>.</summary>
    public double QueryLate { get; init; }

    /// <summary>
    /// Answers of the Pull API that say nothing true of its list: empty in the words of an unknown organisation, HTTP 500, no list, null, rows nobody
    /// can read, rows as text, the first page again.
    /// </summary>
    public double PullOdd { get; init; }

    /// <summary>How late a late query answer is, milliseconds.</summary>
    public int LateMs { get; init; } = 10_000;

    public IEnumerable<string> Problems()
    {
        double[] fractions =
        [
            Refuse, Fail, LoseCallback, LoseReply, Contradict, Duplicate, BeforeReply, MalformCallback, OddBody, ReversePayout,
            QueryPending, Query4999, Query500, QueryHtml, QueryLate, PullOdd,
        ];
        if (fractions.Any(f => f is < 0 or > 1 or double.NaN))
        {
            yield return "rates are fractions from 0 to 1.";
        }

        if (QueryPending + Query4999 + Query500 + QueryHtml + QueryLate > 1)
        {
            yield return "the query rates add up to 1 at most.";
        }

        if (ShuffleMs < 0 || LateMs < 0)
        {
            yield return "shuffleMs and lateMs are milliseconds, 0 or more.";
        }
    }
}
