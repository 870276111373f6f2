namespace Payments.Client;

/// <summary>
/// The Payments service for a shop. Every POST goes out with an Idempotency-Key made once for the call and kept over its tries; what fails for a
/// reason that passes is tried again a few times. Errors are <see cref="PaymentsException"/>. Safe to use from many threads at once.
/// </summary>
public sealed class PaymentsClient
{
    /// <summary>Makes a client; in ASP.NET Core let <c>AddPayments</c> do it.</summary>
    /// <exception cref="ArgumentException">The options make no sense; the message says which.</exception>
    public PaymentsClient(HttpClient http, PaymentsOptions options, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(http);
        ArgumentNullException.ThrowIfNull(options);
        if (options.Problem() is { } problem)
        {
            throw new ArgumentException(problem, nameof(options));
        }

        var sender = new Sender(http, options, time ?? TimeProvider.System);
        Checkouts = new(sender);
        Refunds = new(sender);
        Payouts = new(sender);
        Events = new(sender);
        Webhooks = new(sender);
    }

    /// <summary>Money in.</summary>
    public CheckoutCalls Checkouts { get; }

    /// <summary>Money back; needs a key with the scope <c>payouts</c>.</summary>
    public RefundCalls Refunds { get; }

    /// <summary>Money out; needs a key with the scope <c>payouts</c>.</summary>
    public PayoutCalls Payouts { get; }

    /// <summary>What happened, for shops that would rather ask than be told.</summary>
    public EventCalls Events { get; }

    /// <summary>Where the service sends what happens.</summary>
    public WebhookCalls Webhooks { get; }
}
