using FluentValidation;
using MediatR;
using Payments.Application.Checkouts;
using Payments.Application.Common;
using Payments.Domain.Common;

namespace Payments.Application.C2b;

/// <summary>Reads receipts, newest first; a filter that is null takes all.</summary>
/// <param name="Matched">False: money without an order.</param>
/// <param name="Surplus">True: money of which some exceeds its order.</param>
/// <param name="Open">True: money of which an operator has to settle something (<see cref="ReceiptView.Unsettled"/>).</param>
public sealed record ListReceipts(bool? Matched, bool? Surplus, bool? Open, string? Cursor, int? Limit) : IRequest<Page<ReceiptView>>;

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
public sealed class ListReceiptsHandler(IC2bPayments paybill) : IRequestHandler<ListReceipts, Page<ReceiptView>>
{
    public async Task<Page<ReceiptView>> Handle(ListReceipts request, CancellationToken cancellationToken)
    {
        var limit = request.Limit ?? Paging.DefaultLimit;
        var found = await paybill.Receipts(new(request.Matched, request.Surplus, request.Open), Paging.Read(request.Cursor), limit + 1, cancellationToken);
        return Paging.Page(found, limit, r => new(r.At, ReceiptId.Parse(r.Id).Value), r => r);
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
/// <param name="Unsettled">What of it an operator has to settle: surplus, or money that counts as nothing, neither given back nor written off.</param>
/// <param name="WrittenOff">What of it was written off; it can still be given back or counted, and then is so much less.</param>
/// <param name="WrittenOffBy">Who did it; null when nobody did.</param>
public sealed record ReceiptView(
    string Id, string? Receipt, decimal Amount, string Account, string? Payer, string? PayerName, string Method, string SettledBy, DateTimeOffset At,
    string? MatchedTo, decimal Applied, decimal Surplus, string? MatchedBy, DateTimeOffset? MatchedAt, decimal Unsettled, decimal WrittenOff,
    string? WrittenOffBy, DateTimeOffset? WrittenOffAt, string? WrittenOffReason)
{
    /// <summary>The number that was paid, as the confirmation names it; null when none did.</summary>
    public string? Shortcode { get; init; }

    /// <summary>The checkout that was probably meant, for a person to match; null when none is, or several may be. Nothing is put there by itself.</summary>
    public ReceiptProposal? Proposal { get; init; }
}

/// <summary>
/// The one open checkout whose account is one digit, or one swap of neighbours, away from what the customer typed, and of which just that amount is due.
/// </summary>
/// <param name="Account">What the customer should have typed.</param>
/// <param name="OrderReference">The shop's own reference; null where it gave none.</param>
public sealed record ReceiptProposal(string CheckoutId, string Account, string? OrderReference);
