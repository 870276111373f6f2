using FluentValidation;
using FluentValidation.Results;
using Payments.Application.Access;
using Payments.Application.Common;
using Payments.Application.Transfers;
using Payments.Domain.Common;
using Payments.Domain.Receipts;
using Payments.Domain.Refunds;
using Payments.Domain.Transfers;

namespace Payments.Application.Refunds;

/// <summary>What both ways to order a refund share.</summary>
internal static class RefundRequests
{
    /// <summary>The id of a refund: its name at Safaricom where it goes by B2C, which takes one (R18).</summary>
    public static RefundId Name(RequestNames names, RefundPlan plan, Caller caller) =>
        plan.Method == RefundMethod.B2c ? names.OfRefund(caller.Request) : NewId.Next<RefundId>();

    /// <summary>The rule for an amount.</summary>
    public static IRuleBuilderOptions<T, decimal?> RefundAmount<T>(this IRuleBuilder<T, decimal?> rule) =>
        rule.Must(amount => amount is null || (amount > 0 && Money.TryFromDecimal(amount.Value, out _)))
            .WithMessage("Give an amount above 0 with at most two decimals, or none for all that is left.");

    /// <summary>The rule for a reason: M-PESA's remarks take 2 to 100 characters.</summary>
    public static IRuleBuilderOptions<T, string?> RefundReason<T>(this IRuleBuilder<T, string?> rule) =>
        rule.Must(reason => reason?.Trim() is { Length: >= 2 and <= 100 } text && !text.Any(char.IsControl))
            .WithMessage("Say why in 2 to 100 characters; it becomes the remark on the statement.");

    /// <summary>Puts an operator's refund down: what was left of the receipt before and after. Whose phone it goes to is in the refund's row.</summary>
    public static Task Note(IAudit audit, Caller caller, string action, Refund refund, Receipt receipt, Money before) => audit.Write(
        caller.Actor, action, receipt.Id.ToString(),
        new { receipt = receipt.Number?.Value, left = before.Shillings },
        new
        {
            receipt = receipt.Number?.Value,
            left = (before - refund.Amount).Shillings,
            refund = refund.Id.ToString(),
            method = EnumNames.Name(refund.Method),
            amount = refund.Amount.Shillings,
        });

    /// <summary>An amount that has passed its rule.</summary>
    public static Money? Read(decimal? amount) => amount is { } shillings && Money.TryFromDecimal(shillings, out var money) ? money : null;

    /// <summary>The answer to what cannot be refunded. Throws a <see cref="ValidationException"/> where a field is at fault.</summary>
    public static Refusal Refuse(RefundRefusal refusal) => refusal switch
    {
        RefundRefusal.NotPaid => new("not_paid", "Nothing was received for this checkout."),
        RefundRefusal.ReceiptUnknown => new("receipt_unknown", "This receipt's number is not known yet, or is not one of this checkout's."),
        RefundRefusal.ExceedsPayment => new("refund_exceeds_payment", "That is more than is left of what was paid, other refunds counted."),
        RefundRefusal.PayerUnknown => new("payer_unknown", "This would be sent to the payer's phone, and M-PESA did not tell it."),
        RefundRefusal.ReceiptNotNamed => throw Invalid("receipt", "This checkout was paid in parts: name the receipt to refund."),
        RefundRefusal.NotByB2c => throw Invalid("amount", "A part, or what M-PESA will not reverse, goes to the phone: whole shillings from 10."),
    };

    private static ValidationException Invalid(string field, string message) => new([new ValidationFailure(field, message)]);
}
