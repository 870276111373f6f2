namespace Payments.Client;

/// <summary>Money out; needs a key with the scope <c>payouts</c>. Each call may end with <see cref="PaymentsException"/>.</summary>
public sealed class PayoutCalls
{
    private readonly Sender sender;

    internal PayoutCalls(Sender sender) => this.sender = sender;

    /// <summary>Orders a payout. It is sent once and followed to its end; one that is in doubt never should be ordered again.</summary>
    /// <param name="payout">Whom, how much, and your own name for it.</param>
    /// <param name="idempotencyKey">
    /// Your own, such as the payout's reference: with it a call that is made again after your process died pays once. Else one is made for this call alone.
    /// </param>
    /// <param name="cancellationToken">Ends the waiting, not the payout.</param>
    public Task<Payout> Create(CreatePayout payout, string? idempotencyKey = null, CancellationToken cancellationToken = default) =>
        sender.Post("api/payouts", payout, PaymentsJson.Default.CreatePayout, PaymentsJson.Default.Payout, idempotencyKey, cancellationToken);

    /// <summary>Takes a payout back while it waits to be sent.</summary>
    public Task<Payout> Cancel(string id, string? idempotencyKey = null, CancellationToken cancellationToken = default) =>
        sender.Post($"api/payouts/{Query.Part(id)}/cancel", PaymentsJson.Default.Payout, idempotencyKey, cancellationToken);

    /// <summary>The truth about a payout.</summary>
    public Task<Payout> Get(string id, CancellationToken cancellationToken = default) =>
        sender.Get($"api/payouts/{Query.Part(id)}", PaymentsJson.Default.Payout, cancellationToken);

    /// <summary>One page of the shop's payouts, newest first.</summary>
    public Task<Page<Payout>> List(PayoutQuery? query = null, CancellationToken cancellationToken = default)
    {
        query ??= new();
        var path = Query.Of(
            "api/payouts", ("reference", query.Reference), ("status", Query.Word(query.Status)),
            ("from", Query.Time(query.From)), ("to", Query.Time(query.To)), ("cursor", query.Cursor), ("limit", Query.Number(query.Limit)));
        return sender.Get(path, PaymentsJson.Default.PagePayout, cancellationToken);
    }

    /// <summary>All of them, page after page.</summary>
    public IAsyncEnumerable<Payout> ListAll(PayoutQuery? query = null, CancellationToken cancellationToken = default) =>
        Pages.All(cursor => List((query ?? new()) with { Cursor = cursor }, cancellationToken), query?.Cursor, cancellationToken);
}
