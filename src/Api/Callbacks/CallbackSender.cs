using Payments.Application.Callbacks;

namespace Payments.Api.Callbacks;

/// <summary>Whose word a callback is, as far as its address and its URL show before anything of it is read (R3).</summary>
/// <param name="SubjectId">What the URL's token was made for; null without a valid token.</param>
/// <param name="Probe">Set when the token is one of our own probes.</param>
/// <param name="IsVouchedFor">True for a C2B callback whose token could not be checked and whose address vouches for it, or whose token is ours but not its address.</param>
/// <param name="TokenHash">See <see cref="IncomingCallback.TokenHash"/>.</param>
internal readonly record struct CallbackSender(Guid? SubjectId, ProbeMark? Probe, bool IsVouchedFor = false, byte[]? TokenHash = null)
{
    /// <summary>True for whoever has shown nothing: he is counted and has the smaller part of every room.</summary>
    public bool IsStranger => SubjectId is null && Probe is null && !IsVouchedFor;
}
