using System.Net;
using Microsoft.Extensions.Options;
using Payments.Application.Access;
using Payments.Application.Intake;
using Payments.Infrastructure.Callbacks;

namespace Payments.Infrastructure.Inbox;

/// <summary>
/// Callbacks without a valid token: so many bytes a day over all processes. Beyond it they are answered 503, which says that nothing is stored.
/// </summary>
/// <remarks>
/// The day's bytes are counted in the database, five seconds late (<see cref="UntrustedUsageLog"/>): several processes, or one that starts anew, share
/// one budget, and a request never waits for the count. While the database is away each process counts its own, and the spool has a share of its own.
/// </remarks>
public sealed class UntrustedQuota(CallbackNetworks networks, UntrustedUsage usage, IOptions<CallbackOptions> options) : IIntakeQuota
{
    /// <summary>What a row takes beside its body: its header, columns and index entries, rounded up.</summary>
    private const int RowBytes = 512;

    private readonly Lock gate = new();
    private long storedOfDay;
    private long storedHere;

    public bool TryTake(IPAddress? source, int bodyBytes)
    {
        if (networks.IsSafaricoms(source))
        {
            return true;
        }

        var (key, bytes) = (SourceKey.Of(source), bodyBytes + RowBytes);
        bool isIn;
        lock (gate)
        {
            isIn = storedOfDay + storedHere + bytes <= options.Value.UntrustedBytesPerDay;
            storedHere += isIn ? bytes : 0;
        }

        if (isIn)
        {
            usage.Stored(key, bytes);
        }
        else
        {
            usage.Refused(key);
        }

        return isIn;
    }

    /// <summary>Bytes counted here are in the database now, which knows this sum of all processes for the last day.</summary>
    internal void Written(long bytes, long sum)
    {
        lock (gate)
        {
            storedOfDay = sum;
            storedHere -= bytes;
        }
    }
}
