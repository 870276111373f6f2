using Payments.Domain.Common;

namespace Payments.Application.Diagnostics;

/// <summary>What this deployment has lately done and heard, and what it tried on initiators.</summary>
public interface IDiagnosticsStore
{
    /// <summary>Reads what callbacks and requests there were in the last hour.</summary>
    Task<Traffic> Traffic(CancellationToken cancellation);

    /// <summary>Confirmations with our registration token whose address was not allowed when they came, of a week, by address; the latest first.</summary>
    Task<IReadOnlyList<FromElsewhere>> FromElsewhere(CancellationToken cancellation);

    /// <summary>Callbacks of a day at paths nobody serves, the most frequent first.</summary>
    Task<IReadOnlyList<Unrouted>> Unrouted(CancellationToken cancellation);

    /// <summary>When a good token of an app was last refused, and how often that happened; null when never.</summary>
    Task<(DateTimeOffset At, int Times)?> SupersededToken(string tokenKey, CancellationToken cancellation);

    /// <summary>Whether this credential was tried before; null when not.</summary>
    Task<InitiatorTrial?> FindTry(IReadOnlyCollection<byte[]> fingerprints, CancellationToken cancellation);

    /// <summary>Puts down that a credential is about to be tried, with the question it is tried by; false when somebody was first.</summary>
    Task<bool> BeginTry(byte[] fingerprint, StatusQueryId question, bool ofPayouts);

    /// <summary>What was said at once.</summary>
    Task RefuseTry(StatusQueryId question, string why);

    /// <summary>It certainly never reached M-PESA: it may be tried again.</summary>
    Task ForgetTry(StatusQueryId question);
}
