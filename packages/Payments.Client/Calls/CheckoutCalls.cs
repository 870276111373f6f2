namespace Payments.Client;

/// <summary>Money in. Each call may end with <see cref="PaymentsException"/>.</summary>
public sealed class CheckoutCalls
{
    private readonly Sender sender;

    internal CheckoutCalls(Sender sender) => this.sender = sender;

    /// <summary>
    /// Makes a checkout; with a phone the prompt goes out in the same call, and the answer comes after some 8 s at most. A refused or doubtful prompt
    /// is no error: look at the status.
    /// </summary>
    /// <param name="checkout">What is to be paid.</param>
    /// <param name="idempotencyKey">Your own, such as the payment session's id, so that it is made once even if your process dies in between; else one is made.</param>
    /// <param name="cancellationToken">Ends the waiting, not what the service began.</param>
    public Task<Checkout> Create(CreateCheckout checkout, string? idempotencyKey = null, CancellationToken cancellationToken = default) =>
        sender.Post("api/checkouts", checkout, PaymentsJson.Default.CreateCheckout, PaymentsJson.Default.Checkout, idempotencyKey, cancellationToken);

    /// <summary>Sends a (further) prompt.</summary>
    /// <param name="id">The checkout's id.</param>
    /// <param name="phone">07…, 01…, +254…, 254…</param>
    /// <param name="idempotencyKey">Your own; else one is made.</param>
    /// <param name="cancellationToken">Ends the waiting, not the prompt.</param>
    public Task<Checkout> Pay(string id, string phone, string? idempotencyKey = null, CancellationToken cancellationToken = default) =>
        sender.Post($"api/checkouts/{Query.Part(id)}/pay", new(phone), PaymentsJson.Default.PayCheckout, PaymentsJson.Default.Checkout, idempotencyKey, cancellationToken);

    /// <summary>Takes a checkout back; one that is cancelled already is answered as it is.</summary>
    public Task<Checkout> Cancel(string id, string? idempotencyKey = null, CancellationToken cancellationToken = default) =>
        sender.Post($"api/checkouts/{Query.Part(id)}/cancel", PaymentsJson.Default.Checkout, idempotencyKey, cancellationToken);

    /// <summary>The truth about a checkout.</summary>
    public Task<Checkout> Get(string id, CancellationToken cancellationToken = default) =>
        sender.Get($"api/checkouts/{Query.Part(id)}", PaymentsJson.Default.Checkout, cancellationToken);

    /// <summary>One page of the shop's checkouts, newest first.</summary>
    public Task<Page<Checkout>> List(CheckoutQuery? query = null, CancellationToken cancellationToken = default)
    {
        query ??= new();
        var path = Query.Of(
            "api/checkouts", ("orderReference", query.OrderReference), ("externalId", query.ExternalId), ("account", query.Account), ("status", Query.Word(query.Status)),
            ("from", Query.Time(query.From)), ("to", Query.Time(query.To)), ("cursor", query.Cursor), ("limit", Query.Number(query.Limit)));
        return sender.Get(path, PaymentsJson.Default.PageCheckout, cancellationToken);
    }

    /// <summary>All of them, page after page.</summary>
    public IAsyncEnumerable<Checkout> ListAll(CheckoutQuery? query = null, CancellationToken cancellationToken = default) =>
        Pages.All(cursor => List((query ?? new()) with { Cursor = cursor }, cancellationToken), query?.Cursor, cancellationToken);

    /// <summary>A checkout as it changes: as it is now, then at each change, until it is paid, expired or cancelled.</summary>
    /// <param name="id">The checkout's id.</param>
    /// <param name="cancellationToken">Ends the watching.</param>
    public IAsyncEnumerable<Checkout> Watch(string id, CancellationToken cancellationToken = default) =>
        sender.Watch($"api/checkouts/{Query.Part(id)}/events", cancellationToken);
}
