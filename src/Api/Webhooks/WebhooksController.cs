using MediatR;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Payments.Api.Access;
using Payments.Api.Hosting;
using Payments.Api.Hosting.Contract;
using Payments.Api.Idempotency;
using Payments.Application.Checkouts;
using Payments.Application.Common;
using Payments.Application.Webhooks;
using Payments.Domain.Common;

namespace Payments.Api.Webhooks;

/// <summary>Where to send what.</summary>
/// <param name="Url">An https address of the Internet that answers POST itself, without a redirect.</param>
/// <param name="Events">The types wanted; when absent all that your key may see, but for <c>checkout.created</c> and <c>checkout.pending</c>.</param>
/// <param name="Description">Up to 200 characters for yourself.</param>
public sealed record CreateWebhookBody(string? Url, IReadOnlyList<string>? Events, string? Description);

/// <summary>What is to change; what is absent stays.</summary>
/// <param name="Events">An empty list: what an absent one means for a new webhook.</param>
/// <param name="Status"><c>enabled</c> goes on where it stopped; <c>disabled</c> stops.</param>
public sealed record UpdateWebhookBody(string? Url, IReadOnlyList<string>? Events, string? Description, string? Status);

/// <summary>From when on.</summary>
/// <param name="Since">The time of the first event to send again.</param>
public sealed record ResendBody(DateTimeOffset? Since);

/// <summary>Telling shops what happened.</summary>
[ApiController]
[Route("api/webhooks")]
[Authorize(Scope.Checkouts)]
[Produces("application/json")]
public sealed class WebhooksController(IMediator mediator) : ControllerBase
{
    /// <summary>Create a webhook.</summary>
    /// <remarks>
    /// It hears what happens from now on. Its <c>secret</c> is in this answer only. It is told what the key that makes it may see: events of payouts and
    /// refunds need the scope <c>payouts</c>, those of receipts and cases <c>ops</c>.
    /// </remarks>
    [HttpPost(Name = "createWebhook")]
    [Tags(Tag.Webhooks)]
    [ShownOnce]
    [ProducesResponseType<WebhookView>(201)]
    [ProducesProblem("validation_failed", "webhook_url_refused", "too_many_webhooks")]
    public async Task<ActionResult<WebhookView>> Create(CreateWebhookBody body, CancellationToken cancellation) => this.ToResult(
        await mediator.Send(new CreateWebhook(HttpContext.Caller(), body.Url, body.Events, body.Description), cancellation), 201);

    /// <summary>List webhooks.</summary>
    /// <remarks>Newest first, without their secrets.</remarks>
    [HttpGet(Name = "listWebhooks")]
    [Tags(Tag.Webhooks)]
    [ProducesProblem("validation_failed")]
    public Task<Page<WebhookView>> List(string? cursor, int? limit, CancellationToken cancellation) =>
        mediator.Send(new ListWebhooks(HttpContext.Caller(), cursor, limit), cancellation);

    /// <summary>Read a webhook.</summary>
    /// <remarks>As it stands now, without its secret. <c>disabledBecause</c> says why nothing is sent to it.</remarks>
    [HttpGet("{id}", Name = "getWebhook")]
    [Tags(Tag.Webhooks)]
    [ProducesProblem("not_found")]
    public Task<ActionResult<WebhookView>> Get(string id, CancellationToken cancellation) =>
        Of(id, webhook => mediator.Send(new GetWebhook(HttpContext.Caller(), webhook), cancellation));

    /// <summary>Change a webhook.</summary>
    /// <remarks>Enabled again it goes on where it stopped: nothing is lost. The process that sends knows within two seconds.</remarks>
    [HttpPatch("{id}", Name = "updateWebhook")]
    [Tags(Tag.Webhooks)]
    [ProducesProblem("validation_failed", "not_found", "webhook_url_refused")]
    public Task<ActionResult<WebhookView>> Update(string id, UpdateWebhookBody body, CancellationToken cancellation) => Of(
        id, webhook => mediator.Send(new UpdateWebhook(HttpContext.Caller(), webhook, body.Url, body.Events, body.Description, body.Status), cancellation));

    /// <summary>Delete a webhook.</summary>
    /// <remarks>What waits for it is not sent any more; the feed keeps the events.</remarks>
    [HttpDelete("{id}", Name = "deleteWebhook")]
    [Tags(Tag.Webhooks)]
    [ProducesProblem("not_found")]
    public Task<ActionResult<WebhookView>> Delete(string id, CancellationToken cancellation) =>
        Of(id, webhook => mediator.Send(new DeleteWebhook(HttpContext.Caller(), webhook), cancellation));

    /// <summary>Rotate the secret.</summary>
    /// <remarks>The new one is in this answer only. For 24 hours both sign: a receiver that knows either of them takes everything.</remarks>
    [HttpPost("{id}/rotate-secret", Name = "rotateWebhookSecret")]
    [Tags(Tag.Webhooks)]
    [ShownOnce]
    [ProducesProblem("not_found")]
    public Task<ActionResult<WebhookView>> Rotate(string id, CancellationToken cancellation) =>
        Of(id, webhook => mediator.Send(new RotateWebhookSecret(HttpContext.Caller(), webhook), cancellation));

    /// <summary>Test a webhook.</summary>
    /// <remarks>Sends <c>webhook.test</c> now, once, and answers what the endpoint answered. Also while the webhook is disabled.</remarks>
    [HttpPost("{id}/test", Name = "testWebhook")]
    [Tags(Tag.Webhooks)]
    [ProducesProblem("not_found", "webhook_disabled")]
    public Task<ActionResult<DeliveryTestView>> Test(string id, CancellationToken cancellation) =>
        Of(id, webhook => mediator.Send(new TestWebhook(HttpContext.Caller(), webhook), cancellation));

    /// <summary>Send events again.</summary>
    /// <remarks>
    /// Everything that happened since, in order and under the same ids, before anything newer; a disabled webhook is enabled. Who has taken an id has nothing
    /// left to do.
    /// </remarks>
    [HttpPost("{id}/resend", Name = "resendEvents")]
    [Tags(Tag.Webhooks)]
    [ProducesResponseType<ResendView>(202)]
    [ProducesProblem("validation_failed", "not_found")]
    public Task<ActionResult<ResendView>> Resend(string id, ResendBody body, CancellationToken cancellation) =>
        Of(id, webhook => mediator.Send(new ResendEvents(HttpContext.Caller(), webhook, body.Since), cancellation), 202);

    /// <summary>List deliveries.</summary>
    /// <remarks>What was sent to a webhook, newest first; kept 30 days after it was taken or given up. An event that was not tried yet is in none.</remarks>
    [HttpGet("{id}/deliveries", Name = "listDeliveries")]
    [Tags(Tag.Webhooks)]
    [ProducesProblem("validation_failed", "not_found")]
    public Task<ActionResult<Page<DeliveryView>>> Deliveries(string id, string? status, string? cursor, int? limit, CancellationToken cancellation) =>
        Of(id, webhook => mediator.Send(new ListDeliveries(HttpContext.Caller(), webhook, status, cursor, limit), cancellation));

    private async Task<ActionResult<T>> Of<T>(string id, Func<WebhookId, Task<Result<T>>> call, int status = 200)
        where T : class => this.ToResult(WebhookId.TryParse(id, out var webhook) ? await call(webhook) : Refusal.NotFound("webhook"), status);
}

/// <summary>One event on its way to one webhook.</summary>
[ApiController]
[Route("api/webhook-deliveries")]
[Authorize(Scope.Checkouts)]
[Produces("application/json")]
public sealed class WebhookDeliveriesController(IMediator mediator) : ControllerBase
{
    /// <summary>Read a delivery.</summary>
    /// <remarks>With the body that is sent, and each try: where to, what was answered (its first 2 KiB), how long it took.</remarks>
    [HttpGet("{id}", Name = "getDelivery")]
    [Tags(Tag.Webhooks)]
    [ProducesProblem("not_found")]
    public async Task<ActionResult<DeliveryView>> Get(string id, CancellationToken cancellation) => this.ToResult(
        DeliveryId.TryParse(id, out var delivery) ? await mediator.Send(new GetDelivery(HttpContext.Caller(), delivery), cancellation) : Refusal.NotFound("delivery"));

    /// <summary>Send one event again.</summary>
    /// <remarks>At once, whatever became of it; behind those about the same thing that wait.</remarks>
    [HttpPost("{id}/resend", Name = "resendDelivery")]
    [Tags(Tag.Webhooks)]
    [ProducesResponseType<DeliveryView>(202)]
    [ProducesProblem("not_found", "webhook_disabled")]
    public async Task<ActionResult<DeliveryView>> Resend(string id, CancellationToken cancellation) => this.ToResult(
        DeliveryId.TryParse(id, out var delivery) ? await mediator.Send(new ResendDelivery(HttpContext.Caller(), delivery), cancellation) : Refusal.NotFound("delivery"),
        202);
}
