namespace Payments.Domain.Checkouts;

/// <summary>The part of <see cref="Attempt"/> that recognises what is told of it, also once its phone was erased (docs/privacy.md).</summary>
public sealed partial class Attempt
{
    /// <summary>What stands at the end of Safaricom's id, whose last nine digits are the phone's, once they were erased.</summary>
    public const string ErasedEnding = "•••••••••";

    /// <summary>
    /// True when the end of Safaricom's id was erased: a callback is still recognised by the rest of it and its own token, but nobody can be
    /// asked by it.
    /// </summary>
    public bool HasErasedId => RequestId?.EndsWith(ErasedEnding, StringComparison.Ordinal) == true;

    /// <summary>Safaricom's id as a trusted callback just told it, where ours was erased; kept only if it has to be asked by.</summary>
    private string? KnownId { get; set; }

    /// <summary>Whether a callback names this push (R3): by Safaricom's id as far as we have it, any where we have none yet.</summary>
    public bool HasProviderIds(string? requestId) =>
        RequestId is null || RequestId == requestId || (HasErasedId && requestId is not null && requestId.Length == RequestId.Length
            && requestId.AsSpan(0, requestId.Length - ErasedEnding.Length).SequenceEqual(RequestId.AsSpan(0, requestId.Length - ErasedEnding.Length))
            && !requestId.AsSpan(requestId.Length - ErasedEnding.Length).ContainsAnyExceptInRange('0', '9'));

    /// <summary>Takes the id that a trusted callback told.</summary>
    public void RecordProviderIds(string? requestId)
    {
        RequestId ??= requestId;
        KnownId = HasErasedId ? requestId : null;
        MarkModified();
    }

    /// <summary>Makes it possible to ask by the id that was just told; false when there is none but an erased one.</summary>
    internal bool RestoreId()
    {
        RequestId = HasErasedId && KnownId is not null ? KnownId : RequestId;
        return !HasErasedId;
    }
}
