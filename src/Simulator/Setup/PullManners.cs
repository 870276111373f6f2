namespace Payments.Simulator;

/// <summary>
/// How the Pull API answers, where Safaricom's pages, its samples and what integrators saw of it disagree (docs/protocol/pull.md). The defaults are
/// the page's own words.
/// </summary>
internal sealed record PullManners
{
    /// <summary>
    /// What OffSetValue counts: "rows" (the page's text), "pages" (its questions and answers, and the CurrentPage of real answers), or
    /// nothing: "ignored" answers the first page whatever was asked.
    /// </summary>
    public string Offset { get; init; } = "rows";

    /// <summary>What the first row or page is numbered: 0, or 1.</summary>
    public int First { get; init; }

    /// <summary>What OffSetValue 0 gives where the first is 1: "first" (as if 1 were asked), "empty" or "refused".</summary>
    public string Zero { get; init; } = "first";

    /// <summary>
    /// How a list without rows is answered: "documented" (1001, no transactions), "organization" (1001 with the text that also means an
    /// unknown organisation), "none-500" (HTTP 500), "not-found" (HTTP 404) or "empty-list" (1000 with [[]]).
    /// </summary>
    public string Empty { get; init; } = "documented";

    /// <summary>True answers as if there were nothing, whatever there is: an organisation Pull was not granted for.</summary>
    public bool Hides { get; init; }

    /// <summary>
    /// Where the rows stand: "nested" ([[…]] in Response), "flat", "string" (the same as text), "transaction" and "transaction-string" (under
    /// Transaction); or what nobody can read: "missing" (1000 and no list), "null" ([[null]]), "unreadable" (rows with other names).
    /// </summary>
    public string List { get; init; } = "nested";

    /// <summary>
    /// trxDate: "utc" (the page's sample), "eat-z" (East Africa Time with a Z behind it), "eat" (no zone), "offset" (+03:00), "offset-compact"
    /// (+0300), "epoch", "epoch-ms" or "digits" (14 of them).
    /// </summary>
    public string Time { get; init; } = "utc";

    /// <summary>Adds CurrentPage, PageSize and TotalPages.</summary>
    public bool PageInfo { get; init; }

    /// <summary>Rows gone from the front of the list after each question: those that became too old while somebody read.</summary>
    public int Drop { get; init; }

    /// <summary>"any", or "international": 07… is refused as a NominatedNumber, as production does.</summary>
    public string Number { get; init; } = "any";

    public IEnumerable<string> Problems()
    {
        foreach (var (name, value, allowed) in new (string, string, string[])[]
        {
            ("offset", Offset, ["rows", "pages", "ignored"]),
            ("zero", Zero, ["first", "empty", "refused"]),
            ("empty", Empty, ["documented", "organization", "none-500", "not-found", "empty-list"]),
            ("list", List, ["nested", "flat", "string", "transaction", "transaction-string", "missing", "null", "unreadable"]),
            ("time", Time, ["utc", "eat-z", "eat", "offset", "offset-compact", "epoch", "epoch-ms", "digits"]),
            ("number", Number, ["any", "international"]),
        })
        {
            if (!allowed.Contains(value))
            {
                yield return $"pull.{name} is one of {string.Join(", ", allowed)}, not '{value}'.";
            }
        }

        if (First is not (0 or 1))
        {
            yield return "pull.first is 0 or 1.";
        }

        if (Drop < 0)
        {
            yield return "pull.drop is 0 or more.";
        }
    }
}
