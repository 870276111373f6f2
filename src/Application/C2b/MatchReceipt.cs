using FluentValidation;
using MediatR;
using Microsoft.Extensions.Logging;
using Payments.Application.Access;
using Payments.Application.Checkouts;
using Payments.Application.Common;
using Payments.Domain.Checkouts;
using Payments.Domain.Common;
using Payments.Domain.Receipts;

namespace Payments.Application.C2b;

/// <summary>An operator says whose money it is.</summary>
public sealed record MatchReceipt(Caller Caller, ReceiptId ReceiptId, string? CheckoutId) : IRequest<Result<ReceiptView>>;

/// <summary>What may be asked for.</summary>
public sealed class MatchReceiptValidator : AbstractValidator<MatchReceipt>
{
    public MatchReceiptValidator() =>
        RuleFor(c => c.CheckoutId).Must(id => CheckoutId.TryParse(id, out _)).WithMessage("Give the id of a checkout, chk_….");
}

/// <summary>
/// One commit: the checkout's lock, then the receipt's, then the rules, then the note of who did it. Dies before it: nothing happened.
/// The same again: it stands there already, 200. Two operators at once: the second waits for the receipt's row and finds it taken. A
/// confirmation of the same number at once: it finds the number, or meets the unique index and starts over.
/// </summary>
public sealed partial class MatchReceiptHandler(
    ICheckouts checkouts, IC2bPayments paybill, IAudit audit, ITransactions transactions, ILogger<MatchReceiptHandler> log)
    : IRequestHandler<MatchReceipt, Result<ReceiptView>>
{
    public Task<Result<ReceiptView>> Handle(MatchReceipt request, CancellationToken cancellationToken)
    {
        _ = CheckoutId.TryParse(request.CheckoutId, out var checkoutId);
        return transactions.Run(request.Caller, now => Match(request, checkoutId, now, cancellationToken), cancellationToken);
    }

    private async Task<Result<ReceiptView>> Match(MatchReceipt request, CheckoutId checkoutId, DateTimeOffset now, CancellationToken cancellation)
    {
        var loaded = await checkouts.LoadForChange(new(Ids: [checkoutId], ReceiptIds: [request.ReceiptId]));
        if (loaded.Checkouts is not [var checkout])
        {
            return Refusal.NotFound("checkout");
        }

        var receipt = checkout.Receipts.Find(r => r.Id == request.ReceiptId) ?? loaded.Unmatched.SingleOrDefault(r => r.Id == request.ReceiptId);
        if (receipt is null)
        {
            return await paybill.Receipt(request.ReceiptId, cancellation) is { MatchedTo: { } elsewhere }
                ? new Refusal("receipt_already_matched", "This receipt is matched to another checkout.", Subject: elsewhere)
                : Refusal.NotFound("receipt");
        }

        if (receipt is { CheckoutId: not null, IsOnHold: false })
        {
            return (await paybill.Receipt(receipt.Id, cancellation))!;
        }

        var before = Standing(receipt, checkout);
        switch (checkout.Match(receipt, now))
        {
            case MatchRefusal.GivenBack:
                return new Refusal("receipt_refunded", "This receipt has a refund that went out or may have: it cannot pay for an order any more.");
            case MatchRefusal.AlreadyPaid:
                return new Refusal("already_paid", "Nothing is due on this checkout. Refund the receipt, or match it to another one.");
            case MatchRefusal.Cancelled:
                return new Refusal("checkout_cancelled", "The shop gave this checkout up. Refund the receipt, or match it to another one.");
        }

        await checkouts.Save([checkout]);
        await paybill.NoteMatch(receipt.Id, request.Caller.Client);
        await audit.Write(
            request.Caller.Actor, "receipt.match", receipt.Id.ToString(), before, Standing(receipt, checkout));
        LogMatched(receipt.Id.ToString(), checkout.Id.ToString(), request.Caller.Client);
        return Result.Created((await paybill.Receipt(receipt.Id, cancellation))!, C2bResource.Receipt, receipt.Id);
    }

    private static object Standing(Receipt receipt, Checkout checkout) => new
    {
        receipt = receipt.Number?.Value,
        amount = receipt.Amount.Shillings,
        matchedTo = receipt.CheckoutId?.ToString(),
        applied = receipt.Applied.Shillings,
        surplus = receipt.Surplus.Shillings,
        checkout = checkout.Id.ToString(),
        status = EnumNames.Name(checkout.Status),
        amountPaid = checkout.Paid.Shillings,
    };

    [LoggerMessage(EventName = "receipt_matched", Level = LogLevel.Information, Message = "Receipt {ReceiptId} was matched to {CheckoutId} by {Client}")]
    private partial void LogMatched(string receiptId, string checkoutId, string client);
}
