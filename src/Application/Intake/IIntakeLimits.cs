using System.Net;

namespace Payments.Application.Intake;

/// <summary>
/// How many callbacks without a valid token one source may send in a minute. Never asked about a callback with one; Safaricom's own addresses are not
/// counted.
/// </summary>
public interface IIntakeRateLimiter
{
    /// <summary>Counts a request of a source; when it had its share of this minute already, how long until the next.</summary>
    TimeSpan? Refuses(IPAddress? source);
}

/// <summary>How many bytes callbacks without a valid token may fill in a day, over all processes; never asked about a callback with one.</summary>
public interface IIntakeQuota
{
    /// <summary>Takes room for a body out of the day's budget; false when it is used up.</summary>
    bool TryTake(IPAddress? source, int bodyBytes);
}

/// <summary>What of callbacks may be in this process at once, from the first byte that is read until the last is stored.</summary>
public interface IIntakeCapacity
{
    /// <summary>Lets a callback in; null when there is no room. Dispose it when the callback is stored, or given up.</summary>
    /// <param name="isKnown">True with a valid token, for whom a part of the room is kept free.</param>
    IIntakeReservation? TryReserve(bool isKnown);
}

/// <summary>One callback's place.</summary>
public interface IIntakeReservation : IDisposable
{
    /// <summary>Its body is so long by now; false when that is more than there is room for.</summary>
    bool TryGrow(long length);
}
