using System.Buffers;
using System.IO.Pipelines;
using Payments.Api.Hosting;
using Payments.Application.Common;
using Payments.Application.Intake;

namespace Payments.Api.Callbacks;

/// <summary>A callback's body as it arrives: within a size, within a time, and only while there is room for it. Dispose it when it is stored.</summary>
internal sealed class CallbackBody : IDisposable
{
    /// <summary>Several times the largest callback ever seen; anything beyond it is not one.</summary>
    private const int MaxBytes = 64 * 1024;

    /// <summary>A gateway sends its kilobyte at once; who takes longer is holding memory, not talking.</summary>
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);

    private static readonly Refusal TooLarge = new("payload_too_large", "The body is larger than this call takes.");
    private static readonly Refusal TooSlow = new("request_timeout", "The body did not come in time.");
    private static readonly Refusal NoRoom = new("unavailable", "More is waiting here than can be taken in time; try again shortly.");

    private readonly IIntakeReservation? place;

    private CallbackBody(IIntakeReservation? place, byte[]? body) => (this.place, Body) = (place, body);

    /// <summary>The bytes; null when they were refused, which has been answered then: 413, 408, or 503 with Retry-After.</summary>
    public byte[]? Body { get; }

    /// <summary>
    /// Reads the body, or answers why not: at once, where there is no room without reading it, and without a line in the log for what anybody
    /// can send.
    /// </summary>
    /// <param name="isKnown">True when its address carries a valid token, for whom a part of the room is kept free.</param>
    public static async ValueTask<CallbackBody> Of(HttpContext context, IIntakeCapacity room, bool isKnown)
    {
        if (context.Request.ContentLength > MaxBytes)
        {
            await Refuse(context, TooLarge);
            return new(null, null);
        }

        if (room.TryReserve(isKnown) is not { } place)
        {
            await Refuse(context, NoRoom);
            return new(null, null);
        }

        try
        {
            var (body, refusal) = await Read(context, place);
            if (refusal is not null)
            {
                await Refuse(context, refusal);
            }

            return new(place, body);
        }
        catch
        {
            place.Dispose();
            throw;
        }
    }

    /// <summary>Turned away before it was read.</summary>
    /// <param name="answered">The answer as it is sent.</param>
    public static async ValueTask<CallbackBody> Refused(Task answered)
    {
        await answered;
        return new(null, null);
    }

    public void Dispose() => place?.Dispose();

    private static async ValueTask<(byte[]? Body, Refusal? Refusal)> Read(HttpContext context, IIntakeReservation place)
    {
        var reader = context.Request.BodyReader;
        var start = default(SequencePosition);
        Timer? patience = null;
        try
        {
            while (true)
            {
                // Most bodies come with their headers: no timer for those.
                if (!reader.TryRead(out var read))
                {
                    patience ??= new(_ => reader.CancelPendingRead(), null, Timeout, System.Threading.Timeout.InfiniteTimeSpan);
                    read = await reader.ReadAsync(context.RequestAborted);
                }

                var length = read.Buffer.Length;
                if ((read.IsCanceled ? TooSlow : length > MaxBytes ? TooLarge : place.TryGrow(length) ? null : NoRoom) is { } refusal)
                {
                    reader.AdvanceTo(read.Buffer.End);
                    return (null, refusal);
                }

                if (read.IsCompleted)
                {
                    var body = read.Buffer.ToArray();
                    reader.AdvanceTo(read.Buffer.End);
                    return (body, null);
                }

                start = read.Buffer.Start;
                reader.AdvanceTo(start, read.Buffer.End);
            }
        }
        catch (Exception fault) when (RequestFaults.Of(fault) is { } refusal)
        {
            LetGo(reader, start);
            return (null, refusal);
        }
        finally
        {
            if (patience is not null)
            {
                await patience.DisposeAsync();
            }
        }
    }

    /// <summary>Ends a read that failed, or the server, which reads on behind us, would warn that somebody is reading already.</summary>
    private static void LetGo(PipeReader reader, SequencePosition start)
    {
        try
        {
            reader.AdvanceTo(start);
        }
        catch (Exception ended) when (ended is InvalidOperationException or ArgumentOutOfRangeException)
        {
            // It ended by itself.
        }
    }

    private static Task Refuse(HttpContext context, Refusal refusal)
    {
        if (refusal == NoRoom)
        {
            context.Response.Headers.RetryAfter = "5";
        }
        else
        {
            RequestFaults.Close(context);
        }

        return Problems.Write(context, refusal);
    }
}
