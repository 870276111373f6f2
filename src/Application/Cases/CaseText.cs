using System.Globalization;
using Payments.Domain.Cases;
using Payments.Domain.Receipts;

namespace Payments.Application.Cases;

/// <summary>What a case tells an operator: what happened, and what can be done about it. Stored with the case as it was then.</summary>
public static class CaseText
{
    /// <summary>So many receipts a story names; a person looks the rest up by amount and time.</summary>
    private const int MaxNamed = 10;

    private const string Compare = " Compare with the M-PESA statement, then settle this case.";

    /// <summary>The story in English.</summary>
    public static string Of(Case met) => met switch
    {
        AttemptCase attempt => Of(attempt),
        ReceiptCase receipt => Of(receipt),
        TransferCase transfer => TransferCaseText.Of(transfer),
        _ => throw Unknown(met),
    };

    internal static InvalidOperationException Unknown(object met) => new($"There are no words for {met.GetType().Name}.");

    private static string Of(AttemptCase met) => met switch
    {
        OutcomeUnknown c =>
            $"A prompt for {c.Prompt.Amount} {(c.IsDisputed
                ? $"of {c.Prompt.StartedAt:u} failed ({c.Failure?.ResultCode}), but a callback came that may be its success and proves none,"
                : $"was sent at {c.Prompt.StartedAt:u}")} and nobody could tell what became of it. "
            + $"Last answer: {c.LastAnswer ?? "none"}. Look the payment up in the M-PESA portal, then settle this case.",
        QueryImpossible c =>
            $"A prompt for {c.Prompt.Amount} of {c.Prompt.StartedAt:u} failed ({c.Failure?.ResultCode}), but a callback came that may be its success "
            + "and proves none, and Safaricom cannot be asked: the id was erased with the customer's number. Look the payment up in the M-PESA portal, "
            + "then settle this case.",
        SuccessWithdrawn c =>
            $"The prompt of {c.Prompt.StartedAt:u} for {c.Prompt.Amount} was taken for paid because of receipt {c.Receipt}, which turned out to be "
            + "another prompt's. Look it up in the M-PESA portal, then settle this case.",
        AmountDiffers c =>
            $"{c.Prompt.Amount} were asked for; a callback with receipt {c.Receipt} named {c.Reported}, and the query says the "
            + $"prompt was paid. {c.Prompt.Amount} were applied.{Compare}",
        NumberedAmountDiffers c =>
            $"{c.Counted} were applied because a query said the prompt was paid; its callback names receipt {c.Receipt} and {c.Reported}.{Compare}",
        UnconfirmedPayment c =>
            $"{c.Prompt.Amount} were asked for at {c.Prompt.StartedAt:u}; a callback named receipt {c.Receipt} of {c.Reported} for it, but "
            + $"{(c.Denied is { } denied ? $"a query says it was not paid ({denied.ResultCode})" : "no query could tell")}. Nothing was counted.{Compare}",
        AmbiguousReceipts c =>
            $"The query says the prompt of {c.Prompt.StartedAt:u} was paid, and these confirmations could be that payment: "
            + $"{string.Join(", ", c.Candidates)}. It is not counted again until its number is known.{Compare}",
        PossibleTillPayments c =>
            $"The query says the prompt of {c.Prompt.StartedAt:u} was paid, and it is counted. Its payment may be among these at the till, which may be others' "
            + $"as well and stand without an order: {string.Join(", ", c.Candidates.Take(MaxNamed))}{(c.Candidates.Count > MaxNamed ? ", …" : "")}. "
            + "Do not give it back: compare with the M-PESA statement, then settle this case.",
        ReceiptConflict c => Of(c.Conflict, c.Prompt) + Compare,
        _ => throw Unknown(met),
    };

    private static string Of(Conflict conflict, PromptFacts prompt) => conflict switch
    {
        Conflict.SecondNumber c => $"The prompt of {prompt.StartedAt:u} was paid with receipt {c.Known}; another callback names {c.Told} for it.",
        Conflict.PaidOtherAttempt c => $"Receipt {c.Number} came for the prompt of {prompt.StartedAt:u}, but it already paid another prompt.",
        Conflict.PaidOtherCheckout c => $"Receipt {c.Number} came for the prompt of {prompt.StartedAt:u}, but it is applied to another order.",
        Conflict.ConfirmedWithOtherAmount c =>
            $"Receipt {c.Number} came for the prompt of {prompt.StartedAt:u} with {c.Told}, but a confirmation of it says {c.Confirmed}.",
        Conflict.PaidByOther c =>
            $"Receipt {c.Number} came for the prompt of {prompt.StartedAt:u} with {c.Told}; {prompt.Amount} were asked for and paid by {c.Other}.",
        Conflict.NumberPaysElsewhere c => $"The query says the prompt of {prompt.StartedAt:u} was paid; its receipt {c.Number} pays for something else.",
        Conflict.AlreadyRefunded c => $"The prompt of {prompt.StartedAt:u} counts as paid by a query; its receipt {c.Number} is being refunded or has been.",
        Conflict.PaidBeforePrompt c => $"Receipt {c.Number} came for the prompt of {prompt.StartedAt:u}, but it paid a part of this order before that.",
        _ => throw Unknown(conflict),
    };

    private static string Of(ReceiptCase met) => met switch
    {
        ConfirmedAmountDiffers c =>
            $"Receipt {c.Receipt.Number} is here with {c.Receipt.Amount}; a confirmation names {c.Reported} for it. Nothing was changed.{Compare}",
        RefundedBeforeMatch c =>
            $"Receipt {c.Receipt.Number} of {c.Receipt.Amount} is a payment of this order, but {c.GivenBack} of it is being refunded or has "
            + "been: that pays for nothing here. Tell the shop, then settle this case.",
        RefundedBeforeAccountKnown c =>
            $"Receipt {c.Receipt.Number} of {c.Receipt.Amount} was paid for this order, which was not told at first; meanwhile it is being refunded or has been. "
            + "It pays for nothing here. Tell the shop, then settle this case.",
        AmbiguousPayer c =>
            $"Receipt {c.Receipt.Number} of {c.Receipt.Amount} could be the payment of {string.Join(" or of ", c.Orders)}, "
            + "and nothing says of which. Compare with the M-PESA statement, match it, then settle this case.",
        AmbiguousConfirmation c =>
            $"Receipt {c.Receipt.Number} of {c.Receipt.Amount} could be the payment of {c.Attempts} prompts that queries call paid, or there are "
            + $"several such receipts.{(c.IsAtAnotherTime ? AtAnotherTime(c.Receipt) : "")} It is not counted until somebody decides. Compare with the "
            + "M-PESA statement: match it to this order if it is a payment of its own, then settle this case.",
        PaidAtAnotherTime c =>
            $"The query says the prompt of {c.PromptedAt:u} was paid, and receipt {c.Receipt.Number} of {c.Receipt.Amount} could be that payment."
            + $"{AtAnotherTime(c.Receipt)} It is not counted until somebody decides. Compare with the M-PESA statement: match it to this order if it "
            + "is a payment of its own, then settle this case.",
        PossibleDuplicate c =>
            $"Receipt {c.Receipt.Number} of {c.Receipt.Amount} was taken for the payment of the prompt of {c.PromptedAt:u}, the only one it could be of; the "
            + "prompt's callback names another. It still pays for this order, and what came besides is surplus. Its payer is not shown: compare with the "
            + "M-PESA statement before anything is given back, then settle this case.",
        ClaimDisagrees c =>
            $"A customer says that he paid this order with receipt {c.Receipt.Number} of {c.Receipt.Amount}, paid at {c.Receipt.At:u}; {c.Due} are due. {Of(c.Doubt)} "
            + "Nothing was moved: anybody who has seen the message can type its code. Compare with the M-PESA statement, match the receipt if it is his, then settle "
            + "this case. Whatever else is claimed for this order makes no case of its own.",
        _ => throw Unknown(met),
    };

    private static string Of(ClaimDoubt doubt) => doubt switch
    {
        ClaimDoubt.Amount => "The amounts differ.",
        ClaimDoubt.Time => "It was not paid between the order's beginning and now.",
        ClaimDoubt.Payer => "As far as its payer is shown, it was paid from another phone than this order's.",
        ClaimDoubt.NothingDue => "The order is paid or was given up.",
        ClaimDoubt.OtherShortcode => "It was paid to a number that is not configured here.",
        ClaimDoubt.Ambiguous => "It may be the payment of a prompt that a query called paid, or one of its own.",
    };

    private static string AtAnotherTime(ReceiptFacts receipt) => string.Create(
        CultureInfo.InvariantCulture, $" M-PESA says that it moved at {receipt.At:u}, which is not the prompt's time: do the clocks differ?");
}
