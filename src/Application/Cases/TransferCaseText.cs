using Payments.Domain.Cases;

namespace Payments.Application.Cases;

/// <summary>The part of <see cref="CaseText"/> about money on its way out.</summary>
internal static class TransferCaseText
{
    public static string Of(TransferCase met)
    {
        var what = $"{met.Transfer.TypeName} of {met.Transfer.Amount}";
        return met switch
        {
            TransferDiffers c =>
                $"{c.Difference} by {c.Source}. The {what} is {(c.IsSettled ? "left as it is" : "in doubt")}. "
                + $"Compare with the M-PESA statement, then settle this case{(c.IsSettled ? " as noted" : " as paid or not_paid")}.",
            TransferOutcomeUnknown c =>
                $"A {what} was sent at {c.SentAt:u} and nobody could tell what became of it. "
                + $"{(c.Queries is { } count ? $"It was asked about {count} times" : "Safaricom's reply was lost, so there is no id to ask by")}. "
                + $"Last answer: {c.LastAnswer ?? "none"} "
                + "It is not sent again. Look it up in the M-PESA portal, then settle this case as paid or not_paid.",
            UnreadableAfterFailure c =>
                $"This {what} had failed ({c.Failure?.ResultCode ?? "refused"}); a result came since that could not be read. "
                + "Look it up in the M-PESA portal, then settle this case as paid or noted.",
            UnprovenSuccessAfterFailure c =>
                $"This {what} had failed ({c.Failure?.ResultCode ?? "refused"}); a result without amount or receipt now says it succeeded. "
                + "Look it up in the M-PESA portal, then settle this case as paid or noted.",
            SucceededAfterFailure c =>
                $"This {what} had failed ({c.Failure.ResultCode ?? "refused"}: {c.Failure.Message}) and has now succeeded with receipt "
                + $"{c.Receipt?.Value ?? "unknown"}. If it was paid another way meanwhile, money went out twice: check, then settle this case as noted.",
            SecondReceipt c =>
                $"This {what} completed with receipt {c.Known}; another success names {c.Told} for it. Compare with the M-PESA "
                + "statement, then settle this case as noted.",
            ReversalRefused c =>
                $"The reversal of {c.Transfer.Amount} was refused with {c.Failure.ResultCode}: {c.Failure.Message} It may have happened already, so nothing else is sent "
                + "for it. Look the receipt up in the M-PESA portal, then settle this case: paid when the money went back, not_paid when it did not.",
            CameBack c =>
                $"This {what} was paid with receipt {c.Receipt?.Value ?? "unknown"} and then reversed: the money came back, and the receiver does not have it. Nothing is sent again. "
                + "Find out why (a wrong number, a complaint), compare with the M-PESA statement, then settle this case as noted.",
            CameBackAfterCompletion c =>
                $"This {what} completed with receipt {c.Receipt?.Value ?? "unknown"}, and M-PESA now calls it '{c.StateText}': the money came back, and the receiver does not have it. "
                + "It stays completed here. Compare with the M-PESA statement, tell the shop, then settle this case as noted.",
            NotSent { IsAfterRestore: true } c =>
                $"A {what} was ordered at {c.OrderedAt:u}, after the books were restored, and waits. {c.Why} Look in the M-PESA statement "
                + "whether it was sent before: if it was, settle this case as paid; if it is not to be sent at all, as not_paid. What was not sent before "
                + "goes out when the restore is declared over.",
            NotSent c =>
                $"A {what}, ordered at {c.OrderedAt:u}, has not been sent. {c.Why ?? "It is in line."} It goes out by itself when it can. "
                + "To call it off, cancel it or settle this case as not_paid; if it was paid another way, settle this case as paid.",
            _ => throw CaseText.Unknown(met),
        };
    }
}
