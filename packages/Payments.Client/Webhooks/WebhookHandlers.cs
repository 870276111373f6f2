using Microsoft.AspNetCore.Http;

namespace Payments.Client;

/// <summary>What a shop does about which event. Events nobody asked for are taken and passed over.</summary>
public sealed class WebhookHandlers
{
    private readonly List<Func<PaymentsEvent, HttpContext, Task>> handlers = [];

    /// <summary>The secrets of this endpoint; where none is given those of <see cref="PaymentsOptions.WebhookSecrets"/> count.</summary>
    public IList<string> Secrets { get; } = [];

    /// <summary>The largest body that is read, in bytes; 1 MiB. A checkout with its whole history has some kilobytes.</summary>
    public int MaxBodyBytes { get; set; } = 1024 * 1024;

    /// <summary>
    /// Calls the handler for every event of this kind: <see cref="CheckoutEvent"/>, <see cref="PayoutEvent"/>, <see cref="RefundEvent"/>, <see cref="OtherEvent"/>,
    /// or <see cref="PaymentsEvent"/> for all. It may be called again for the same event, and has 15 s; an exception is answered with 500, and the
    /// event comes again.
    /// </summary>
    public WebhookHandlers On<TEvent>(Func<TEvent, HttpContext, Task> handler)
        where TEvent : PaymentsEvent
    {
        ArgumentNullException.ThrowIfNull(handler);
        handlers.Add((happened, context) => happened is TEvent wanted ? handler(wanted, context) : Task.CompletedTask);
        return this;
    }

    /// <summary>The same for one type, see <see cref="EventTypes"/>.</summary>
    public WebhookHandlers On<TEvent>(string type, Func<TEvent, HttpContext, Task> handler)
        where TEvent : PaymentsEvent
    {
        ArgumentNullException.ThrowIfNull(handler);
        return On<TEvent>((happened, context) => happened.Type == type ? handler(happened, context) : Task.CompletedTask);
    }

    internal async Task Handle(PaymentsEvent happened, HttpContext context)
    {
        foreach (var handler in handlers)
        {
            await handler(happened, context).ConfigureAwait(false);
        }
    }
}
