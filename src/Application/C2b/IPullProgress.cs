using Payments.Domain.Common;

namespace Payments.Application.C2b;

/// <summary>How a round of Pull ended.</summary>
public enum PullState
{
    /// <summary>Every page up to an empty one was read and understood.</summary>
    Complete,

    /// <summary>Nothing was listed, in words that may as well mean that Pull does not know the shortcode.</summary>
    Uncertain,

    /// <summary>Something that came was not understood: what could be read was taken.</summary>
    Incomplete,

    /// <summary>Nothing was listed, though M-PESA has told us of a payment in that time.</summary>
    Contradicted,

    /// <summary>Safaricom refuses to register Pull, or denies that it is registered.</summary>
    NotRegistered,

    /// <summary>An error came, or nothing; or nothing was asked, because Pull is paused or questions are used up.</summary>
    NotAnswered,
}

/// <summary>What a round is to read.</summary>
/// <param name="From">Where it begins: an overlap before the mark, as far as Safaricom keeps what was paid.</param>
/// <param name="To">Where it ends: now.</param>
/// <param name="Earliest">As far back as Safaricom keeps what was paid.</param>
/// <param name="Mark">Up to when everything was read before; null when nothing was.</param>
public sealed record PullWindow(DateTimeOffset From, DateTimeOffset To, DateTimeOffset Earliest, DateTimeOffset? Mark);

/// <summary>How a round ended.</summary>
/// <param name="Why">Why the mark stands, a sentence for operators; null when it does not.</param>
public sealed record PullReport(PullState State, string? Why = null);

/// <summary>How Pull stands.</summary>
/// <param name="Mark">Up to when everything was read; null when nothing was yet.</param>
/// <param name="State">How the last round ended; null before the first has.</param>
/// <param name="Why">Why the mark stands; null when it does not.</param>
/// <param name="Since">Since when no round was complete; null when the last one was.</param>
/// <param name="StartedAt">When the last round began.</param>
/// <param name="GapFrom">A time that was never read and is beyond what Safaricom keeps: from when; null when there is none.</param>
/// <param name="GapUntil">Until when.</param>
/// <param name="Now">The database's time.</param>
public sealed record PullStanding(
    DateTimeOffset? Mark, PullState? State, string? Why, DateTimeOffset? Since, DateTimeOffset StartedAt, DateTimeOffset? GapFrom, DateTimeOffset? GapUntil,
    DateTimeOffset Now);

/// <summary>How far Pull has read, and who is reading.</summary>
public interface IPullProgress
{
    /// <summary>
    /// Begins a round, for one process at a time; null while another is under way. Its lease is renewed with each question: whoever dies in
    /// the middle keeps others away no longer than that.
    /// </summary>
    Task<PullWindow?> Begin(string shortcode, Guid round, TimeSpan lease, TimeSpan overlap, TimeSpan kept, CancellationToken cancellation);

    /// <summary>Holds the round for another lease; false when somebody else has begun one meanwhile.</summary>
    Task<bool> Renew(string shortcode, Guid round, TimeSpan lease);

    /// <summary>
    /// Everything up to <paramref name="until"/> has been read and understood; never goes back, but from a future that a wrong clock wrote.
    /// What lies between the old mark and <paramref name="from"/> is put down as never read.
    /// </summary>
    Task MoveMark(string shortcode, DateTimeOffset from, DateTimeOffset until, CancellationToken cancellation);

    /// <summary>Puts down how the round ended.</summary>
    Task End(string shortcode, Guid round, PullReport report);

    /// <summary>The receipt and time of a payment by hand to this shortcode in this time that M-PESA has told us of; null when there is none.</summary>
    Task<(ReceiptNumber Number, DateTimeOffset At)?> FindKnown(string shortcode, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellation);

    /// <summary>How Pull stands; null when no round ever began.</summary>
    Task<PullStanding?> Read(string shortcode, CancellationToken cancellation);
}
