using System.Collections.Frozen;
using Payments.Domain.Common;

namespace Payments.Infrastructure.Daraja.Stk;

/// <summary>What result codes mean to a customer who was asked to pay (docs/protocol/result-codes.md).</summary>
/// <remarks>See <see cref="ResultCode"/>: what is not listed here settles nothing by itself.</remarks>
public static class StkCodes
{
    /// <summary>The STK query's "still under processing".</summary>
    private const string StillProcessing = "4999";

    /// <summary>Limits count by calendar day in Kenya: after 24 hours it is tomorrow for sure.</summary>
    private static readonly TimeSpan NextDay = TimeSpan.FromHours(24);

    /// <summary>Safaricom refuses the same amount from the same customer for two minutes (17) and holds a subscriber for one to three (1001).</summary>
    private static readonly TimeSpan TwoMinutes = TimeSpan.FromMinutes(2);

    private static readonly TimeSpan OneMinute = TimeSpan.FromMinutes(1);

    private static readonly ResultCode Unlisted =
        new(FailureCode.ProviderError, "M-PESA could not complete this payment. Please try again.", Retryable: true, Certainty: Certainty.UnknownCode);

    private static readonly FrozenDictionary<string, ResultCode> Meanings = new Dictionary<string, ResultCode>
    {
        ["1"] = new(FailureCode.InsufficientFunds, "There is not enough money in this M-PESA account. Top up, or pay with another number.", true),
        ["2"] = new(FailureCode.LimitExceeded, "This amount is below the least M-PESA takes."),
        ["3"] = new(FailureCode.LimitExceeded, "This amount is above the most M-PESA moves at once."),
        ["4"] = new(FailureCode.LimitExceeded, "This payment would exceed the day's M-PESA limit. Pay with another number, or tomorrow.", true, NextDay),
        ["5"] = new(FailureCode.Rejected, "M-PESA refused this payment: the account must keep a minimum balance."),
        ["6"] = new(FailureCode.Rejected, "M-PESA could not find one of the parties to this payment."),
        ["7"] = new(FailureCode.Rejected, "M-PESA could not find one of the parties to this payment."),
        ["8"] = new(FailureCode.LimitExceeded, "The receiving M-PESA account cannot hold this amount."),
        ["12"] = new(FailureCode.Rejected, "M-PESA could not find one of the accounts of this payment."),
        ["13"] = new(FailureCode.Rejected, "M-PESA could not find one of the accounts of this payment."),
        ["14"] = new(FailureCode.Rejected, "M-PESA could not find one of the accounts of this payment."),
        ["17"] = new(FailureCode.Busy, "M-PESA takes the same amount from the same number only once in two minutes. Wait, then try again.", true, TwoMinutes),
        ["26"] = new(FailureCode.Busy, "M-PESA is too busy just now. Try again in a minute.", true, OneMinute),
        ["1001"] = new(FailureCode.Busy, "Another M-PESA session is open on this phone. Close it, then try again.", true, TwoMinutes),
        ["1019"] = new(FailureCode.Expired, "The M-PESA prompt expired before it was answered. Please try again.", true),
        ["1025"] = new(FailureCode.ProviderError, "M-PESA could not show the prompt on this phone. Please try again.", true),
        ["1031"] = new(FailureCode.Cancelled, "The payment was cancelled on the phone.", true),
        ["1032"] = new(FailureCode.Cancelled, "The payment was cancelled on the phone, or the prompt was not answered.", true),
        ["1036"] = new(FailureCode.Unreachable, "The phone's answer did not reach M-PESA in time.", true, Certainty: Certainty.QueryFirst),
        ["1037"] = new(FailureCode.Unreachable, "The phone could not be reached. Check that it is on and has signal, then try again.", true),
        ["1101"] = new(FailureCode.Rejected, "The text of this prompt is longer than M-PESA shows."),
        ["1102"] = new(FailureCode.Rejected, "The text of this prompt is longer than M-PESA shows."),
        ["2001"] = new(FailureCode.WrongPin, "The M-PESA PIN was wrong. Please try again.", true),
        ["2008"] = new(FailureCode.Rejected, "M-PESA could not confirm who is paying. Please try again.", true),
        ["2026"] = new(FailureCode.Expired, "The M-PESA session ended before the payment was confirmed. Please try again.", true),
        ["2028"] = new(FailureCode.Rejected, "This shop's M-PESA account does not take this kind of payment."),
        ["2033"] = new(FailureCode.Rejected, "M-PESA does not know this payment."),
        ["2040"] = new(FailureCode.Rejected, "The receiving party is not registered with M-PESA."),
        ["2051"] = new(FailureCode.Rejected, "M-PESA does not know this phone number."),
        ["8006"] = new(FailureCode.Rejected, "This M-PESA account's PIN is locked. Call 100 to have it unlocked."),
        ["9999"] = new(FailureCode.ProviderError,
            "M-PESA could not show the prompt on this phone. Please try again.", true, OneMinute, Certainty: Certainty.QueryFirst),
        ["SFC_IC0003"] = new(FailureCode.Rejected, "M-PESA does not know the receiver of this payment."),
    }.ToFrozenDictionary();

    /// <summary>What a result code other than 0 says of an STK push, from its callback or from a query.</summary>
    public static PaymentResult Read(string code, string? providerText)
    {
        if (code == StillProcessing)
        {
            return new PaymentResult.Pending();
        }

        var meaning = Meanings.GetValueOrDefault(code, Unlisted);
        return new PaymentResult.Failed(meaning.ToFailure(code, providerText), meaning.Certainty);
    }
}
