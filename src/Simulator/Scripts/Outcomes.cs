namespace Payments.Simulator;

/// <summary>
/// The ResultCode catalogue (docs/protocol/result-codes.md). Texts are Safaricom's where a source gives them; they are unstable in reality and nobody
/// should match on them. A code that is not here can still be scripted by <c>resultCode</c>.
/// </summary>
internal static class Outcomes
{
    public static readonly Outcome Paid = new("paid", "0", "The service request is processed successfully.");
    public static readonly Outcome Ringing = new("ringing", "", "");
    public static readonly Outcome InsufficientFunds = new("insufficient_funds", "1", "The balance is insufficient for the transaction.");
    public static readonly Outcome BelowMinimum =
        new("below_minimum", "2", "Declined due to limit rule: less than the minimum transaction amount.");
    public static readonly Outcome AboveMaximum =
        new("above_maximum", "3", "Declined due to limit rule: greater than the maximum transaction amount.");
    public static readonly Outcome Duplicate = new("duplicate", "15", "Duplicate detected.");
    public static readonly Outcome RuleLimited = new("rule_limited", "17", "Rule limited.");
    public static readonly Outcome InvalidParameter = new("invalid_parameter", "25", "The format of parameter null is invalid.");
    public static readonly Outcome Locked =
        new("locked", "1001", "Unable to lock subscriber, a transaction is already in process for the current subscriber");
    public static readonly Outcome Expired = new("expired", "1019", "Transaction has expired.");
    public static readonly Outcome PushFailed = new("push_failed", "1025", "An error occurred while sending a push request");
    public static readonly Outcome Cancelled = new("cancelled", "1032", "Request cancelled by user");
    public static readonly Outcome Unreachable = new("unreachable", "1037", "DS timeout user cannot be reached");
    /// <summary>On a phone the customer's PIN; in the initiator's APIs the shop's own credentials. Same code, same text.</summary>
    public static readonly Outcome WrongPin = new("wrong_pin", "2001", "The initiator information is invalid.");
    public static readonly Outcome NotPermitted = new("not_permitted", "2028", "The request is not permitted according to product assignment.");
    public static readonly Outcome ReceiptNotFound = new("receipt_not_found", "2033", "The transaction receipt number does not exist.");
    /// <summary>Not an end: what newer STK queries say while the phone rings (docs/protocol/stk.md#stk-query).</summary>
    public static readonly Outcome Processing = new("processing", "4999", "The transaction is still under processing");
    public static readonly Outcome CredentialLocked = new("credential_locked", "8006", "The security credential is locked.");
    public static readonly Outcome NoOperator = new("no_operator", "SFC_IC0003", "Receiver party is invalid");
    public static readonly Outcome AlreadyReversed = new("already_reversed", "R000001", "The transaction has already been reversed.");
    public static readonly Outcome OriginalInvalid = new("original_invalid", "R000002", "The OriginalTransactionID is invalid.");

    private static readonly Outcome[] All =
    [
        Paid, Ringing, InsufficientFunds, BelowMinimum, AboveMaximum, RuleLimited, InvalidParameter, Locked, Expired, PushFailed, Cancelled,
        Unreachable, WrongPin, NotPermitted, ReceiptNotFound, Processing, CredentialLocked, NoOperator, AlreadyReversed, OriginalInvalid,
        Duplicate,
        new("daily_limit", "4", "Declined due to limit rule: would exceed daily transfer limit."),
        new("below_minimum_balance", "5", "Declined due to limit rule: would be less than the minimum balance."),
        new("unresolved_primary_party", "6", "Unresolved primary party."),
        new("unresolved_receiver_party", "7", "Unresolved receiver party."),
        new("above_maximum_balance", "8", "Declined due to limit rule: would exceed the maximum balance."),
        new("debit_party_invalid", "11", "The DebitParty is in an invalid state."),
        new("invalid_debit_account", "12", "Invalid debit account."),
        new("invalid_credit_account", "13", "Invalid credit account."),
        new("unresolved_debit_account", "14", "Unresolved debit account."),
        new("credential_check_failed", "18", "Initiator credential check failure."),
        new("sequencing_failure", "19", "Message sequencing failure."),
        new("initiator_not_found", "20", "Unresolved initiator."),
        new("initiator_not_allowed", "21", "The initiator is not allowed to initiate this request."),
        new("receiver_not_permitted", "22", "Initiator to receiver party permission failure."),
        new("missing_field", "24", "Missing mandatory fields."),
        new("system_busy", "26", "The system is overloaded. Please try again later."),
        new("invalid_command", "29", "Invalid command."),
        new("cancelled_1031", "1031", "Request cancelled by user"),
        new("smsc_timeout", "1036", "SMSC ACK timeout."),
        new("prompt_prefix_too_long", "1101", "The prompt prefix is too long."),
        new("auth_message_too_long", "1102", "The authentication message is too long."),
        new("account_status", "2006", "The account status does not allow this transaction."),
        new("authentication_failed", "2008", "Authentication failed."),
        new("session_expired", "2026", "The channel session has expired."),
        new("recipient_not_registered", "2040", "Credit Party customer type (Unregistered or Registered Customer) can't be supported by the service."),
        new("msisdn_invalid", "2051", "The MSISDN is invalid."),
        new("internal_error", "9999", "An error occurred while sending a push request"),
        new("id_type_invalid", "R002", "The identifier type is invalid."),
        new("id_mismatch", "R003", "The identity does not match."),
        new("operator_not_permitted", "TP40153", "The operator does not have permission for this organisation."),
        new("throttled", "100000001", "The request was throttled."),
    ];

    private static readonly Dictionary<string, Outcome> ByName =
        All.SelectMany(o => new[] { KeyValuePair.Create(o.Name, o), KeyValuePair.Create(o.Code, o) })
            .Where(p => p.Key.Length > 0)
            .ToDictionary(StringComparer.OrdinalIgnoreCase);

    public static IEnumerable<string> Names => All.Select(o => o.Name);

    /// <summary>By name or by code; null when neither is known.</summary>
    public static Outcome? Find(string nameOrCode) => ByName.GetValueOrDefault(nameOrCode);

    /// <summary>By code, made up when the catalogue has none: Safaricom publishes no full list either.</summary>
    public static Outcome OfCode(string code) => Find(code) ?? new("custom", code, $"Simulated result {code}.");
}
