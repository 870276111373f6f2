using System.Collections.Frozen;
using Payments.Domain.Callbacks;
using Payments.Domain.Common;

namespace Payments.Infrastructure.Daraja;

/// <summary>
/// What Safaricom's result codes mean (docs/protocol/result-codes.md). The same number means different things to a customer who was asked to pay and to
/// us who send money: 2001 is a wrong PIN there and wrong initiator credentials here, so there are two tables.
/// </summary>
/// <remarks>
/// A code that is not listed, or that the reference marks "query first", is not certain: it settles nothing by itself (R5).
/// Messages never quote ResultDesc, which changes without notice; it is kept in <see cref="Failure.ProviderText"/>.
/// </remarks>
public static class ResultCodes
{
    /// <summary>The STK query's "still under processing".</summary>
    private const string StillProcessing = "4999";

    /// <summary>Limits count by calendar day in Kenya: after 24 hours it is tomorrow for sure.</summary>
    private static readonly TimeSpan NextDay = TimeSpan.FromHours(24);

    /// <summary>Safaricom refuses the same amount from the same customer for two minutes (17) and holds a subscriber for one to three (1001).</summary>
    private static readonly TimeSpan TwoMinutes = TimeSpan.FromMinutes(2);

    private static readonly TimeSpan OneMinute = TimeSpan.FromMinutes(1);

    private static readonly Meaning UnknownPrompt =
        new(FailureCode.ProviderError, "M-PESA could not complete this payment. Please try again.", Retryable: true, Certainty: Certainty.UnknownCode);

    private static readonly Meaning UnknownTransfer =
        new(FailureCode.ProviderError, "M-PESA answered with a code this service does not know; what became of the money is being asked.",
            Certainty: Certainty.UnknownCode);

    private static readonly FrozenDictionary<string, Meaning> StkCodes = new Dictionary<string, Meaning>
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

    private static readonly FrozenDictionary<string, Meaning> TransferCodes = new Dictionary<string, Meaning>
    {
        ["1"] = new(FailureCode.InsufficientFunds, "The account of ours that pays has not enough money."),
        ["2"] = new(FailureCode.LimitExceeded, "The amount is below the least M-PESA moves (KES 10 to a phone)."),
        ["3"] = new(FailureCode.LimitExceeded, "The amount is above the most M-PESA moves at once."),
        ["4"] = new(FailureCode.LimitExceeded, "The day's transfer limit would be exceeded. Try again tomorrow.", true, NextDay),
        ["5"] = new(FailureCode.Rejected, "The paying account would fall below its minimum balance."),
        ["6"] = new(FailureCode.Rejected, "M-PESA could not find one of the parties."),
        ["7"] = new(FailureCode.Rejected, "M-PESA could not find one of the parties."),
        ["8"] = new(FailureCode.LimitExceeded, "The receiver's account cannot hold this amount."),
        ["11"] = new(FailureCode.Rejected, "The paying account is not active. Ask M-PESA business support to activate it."),
        ["12"] = new(FailureCode.Rejected, "M-PESA could not find one of the accounts."),
        ["13"] = new(FailureCode.Rejected, "M-PESA could not find one of the accounts."),
        ["14"] = new(FailureCode.Rejected, "M-PESA could not find one of the accounts."),
        ["15"] = new(FailureCode.ProviderError,
            "M-PESA has seen this request's id before; what became of the first is being asked.", Certainty: Certainty.QueryFirst),
        ["18"] = new(FailureCode.ProviderError, "Our initiator's credentials were refused: check Daraja__InitiatorName, its password and the certificate."),
        ["19"] = new(FailureCode.ProviderError, "M-PESA took the messages of this request out of order."),
        ["20"] = new(FailureCode.ProviderError, "M-PESA does not know our initiator: check Daraja__InitiatorName."),
        ["21"] = new(FailureCode.Rejected, "Our initiator may not do this: give its API user the role in the M-PESA portal."),
        ["22"] = new(FailureCode.Rejected, "The receiver may not take part in this kind of transfer."),
        ["24"] = new(FailureCode.Rejected, "M-PESA missed a field of the request."),
        ["25"] = new(FailureCode.Rejected, "M-PESA could not read a field of the request."),
        ["26"] = new(FailureCode.Busy, "M-PESA is too busy just now. Try again later.", true, OneMinute),
        ["29"] = new(FailureCode.Rejected, "M-PESA does not know this command for our shortcode."),
        ["2001"] = new(FailureCode.ProviderError,
            "Our initiator's credentials were refused: check Daraja__InitiatorName, Daraja__InitiatorPassword and the environment's certificate."),
        ["2006"] = new(FailureCode.Rejected, "The state of the account does not allow this."),
        ["2028"] = new(FailureCode.Rejected, "Our shortcode's M-PESA product does not allow this kind of transfer."),
        ["2033"] = new(FailureCode.Rejected, "M-PESA does not know this receipt."),
        ["2040"] = new(FailureCode.Rejected, "The receiver is not registered with M-PESA."),
        ["2051"] = new(FailureCode.Rejected, "M-PESA does not know this phone number."),
        ["8006"] = new(FailureCode.ProviderError, "Our API user's password is locked: reset it in the M-PESA portal, then set Daraja__InitiatorPassword."),
        ["R000001"] = new(FailureCode.Rejected, "This payment has been reversed already."),
        ["R000002"] = new(FailureCode.Rejected, "M-PESA does not know the payment that should be reversed."),
        ["SFC_IC0003"] = new(FailureCode.Rejected, "M-PESA does not know this receiver: check the number and whether it is a Pay Bill or a till."),
        ["TP40153"] = new(FailureCode.Rejected, "Our initiator lacks the permission, or belongs to another organisation."),
    }.ToFrozenDictionary();

    /// <summary>Where a transfer takes its money from: code 1 has to say which account lacks it.</summary>
    private static readonly Dictionary<CallbackKind, string> PayingAccounts = new()
    {
        [CallbackKind.B2cResult] = "Our Utility account, from which payouts to phones are paid, has not enough money.",
        [CallbackKind.B2bResult] = "Our Working account, from which payouts to businesses are paid, has not enough money.",
        [CallbackKind.ReversalResult] = "Our Utility account, from which reversals are paid, has not enough money.",
    };

    /// <summary>What a result code other than 0 says of an STK push, from its callback or from a query.</summary>
    public static PaymentResult OfStk(string code, string? providerText)
    {
        if (code == StillProcessing)
        {
            return new PaymentResult.Pending();
        }

        var meaning = StkCodes.GetValueOrDefault(code, UnknownPrompt);
        return new PaymentResult.Failed(meaning.ToFailure(code, providerText), meaning.Certainty);
    }

    /// <summary>What a result code other than 0 says of a B2C, B2B or reversal.</summary>
    public static PaymentResult.Failed OfTransfer(CallbackKind kind, string code, string? providerText)
    {
        var meaning = TransferCodes.GetValueOrDefault(code, UnknownTransfer);
        if (code == "1")
        {
            meaning = meaning with { Message = PayingAccounts.GetValueOrDefault(kind, meaning.Message) };
        }

        return new PaymentResult.Failed(meaning.ToFailure(code, providerText), meaning.Certainty);
    }

    /// <summary>Why a status or balance query failed. It says nothing of the transaction that was asked about (R10).</summary>
    public static Failure OfStatusQuery(string code, string? providerText) =>
        TransferCodes.TryGetValue(code, out var meaning) && meaning.Certainty == Certainty.Final
            ? meaning.ToFailure(code, providerText)
            : new(FailureCode.ProviderError, code, "M-PESA did not answer the question.", Retryable: true, RetryAfter: OneMinute, ProviderText: providerText);

    private sealed record Meaning(FailureCode Code, string Message, bool Retryable = false, TimeSpan? RetryAfter = null, Certainty Certainty = Certainty.Final)
    {
        public Failure ToFailure(string code, string? providerText) => new(Code, code, Message, Retryable, RetryAfter, providerText);
    }
}
