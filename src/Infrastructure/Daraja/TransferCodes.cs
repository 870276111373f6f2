using System.Collections.Frozen;
using Payments.Domain.Common;

namespace Payments.Infrastructure.Daraja;

/// <summary>What result codes mean to us who send money or ask about it: B2C, B2B, reversals and queries (docs/protocol/result-codes.md).</summary>
/// <remarks>See <see cref="ResultCode"/>: what is not listed here settles nothing by itself.</remarks>
public static class TransferCodes
{
    /// <summary>Limits count by calendar day in Kenya: after 24 hours it is tomorrow for sure.</summary>
    private static readonly TimeSpan NextDay = TimeSpan.FromHours(24);

    private static readonly TimeSpan OneMinute = TimeSpan.FromMinutes(1);

    private static readonly ResultCode Unlisted =
        new(FailureCode.ProviderError, "M-PESA answered with a code this service does not know; what became of the money is being asked.",
            Certainty: Certainty.UnknownCode);

    private static readonly FrozenDictionary<string, ResultCode> Meanings = new Dictionary<string, ResultCode>
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

    /// <summary>What a result code other than 0 says of a B2C, B2B or reversal.</summary>
    /// <param name="lacking">What code 1 means there: which of our accounts lacks the money depends on the API.</param>
    public static PaymentResult.Failed Read(string code, string? providerText, string? lacking = null)
    {
        var meaning = Meanings.GetValueOrDefault(code, Unlisted);
        if (code == "1" && lacking is not null)
        {
            meaning = meaning with { Message = lacking };
        }

        return new PaymentResult.Failed(meaning.ToFailure(code, providerText), meaning.Certainty);
    }

    /// <summary>Why a status or balance query failed. It says nothing of the transaction that was asked about (R10).</summary>
    public static Failure OfQuery(string code, string? providerText) =>
        Meanings.TryGetValue(code, out var meaning) && meaning.Certainty == Certainty.Final
            ? meaning.ToFailure(code, providerText)
            : new(FailureCode.ProviderError, code, "M-PESA did not answer the question.", Retryable: true, RetryAfter: OneMinute, ProviderText: providerText);
}
