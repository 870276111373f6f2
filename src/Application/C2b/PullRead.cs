namespace Payments.Application.C2b;

/// <summary>What came of reading the list of one time.</summary>
public enum PullReading
{
    /// <summary>Rows, up to an empty page, all understood.</summary>
    Whole,

    /// <summary>No row, and plainly none.</summary>
    Nothing,

    /// <summary>No row, in words that may mean something else.</summary>
    PerhapsNothing,

    /// <summary>Not all of it was understood, or it has no end.</summary>
    Partial,

    /// <summary>The same first rows come whatever OffSetValue is.</summary>
    Endless,

    /// <summary>An error came instead of a page, or nothing.</summary>
    Failed,
}

/// <summary>What came of reading the list of one time, and why it is not whole.</summary>
public sealed record PullRead(PullReading Reading, string? Why = null)
{
    /// <summary>True when Pull is not, or cannot be, registered.</summary>
    public bool IsRefused { get; init; }

    /// <summary>True when nothing more is to be asked now.</summary>
    public bool EndsRound { get; init; }

    /// <summary>The end of a reading to which no page came.</summary>
    public static PullRead Failed(PullPage page) => new(PullReading.Failed, page.Problem) { IsRefused = page.IsRefused, EndsRound = page.EndsRound };
}

/// <summary>What was found out of OffSetValue; within a round it does not change.</summary>
public sealed class PullCounting
{
    /// <summary>The OffSetValue at which rows came first: 0 or 1; null while none came.</summary>
    public int? First { get; set; }

    /// <summary>True when the first page comes whatever OffSetValue is.</summary>
    public bool IsIgnored { get; set; }
}
