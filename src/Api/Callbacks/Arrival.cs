using System.Buffers;
using Microsoft.AspNetCore.Mvc;
using Payments.Application;
using Payments.Infrastructure;

namespace Payments.Api;

/// <summary>A callback's body as it arrives: within a size, within a time, and only while there is room for it. Dispose it when it is stored.</summary>
internal sealed class Arrival : IDisposable
{
    /// <summary>Several times the largest callback ever seen; anything beyond it is not one.</summary>
    private const int MostBytes = 64 * 1024;

    /// <summary>A gateway sends its kilobyte at once; who takes longer is holding memory, not talking.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly IntakeRoom.Place? place;

    private Arrival(IntakeRoom.Place? place, byte[]? body, IActionResult? refusal) => (this.place, Body, Refusal) = (place, body, refusal);

    /// <summary>The bytes; null when they are refused.</summary>
    public byte[]? Body { get; }

    /// <summary>What to answer instead: 413, 408, or 503 with Retry-After.</summary>
    public IActionResult? Refusal { get; }

    /// <summary>Reads the body.</summary>
    /// <param name="isKnown">True when its address carries a valid token, whose place is kept free of others.</param>
    public static async Task<Arrival> Of(HttpContext context, IntakeRoom room, bool isKnown)
    {
        if (context.Request.ContentLength > MostBytes)
        {
            return new(null, null, TooLarge(context));
        }

        if (room.Enter(isKnown) is not { } place)
        {
            return new(null, null, Problems.Busy(context));
        }

        try
        {
            return await Read(context, place);
        }
        catch
        {
            place.Dispose();
            throw;
        }
    }

    public void Dispose() => place?.Dispose();

    private static ActionResult TooLarge(HttpContext context) =>
        Problems.ToResult(context, new Refusal("payload_too_large", "The body is larger than this call takes."));

    private static async Task<Arrival> Read(HttpContext context, IntakeRoom.Place place)
    {
        var reader = context.Request.BodyReader;
        Timer? patience = null;
        try
        {
            while (true)
            {
                // Most bodies come with their headers: no timer for those.
                if (!reader.TryRead(out var read))
                {
                    patience ??= new(_ => reader.CancelPendingRead(), null, Patience, Timeout.InfiniteTimeSpan);
                    read = await reader.ReadAsync(context.RequestAborted);
                }

                if (read.IsCanceled)
                {
                    reader.AdvanceTo(read.Buffer.End);
                    return new(place, null, Problems.ToResult(context, new Refusal("request_timeout", "The body did not come in time.")));
                }

                var length = read.Buffer.Length;
                if (length > MostBytes || !place.TryHold(length))
                {
                    reader.AdvanceTo(read.Buffer.End);
                    return new(place, null, length > MostBytes ? TooLarge(context) : Problems.Busy(context));
                }

                if (read.IsCompleted)
                {
                    var body = read.Buffer.ToArray();
                    reader.AdvanceTo(read.Buffer.End);
                    return new(place, body, null);
                }

                reader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
            }
        }
        finally
        {
            if (patience is not null)
            {
                await patience.DisposeAsync();
            }
        }
    }
}
