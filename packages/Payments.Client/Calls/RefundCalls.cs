namespace Payments.Client;

/// <summary>Money back; needs a key with the scope <c>payouts</c>. Each call may end with <see cref="PaymentsException"/>.</summary>
public sealed class RefundCalls
{
    private readonly Sender sender;

    internal RefundCalls(Sender sender) => this.sender = sender;

    /// <summary>Gives money of a checkout back: never more than was paid, all refunds together. It is sent once and followed to its end.</summary>
    /// <param name="checkoutId">The checkout it goes back from.</param>
    /// <param name="refund">How much, and why.</param>
    /// <param name="idempotencyKey">
    /// Your own, such as your refund's id: with it a call that is made again after your process died gives money back once. Else one is made for this call alone.
    /// </param>
    /// <param name="cancellationToken">Ends the waiting, not the refund.</param>
    public Task<Refund> Create(string checkoutId, CreateRefund refund, string? idempotencyKey = null, CancellationToken cancellationToken = default) =>
        sender.Post(
            $"api/checkouts/{Query.Part(checkoutId)}/refunds", refund, PaymentsJson.Default.CreateRefund, PaymentsJson.Default.Refund, idempotencyKey, cancellationToken);

    /// <summary>Takes a refund back while it waits to be sent.</summary>
    public Task<Refund> Cancel(string id, string? idempotencyKey = null, CancellationToken cancellationToken = default) =>
        sender.Post($"api/refunds/{Query.Part(id)}/cancel", PaymentsJson.Default.Refund, idempotencyKey, cancellationToken);

    /// <summary>The truth about a refund.</summary>
    public Task<Refund> Get(string id, CancellationToken cancellationToken = default) =>
        sender.Get($"api/refunds/{Query.Part(id)}", PaymentsJson.Default.Refund, cancellationToken);

    /// <summary>One page of the shop's refunds, newest first.</summary>
    public Task<Page<Refund>> List(RefundQuery? query = null, CancellationToken cancellationToken = default)
    {
        query ??= new();
        var path = Query.Of(
            "api/refunds", ("orderReference", query.OrderReference), ("status", Query.Word(query.Status)),
            ("from", Query.Time(query.From)), ("to", Query.Time(query.To)), ("cursor", query.Cursor), ("limit", Query.Number(query.Limit)));
        return sender.Get(path, PaymentsJson.Default.PageRefund, cancellationToken);
    }

    /// <summary>All of them, page after page.</summary>
    public IAsyncEnumerable<Refund> ListAll(RefundQuery? query = null, CancellationToken cancellationToken = default) =>
        Pages.All(cursor => List((query ?? new()) with { Cursor = cursor }, cancellationToken), query?.Cursor, cancellationToken);
}
