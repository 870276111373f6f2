using System.Globalization;
using System.Text.Json;
using MediatR;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Options;
using Payments.Api.Access;
using Payments.Api.Hosting;
using Payments.Api.Hosting.Contract;
using Payments.Api.Security;
using Payments.Application.Checkouts;
using Payments.Application.Common;
using Payments.Application.Events;
using Payments.Domain.Common;

namespace Payments.Api.Checkouts;

/// <summary>A checkout's changes as they happen.</summary>
[ApiController]
[Route("api/checkouts")]
public sealed class CheckoutEventsController(IMediator mediator, ILiveCheckouts watched, PayUrls payUrls, IOptions<JsonOptions> json, IHostApplicationLifetime lifetime)
    : ControllerBase
{
    /// <summary>Proxies close silent connections after 30 s or more; half of that keeps every one of them open.</summary>
    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(15);

    /// <summary>Watch a checkout.</summary>
    /// <remarks>
    /// Server-Sent Events: <c>event: checkout</c> with the checkout as it is, then each change, its version as the id; after paid, expired or cancelled
    /// <c>event: end</c>. 204 when asked again with the last id: stop asking.
    /// </remarks>
    [HttpGet("{id}/events", Name = "watchCheckout")]
    [Tags(Tag.Checkouts)]
    [Stream]
    [Authorize(Scope.OneCheckout)]
    [Produces("text/event-stream")]
    [ProducesResponseType(200)]
    [ProducesResponseType(204)]
    [ProducesProblem("not_found")]
    public async Task<IActionResult> Watch(string id, [FromHeader(Name = "Last-Event-ID")] string? lastId, CancellationToken cancellation)
    {
        if (!CheckoutId.TryParse(id, out var checkoutId))
        {
            return this.ToResult<CheckoutView>(Refusal.NotFound("checkout")).Result!;
        }

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation, lifetime.ApplicationStopping);

        // Subscribed before the snapshot is read: a change in between is seen twice rather than never.
        using var watch = watched.Subscribe(checkoutId);
        var answer = await mediator.Send(new GetCheckout(HttpContext.Caller(), checkoutId), stop.Token);
        if (answer.Value is not { } checkout)
        {
            return this.ToResult(answer).Result!;
        }

        if (HasEnded(checkout) && lastId == checkout.Version.ToString(CultureInfo.InvariantCulture))
        {
            return NoContent();
        }

        Response.ContentType = "text/event-stream";
        Response.Headers.CacheControl = "no-store";
        Response.Headers["X-Accel-Buffering"] = "no";
        try
        {
            await Send(checkout, stop.Token);
            while (!HasEnded(checkout))
            {
                if (await watch.Newer(checkout.Version, Heartbeat, stop.Token) is { } newer)
                {
                    checkout = CheckoutView.Of(newer, HttpContext.Caller().IsShop);
                    await Send(checkout, stop.Token);
                }
                else
                {
                    await Write(": still here\n\n", stop.Token);
                }
            }

            await Write("event: end\ndata: {}\n\n", stop.Token);
        }
        catch (OperationCanceledException)
        {
            // The watcher went away, or this process is stopping: it comes back with Last-Event-ID.
        }

        return new EmptyResult();
    }

    private static bool HasEnded(CheckoutView checkout) => checkout.Status is "paid" or "expired" or "cancelled";

    private Task Send(CheckoutView checkout, CancellationToken cancellation) => Write(
        $"id: {checkout.Version}\nevent: checkout\ndata: {JsonSerializer.Serialize(Shown(checkout), json.Value.JsonSerializerOptions)}\n\n", cancellation);

    private CheckoutView Shown(CheckoutView checkout) => HttpContext.Caller().IsShop ? payUrls.With(checkout) : checkout;

    private async Task Write(string text, CancellationToken cancellation)
    {
        await Response.WriteAsync(text, cancellation);
        await Response.Body.FlushAsync(cancellation);
    }
}
