using Payments.Application.Daraja;

namespace Payments.Application.C2b;

/// <summary>One page of pulled payments, and how far it may be believed.</summary>
/// <param name="Payments">The rows that could be read: money is money, whatever else is wrong with the page.</param>
/// <param name="Problem">Why there is no page at all: nothing was asked, nothing came, or an error did. Null when there is one.</param>
public sealed record PullPage(IReadOnlyList<PulledPayment> Payments, string? Problem)
{
    /// <summary>How many rows the page had, unreadable ones included.</summary>
    public int Rows { get; init; }

    /// <summary>What each row is known again by, in order; as many as <see cref="Rows"/>.</summary>
    public IReadOnlyList<string> Keys { get; init; } = [];

    /// <summary>What of it was not understood, rows or the list itself; null when all was.</summary>
    public string? Unread { get; init; }

    /// <summary>
    /// For a page without rows: Safaricom's words when they may as well mean that Pull does not know the shortcode. Null when they say plainly
    /// that nothing was paid.
    /// </summary>
    public string? Unsaid { get; init; }

    /// <summary>True when <see cref="Problem"/> is that Pull is not, or cannot be, registered.</summary>
    public bool IsRefused { get; init; }

    /// <summary>True when nothing more is to be asked now: Pull is refused, or nothing was sent at all. Another time may be answered after any other problem.</summary>
    public bool EndsRound { get; init; }

    /// <summary>How many pages the answer speaks of; null when of none.</summary>
    public int? TotalPages { get; init; }

    /// <summary>True when the page says that there is nothing at this place of the list.</summary>
    public bool IsEmpty => Problem is null && Unread is null && Rows == 0;
}
