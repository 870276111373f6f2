using System.Text;
using System.Text.Json;
using Payments.Application.Callbacks;
using Payments.Domain.Common;
using Payments.Infrastructure.Daraja.Balance;

namespace Payments.Infrastructure.Daraja;

/// <summary>Reads the result of what moves money for us: B2C, B2B and reversals differ in names alone.</summary>
/// <param name="party">The parameter with the party the money goes to.</param>
/// <param name="lacking">What code 1 says: which of our accounts has not enough money.</param>
internal sealed class TransferResultReader(string party, string lacking)
{
    private readonly byte[] key = Encoding.UTF8.GetBytes(party);

    public CallbackMessage Read(JsonElement root) => ResultEnvelope.Read(root, result =>
    {
        var entries = result.Parameters;
        var counterparty = entries[key].Text(ResultEnvelope.MaxParty);
        PaymentResult outcome = result.Code == "0"
            ? new PaymentResult.Succeeded(entries["TransactionReceipt"u8].Receipt() ?? OwnReceipt(result.TransactionId),
                entries["TransactionAmount"u8].Amount() ?? entries["Amount"u8].Amount(), NumberOf(counterparty),
                entries["TransactionCompletedDateTime"u8].Time() ?? entries["TransCompletedTime"u8].Time())
            : TransferCodes.Read(result.Code, result.Description, lacking);
        return new CallbackMessage.TransferResult(result.ConversationId, result.OriginatorId, result.IsFinal, outcome,
            counterparty, entries["OriginalTransactionID"u8].Receipt(), Balances.AlongWith(entries));
    });

    /// <summary>TransactionID is a receipt only when something moved: otherwise it is today's prefix and seven zeros.</summary>
    private static ReceiptNumber? OwnReceipt(JsonElement transactionId) =>
        transactionId.Receipt() is { } receipt && !receipt.Value.EndsWith("0000000", StringComparison.Ordinal) ? receipt : null;

    /// <summary>The number in <c>254708374149 - JOHN DOE</c>.</summary>
    private static string? NumberOf(string? party) => party?.Split(" - ", 2)[0].Trim() is { Length: > 0 } number ? number : null;
}
