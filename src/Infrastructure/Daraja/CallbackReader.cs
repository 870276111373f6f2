using System.Text.Json;
using System.Text.Unicode;
using Payments.Application.Callbacks;
using Payments.Domain.Callbacks;
using Payments.Domain.Common;
using Payments.Infrastructure.Daraja.Lenient;

namespace Payments.Infrastructure.Daraja;

/// <summary>Reads callback bodies in every variant Safaricom is known to send (docs/protocol/stk.md#stk-push, c2b.md, b2c-b2b.md#b2c, b2c-b2b.md#b2b, status-balance-reversal.md).</summary>
/// <remarks>
/// Unknown members are ignored, missing ones read as null and left to the domain to judge. A body that is not one JSON document, that has a key
/// twice, or that lacks what its kind is about is read a second time, leniently; it is malformed when that makes nothing certain of it either.
/// </remarks>
public sealed class CallbackReader : ICallbackReader
{
    /// <summary>Real bodies are six levels deep; the limit keeps a hostile one from costing more than its bytes.</summary>
    private const int MaxDepth = 32;

    /// <summary>Five accounts take about 400 characters. A list that is longer than a whole callback may be is never cut: half an amount is another one.</summary>
    private const int MaxBalances = 64 * 1024;

    /// <summary>Names and numbers of parties, and what a customer typed as an account (M-PESA keeps 20 characters of it).</summary>
    private const int MaxParty = 100;

    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = MaxDepth, AllowDuplicateProperties = false };

    /// <inheritdoc/>
    public CallbackMessage Read(CallbackKind kind, ReadOnlyMemory<byte> body)
    {
        var (plain, isMissed) = ReadPlainly(kind, body);
        return plain is CallbackMessage.Malformed malformed ? ReadLeniently(kind, body, malformed)
            : isMissed && ReadLeniently(kind, body, new("a key is not spelt as it is published")) is var found and not CallbackMessage.Malformed ? found
            : plain;
    }

    /// <summary>The second reading; what the first said of a body of which nothing more can be made.</summary>
    private static CallbackMessage ReadLeniently(CallbackKind kind, ReadOnlyMemory<byte> body, CallbackMessage.Malformed malformed)
    {
        if (BodyText.Of(body) is not { Length: > 0 } text || LenientDocument.Read(text) is not { Count: > 0 } documents)
        {
            return malformed;
        }

        return kind == CallbackKind.C2bValidate ? LenientConfirmation.ReadQuestion(documents, malformed.Why, Validation)
            : kind == CallbackKind.C2bConfirm ? LenientConfirmation.Read(documents, malformed.Why, Confirmation)
            : LenientResult.Read(documents, malformed.Why, root => Read(kind, root));
    }

    private static (CallbackMessage Message, bool IsMissed) ReadPlainly(CallbackKind kind, ReadOnlyMemory<byte> body)
    {
        if (body.Span.StartsWith("\uFEFF"u8))
        {
            body = body[3..];
        }

        if (body.Span.TrimStart(" \t\r\n"u8).IsEmpty)
        {
            return (new CallbackMessage.Malformed("the body is empty"), false);
        }

        // The parser checks text only when it is read: a body that is half checked would be half believed.
        if (!Utf8.IsValid(body.Span))
        {
            return (new CallbackMessage.Malformed("the body is not UTF-8"), false);
        }

        try
        {
            using var document = JsonDocument.Parse(body, Strict);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
            {
                return (new CallbackMessage.Malformed($"the body is a JSON {document.RootElement.ValueKind}, not an object"), false);
            }

            var message = Read(kind, document.RootElement);
            return (message, message switch
            {
                CallbackMessage.Confirmation or CallbackMessage.Validation => LenientConfirmation.IsMissed(document.RootElement),
                CallbackMessage.QueueTimeout { ConversationId: null, OriginatorId: null } => true,
                _ => false,
            });
        }
        catch (JsonException problem)
        {
            // The parser's own message may quote the body.
            return (new CallbackMessage.Malformed(
                problem.LineNumber is { } line
                    ? $"the body is not JSON (line {line + 1}, byte {problem.BytePositionInLine + 1})" : "a key appears twice in one object"), false);
        }
        catch (InvalidOperationException)
        {
            return (new CallbackMessage.Malformed("a key of the body is not text"), false);
        }
    }

    private static CallbackMessage Read(CallbackKind kind, JsonElement root) => kind switch
    {
        CallbackKind.Stk => PromptResult(root.Get("Body"u8).Get("stkCallback"u8)),
        CallbackKind.C2bValidate => Validation(root),
        CallbackKind.C2bConfirm => Confirmation(root),
        CallbackKind.B2cResult or CallbackKind.B2bResult or CallbackKind.ReversalResult => TransferResult(kind, root.Get("Result"u8)),
        CallbackKind.StatusResult => StatusResult(root.Get("Result"u8)),
        CallbackKind.BalanceResult => BalanceResult(root.Get("Result"u8)),
        CallbackKind.B2cTimeout or CallbackKind.B2bTimeout or CallbackKind.ReversalTimeout or CallbackKind.StatusTimeout or CallbackKind.BalanceTimeout =>
            QueueTimeout(root),
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, null),
    };

    private static CallbackMessage PromptResult(JsonElement callback)
    {
        if (callback.Get("ResultCode"u8).Code() is not { } code)
        {
            return new CallbackMessage.Malformed("there is no Body.stkCallback.ResultCode");
        }

        var items = new ResultParameters(callback.Get("CallbackMetadata"u8).Get("Item"u8), IsResult: false);
        return new CallbackMessage.StkResult(callback.Get("CheckoutRequestID"u8).Id(), code == "0"
            ? new PaymentResult.Succeeded(items["MpesaReceiptNumber"u8].Receipt(), items["Amount"u8].Amount(), items["PhoneNumber"u8].Text(MaxParty),
                items["TransactionDate"u8].Time())
            : ResultCodes.OfStk(code, callback.Get("ResultDesc"u8).Text()));
    }

    private static CallbackMessage Confirmation(JsonElement body)
    {
        if (body.Get("TransID"u8).Receipt() is not { } receipt || body.Get("TransAmount"u8).Amount() is not { Cents: > 0 } amount)
        {
            return new CallbackMessage.Malformed("TransID or TransAmount is missing or unreadable");
        }

        string?[] names = [body.Get("FirstName"u8).Text(MaxParty), body.Get("MiddleName"u8).Text(MaxParty), body.Get("LastName"u8).Text(MaxParty)];
        var name = string.Join(' ', names.Where(part => part is not null));
        return new CallbackMessage.Confirmation(
            receipt, body.Get("BusinessShortCode"u8).Code(), body.Get("BillRefNumber"u8).Typed(MaxParty) ?? "", amount, body.Get("MSISDN"u8).Text(MaxParty), name,
            body.Get("TransTime"u8).Time());
    }

    /// <summary>A question needs no receipt number: nothing has moved. One that names neither a number of ours nor an account asks nothing.</summary>
    private static CallbackMessage Validation(JsonElement body) =>
        body.Get("BusinessShortCode"u8).Code() is var shortcode && (shortcode is not null || body.Get("BillRefNumber"u8).ValueKind != JsonValueKind.Undefined)
            ? new CallbackMessage.Validation(shortcode, body.Get("BillRefNumber"u8).Typed(MaxParty) ?? "", body.Get("TransAmount"u8).Amount())
            : new CallbackMessage.Malformed("BusinessShortCode and BillRefNumber are missing or unreadable");

    private static CallbackMessage TransferResult(CallbackKind kind, JsonElement result)
    {
        if (result.Get("ResultCode"u8).Code() is not { } code)
        {
            return new CallbackMessage.Malformed("there is no Result.ResultCode");
        }

        var entries = ResultParameters.Of(result);
        var counterparty = (kind == CallbackKind.ReversalResult ? entries["CreditPartyPublicName"u8] : entries["ReceiverPartyPublicName"u8]).Text(MaxParty);
        PaymentResult outcome = code == "0"
            ? new PaymentResult.Succeeded(entries["TransactionReceipt"u8].Receipt() ?? OwnReceipt(result.Get("TransactionID"u8)),
                entries["TransactionAmount"u8].Amount() ?? entries["Amount"u8].Amount(), NumberOf(counterparty),
                entries["TransactionCompletedDateTime"u8].Time() ?? entries["TransCompletedTime"u8].Time())
            : ResultCodes.OfTransfer(kind, code, result.Get("ResultDesc"u8).Text());
        return new CallbackMessage.TransferResult(result.Get("ConversationID"u8).Id(), result.Get("OriginatorConversationID"u8).Id(), IsFinal(result), outcome,
            counterparty, entries["OriginalTransactionID"u8].Receipt(), Balances.AlongWith(entries));
    }

    private static CallbackMessage StatusResult(JsonElement result)
    {
        if (result.Get("ResultCode"u8).Code() is not { } code)
        {
            return new CallbackMessage.Malformed("there is no Result.ResultCode");
        }

        var problem = code == "0" ? null : ResultCodes.OfStatusQuery(code, result.Get("ResultDesc"u8).Text());
        return new CallbackMessage.StatusResult(result.Get("ConversationID"u8).Id(), result.Get("OriginatorConversationID"u8).Id(), IsFinal(result), problem,
            problem is null ? Found(ResultParameters.Of(result)) : null);
    }

    private static TransactionFound Found(ResultParameters entries)
    {
        var status = entries["TransactionStatus"u8].Text(MaxParty) ?? "";
        var state = status.ToUpperInvariant() switch
        {
            "COMPLETED" => TransactionState.Completed,
            "CANCELLED" or "DECLINED" or "EXPIRED" => TransactionState.NotCompleted,
            "REVERSED" => TransactionState.Reversed,
            _ => TransactionState.UnderWay,
        };

        // DebitPartyName comes twice; the second is really the credit party. Other samples have CreditPartyName.
        string[] parties = [.. entries.All("DebitPartyName"u8).Concat(entries.All("CreditPartyName"u8)).Select(party => party.Text(MaxParty)).OfType<string>()];
        return new TransactionFound(
            state, status, entries["ReceiptNo"u8].Receipt(), entries["OriginatorConversationID"u8].Id(), entries["ConversationID"u8].Id(),
            entries["Amount"u8].Amount(), parties, entries["FinalisedTime"u8].Time() ?? entries["InitiatedTime"u8].Time());
    }

    private static CallbackMessage BalanceResult(JsonElement result)
    {
        if (result.Get("ResultCode"u8).Code() is not { } code)
        {
            return new CallbackMessage.Malformed("there is no Result.ResultCode");
        }

        var unread = 0;
        return new CallbackMessage.BalanceResult(result.Get("ConversationID"u8).Id(), result.Get("OriginatorConversationID"u8).Id(), IsFinal(result),
            code == "0" ? null : ResultCodes.OfStatusQuery(code, result.Get("ResultDesc"u8).Text()),
            code == "0" ? Balances.Parse(ResultParameters.Of(result)["AccountBalance"u8].Text(MaxBalances), out unread) : [])
        {
            Unread = unread,
        };
    }

    /// <summary>No sample of this body was ever published: whatever arrives on a timeout's URL is one, with or without the Result envelope.</summary>
    private static CallbackMessage.QueueTimeout QueueTimeout(JsonElement root)
    {
        var result = root.Get("Result"u8) is { ValueKind: JsonValueKind.Object } envelope ? envelope : root;
        return new(result.Get("ConversationID"u8).Id(), result.Get("OriginatorConversationID"u8).Id());
    }

    /// <summary>ResultType 1 means that further messages come.</summary>
    private static bool IsFinal(JsonElement result) => result.Get("ResultType"u8).Code() is not "1";

    /// <summary>TransactionID is a receipt only when something moved: otherwise it is today's prefix and seven zeros.</summary>
    private static string? OwnReceipt(JsonElement transactionId) =>
        transactionId.Receipt() is { } receipt && !receipt.EndsWith("0000000", StringComparison.Ordinal) ? receipt : null;

    /// <summary>The number in <c>254708374149 - JOHN DOE</c>.</summary>
    private static string? NumberOf(string? party) => party?.Split(" - ", 2)[0].Trim() is { Length: > 0 } number ? number : null;
}
