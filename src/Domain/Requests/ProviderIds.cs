namespace Payments.Domain.Requests;

/// <summary>Safaricom's names of one request; each null until a reply or a trusted callback tells it.</summary>
/// <param name="RequestId">A push's CheckoutRequestID, the ConversationID of everything else.</param>
/// <param name="OtherId">A push's MerchantRequestID, the OriginatorConversationID of everything else: ours where the API takes one.</param>
public readonly record struct ProviderIds(string? RequestId, string? OtherId)
{
    /// <summary>True when nothing was told yet.</summary>
    public bool AreUnknown => RequestId is null && OtherId is null;

    /// <summary>
    /// Whether a message that names these ids is about this very request (R3): none differs from one we know, and it names one we know, if we know
    /// any.
    /// </summary>
    /// <param name="mayLack">True for a queue timeout, which may come without its ids.</param>
    public bool Matches(ProviderIds named, bool mayLack = false)
    {
        var (request, other) = (Compare(RequestId, named.RequestId), Compare(OtherId, named.OtherId));
        return request != false && other != false && (request == true || other == true || mayLack || AreUnknown);
    }

    /// <summary>Takes what is told; what is known is never replaced.</summary>
    public ProviderIds Or(ProviderIds told) => new(RequestId ?? told.RequestId, OtherId ?? told.OtherId);

    /// <summary>Null where one side does not say.</summary>
    private static bool? Compare(string? known, string? named) => known is null || named is null ? null : known == named;
}
