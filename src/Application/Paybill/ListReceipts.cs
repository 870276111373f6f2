using FluentValidation;
using MediatR;

namespace Payments.Application;

/// <summary>Reads receipts, newest first. <paramref name="Matched"/> false: money without an order.</summary>
public sealed record ListReceipts(bool? Matched, string? Cursor, int? Limit) : IRequest<Page<ReceiptView>>;

/// <summary>What a page may be.</summary>
public sealed class ListReceiptsValidator : AbstractValidator<ListReceipts>
{
    public ListReceiptsValidator()
    {
        RuleFor(q => q.Limit).PageLimit();
        RuleFor(q => q.Cursor).PageCursor();
    }
}

/// <summary>Reads a page.</summary>
public sealed class ListReceiptsHandler(IPaybill paybill) : IRequestHandler<ListReceipts, Page<ReceiptView>>
{
    /// <inheritdoc/>
    public async Task<Page<ReceiptView>> Handle(ListReceipts request, CancellationToken cancellationToken)
    {
        var limit = request.Limit ?? Paging.DefaultLimit;
        var found = await paybill.Receipts(request.Matched, Paging.Read(request.Cursor), limit + 1, cancellationToken);
        return Paging.Page(found, limit, r => new(r.At, Guid.Parse(r.Id.AsSpan(PublicId.Receipt.Length))), r => r);
    }
}

/// <summary>Money that moved to us, as operators see it. Amounts are shillings with at most two decimals.</summary>
/// <param name="Receipt">M-PESA's number; null while only a query knows of the payment.</param>
/// <param name="Account">What the customer typed; empty for prompts, and mostly for tills.</param>
/// <param name="Payer">As Safaricom gave it: plain, masked, spaced or hashed.</param>
/// <param name="At">When M-PESA says the money moved.</param>
/// <param name="MatchedTo">The checkout it is put to; null while it stands nowhere.</param>
/// <param name="Applied">What of it pays for that checkout.</param>
/// <param name="Surplus">What exceeds the checkout, to be refunded.</param>
/// <param name="MatchedBy">Who put it there by hand; null when the rules did.</param>
public sealed record ReceiptView(
    string Id, string? Receipt, decimal Amount, string Account, string? Payer, string? PayerName, string Method, string SettledBy, DateTimeOffset At,
    string? MatchedTo, decimal Applied, decimal Surplus, string? MatchedBy, DateTimeOffset? MatchedAt)
{
    /// <summary>The number that was paid, as the confirmation names it; null when none did.</summary>
    public string? Shortcode { get; init; }
}
