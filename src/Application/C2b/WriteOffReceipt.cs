using FluentValidation;
using MediatR;
using Microsoft.Extensions.Logging;
using Payments.Application.Access;
using Payments.Application.Checkouts;
using Payments.Application.Common;
using Payments.Application.Refunds;
using Payments.Domain.Common;
using Payments.Domain.Receipts;

namespace Payments.Application.C2b;

/// <summary>An operator leaves what nobody can give back of a receipt as it is.</summary>
/// <param name="Reason">Why; in the audit log for good.</param>
public sealed record WriteOffReceipt(Caller Caller, ReceiptId ReceiptId, string? Reason) : IRequest<Result<ReceiptView>>;

/// <summary>What a reason must be.</summary>
public sealed class WriteOffReceiptValidator : AbstractValidator<WriteOffReceipt>
{
    /// <summary>From here on it may be somebody's phone number.</summary>
    private const int MaxDigits = 8;

    public WriteOffReceiptValidator() =>
        RuleFor(c => c.Reason)
            .Must(reason => reason?.Trim() is { Length: >= 2 and <= 200 } text && !text.Any(char.IsControl) && text.Count(char.IsDigit) <= MaxDigits)
            .WithMessage("Say why in 2 to 200 characters, without names and phone numbers: it stays in the audit log for good.");
}

/// <summary>
/// One commit, under the lock of the receipt's checkout, or of the receipt where it has none. Dies before it: nothing happened. The same
/// again: it is written off already, 200. A refund, a match or a payment that needs the money at once: whoever is second finds the first, and
/// what is refunded or counted is no longer written off.
/// </summary>
public sealed partial class WriteOffReceiptHandler(
    IRefunds refunds, ICheckouts checkouts, IC2bPayments paybill, IAudit audit, ITransactions transactions, ILogger<WriteOffReceiptHandler> log)
    : IRequestHandler<WriteOffReceipt, Result<ReceiptView>>
{
    public Task<Result<ReceiptView>> Handle(WriteOffReceipt request, CancellationToken cancellationToken) =>
        transactions.Run(request.Caller, _ => WriteOff(request, cancellationToken), cancellationToken);

    private async Task<Result<ReceiptView>> WriteOff(WriteOffReceipt request, CancellationToken cancellation)
    {
        if (await refunds.LoadReceipt(request.ReceiptId) is not { Receipt: var receipt } loaded)
        {
            return Refusal.NotFound("receipt");
        }

        var before = Standing(receipt, null);
        if (!receipt.WriteOff())
        {
            return receipt.WrittenOff > Money.Zero
                ? (await paybill.Receipt(receipt.Id, cancellation))!
                : new Refusal("nothing_to_write_off", "Nothing of this receipt is left to settle: it pays for its order, or has gone back.");
        }

        await checkouts.Save(loaded.Checkout is { } checkout ? [checkout] : [], loaded.Checkout is null ? [receipt] : null);
        await paybill.NoteWriteOff(receipt.Id, request.Caller.Client, request.Reason!.Trim());
        await audit.Write(
            request.Caller.Actor, "receipt.write_off", receipt.Id.ToString(), before, Standing(receipt, request.Reason.Trim()));
        LogWrittenOff(receipt.Id.ToString(), request.Caller.Client);
        return Result.Created((await paybill.Receipt(receipt.Id, cancellation))!, C2bResource.Receipt, receipt.Id);
    }

    private static object Standing(Receipt receipt, string? reason) => new
    {
        receipt = receipt.Number?.Value,
        amount = receipt.Amount.Shillings,
        surplus = receipt.Surplus.Shillings,
        unsettled = receipt.Unsettled.Shillings,
        writtenOff = receipt.WrittenOff.Shillings,
        reason,
    };

    [LoggerMessage(EventName = "receipt_written_off", Level = LogLevel.Information, Message = "What was left of receipt {ReceiptId} was written off by {Client}")]
    private partial void LogWrittenOff(string receiptId, string client);
}
