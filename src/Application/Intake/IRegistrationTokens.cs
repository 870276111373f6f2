using Payments.Application.C2b;

namespace Payments.Application.Intake;

/// <summary>The stored tokens of C2B registrations, as the request path may ask for them: from memory, or by a look-up that many requests share.</summary>
public interface IRegistrationTokens
{
    /// <summary>
    /// True while a token that <see cref="Find(string?)"/> does not know may still be one of ours: the registrations were not read just now, and
    /// looking it up was in vain. One is committed before Safaricom hears of it, so no confirmation overtakes the next reading.
    /// </summary>
    bool IsStale { get; }

    /// <summary>The registration of a token, from memory; null when it is not there. A miss lets the memory be refreshed, and does not wait.</summary>
    Registration? Find(string? token);

    /// <summary>
    /// The same, looked up where the memory is too old to say that it is nobody's, until <paramref name="patience"/> ends. Null: it is
    /// nobody's, or (<see cref="IsStale"/>) it could not be looked up.
    /// </summary>
    ValueTask<Registration?> Find(string? token, CancellationToken patience);

    /// <summary>
    /// Reads again after what is being read now: somebody registered here. Other processes do within seconds, when they meet the token.
    /// </summary>
    Task Reload();
}
