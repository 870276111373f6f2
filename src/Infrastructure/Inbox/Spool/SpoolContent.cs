using Payments.Application.Callbacks;

namespace Payments.Infrastructure.Inbox.Spool;

/// <summary>A callback that waited on disk, and when it came.</summary>
/// <param name="ReceivedAt">By the clock of the process that took it: shown to operators, decides nothing.</param>
public sealed record SpooledCallback(IncomingCallback Callback, DateTimeOffset ReceivedAt)
{
    /// <summary>False for a record of the version that had a checksum only: who wrote it is not known.</summary>
    public bool IsSealed { get; init; } = true;

    /// <summary>The record's own bytes, to be kept when the database refuses the row.</summary>
    internal ReadOnlyMemory<byte> Record { get; init; }

    /// <summary>The same as it would have come without a token: stored, and believed by nobody (R3).</summary>
    internal SpooledCallback AsHint() =>
        this with { Callback = Callback with { SubjectId = null, TokenHash = null, Probe = null } };
}

/// <summary>Why bytes of a segment are kept beside it; the value is the end of their file's name.</summary>
internal enum AsideReason
{
    /// <summary>Torn by a crash or a full disk, or changed on disk.</summary>
    Torn,

    /// <summary>Whole, and not understood: a newer version's, or a field that is no such thing.</summary>
    Unread,

    /// <summary>Whole, and made by nobody who knows a secret of ours.</summary>
    Unsigned,

    /// <summary>The database will not have the row, today or tomorrow.</summary>
    Refused,
}

/// <summary>What is in a segment.</summary>
/// <param name="Records">What can be stored.</param>
/// <param name="Aside">Everything else, by why.</param>
internal sealed record SpoolContent(IReadOnlyList<SpooledCallback> Records, IReadOnlyList<(AsideReason Why, ReadOnlyMemory<byte> Bytes)> Aside);
