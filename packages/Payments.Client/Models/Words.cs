using System.Text.Json.Serialization;

namespace Payments.Client;

/// <summary>Where a checkout stands. Ship only on <see cref="Paid"/>.</summary>
[JsonConverter(typeof(WordConverter<CheckoutStatus>))]
public enum CheckoutStatus
{
    /// <summary>A word this version of the package does not know. Never take it for paid.</summary>
    Unrecognized,

    /// <summary>No prompt is on a phone; it can be paid.</summary>
    Open,

    /// <summary>A prompt is on its way or on the phone.</summary>
    Pending,

    /// <summary>The whole amount has been received.</summary>
    Paid,

    /// <summary>The last prompt brought nothing; it can be prompted again.</summary>
    Failed,

    /// <summary>Its time is over.</summary>
    Expired,

    /// <summary>The shop took it back.</summary>
    Cancelled,
}

/// <summary>Where one prompt stands.</summary>
[JsonConverter(typeof(WordConverter<AttemptStatus>))]
public enum AttemptStatus
{
    /// <summary>A word this version of the package does not know.</summary>
    Unrecognized,

    /// <summary>On its way to Safaricom.</summary>
    Sending,

    /// <summary>Safaricom took it; the customer is being asked.</summary>
    Sent,

    /// <summary>Sent, but whether Safaricom took it is not known; it is being asked.</summary>
    Unknown,

    /// <summary>The customer paid.</summary>
    Succeeded,

    /// <summary>The customer did not pay, see the failure.</summary>
    Failed,
}

/// <summary>Where a payout or refund stands.</summary>
[JsonConverter(typeof(WordConverter<TransferStatus>))]
public enum TransferStatus
{
    /// <summary>A word this version of the package does not know. Never take it for failed: the money may have moved.</summary>
    Unrecognized,

    /// <summary>Waits to be sent.</summary>
    Queued,

    /// <summary>On its way to Safaricom.</summary>
    Sending,

    /// <summary>Safaricom took it; its result is awaited.</summary>
    Sent,

    /// <summary>Sent, and nobody knows yet whether the money moved. Never order it again.</summary>
    InDoubt,

    /// <summary>The money moved.</summary>
    Completed,

    /// <summary>The money did not move.</summary>
    Failed,

    /// <summary>Taken back before it was sent.</summary>
    Cancelled,
}

/// <summary>How a customer paid.</summary>
[JsonConverter(typeof(WordConverter<PaymentMethod>))]
public enum PaymentMethod
{
    /// <summary>A word this version of the package does not know.</summary>
    Unrecognized,

    /// <summary>By a prompt on the phone.</summary>
    Stk,

    /// <summary>By hand, to the Pay Bill.</summary>
    Paybill,

    /// <summary>By hand, to the till.</summary>
    Till,
}

/// <summary>How it became known that money moved.</summary>
[JsonConverter(typeof(WordConverter<SettledBy>))]
public enum SettledBy
{
    /// <summary>A word this version of the package does not know.</summary>
    Unrecognized,

    /// <summary>Safaricom's callback.</summary>
    Callback,

    /// <summary>The answer to a question about the prompt.</summary>
    StkQuery,

    /// <summary>The confirmation of a payment made by hand.</summary>
    Confirmation,

    /// <summary>The answer to a question about the transaction.</summary>
    StatusQuery,

    /// <summary>Safaricom's list of payments.</summary>
    Pull,

    /// <summary>A person.</summary>
    Operator,
}

/// <summary>Why money did not move.</summary>
[JsonConverter(typeof(WordConverter<FailureCode>))]
public enum FailureCode
{
    /// <summary>A word this version of the package does not know.</summary>
    Unrecognized,

    /// <summary>The customer pressed cancel.</summary>
    Cancelled,

    /// <summary>Not enough money on the account.</summary>
    InsufficientFunds,

    /// <summary>A wrong PIN.</summary>
    WrongPin,

    /// <summary>The phone could not be reached.</summary>
    Unreachable,

    /// <summary>Nobody answered the prompt in time.</summary>
    Expired,

    /// <summary>Another prompt was on the phone.</summary>
    Busy,

    /// <summary>A limit of the account's or of the amount.</summary>
    LimitExceeded,

    /// <summary>Safaricom refused it.</summary>
    Rejected,

    /// <summary>Something went wrong at Safaricom.</summary>
    ProviderError,
}

/// <summary>Why no prompt went out.</summary>
[JsonConverter(typeof(WordConverter<PromptRefusedCode>))]
public enum PromptRefusedCode
{
    /// <summary>A word this version of the package does not know.</summary>
    Unrecognized,

    /// <summary>Safaricom does not answer at the moment; nothing is sent to it until then.</summary>
    PromptsPaused,

    /// <summary>Too many prompts to this phone.</summary>
    TooManyPrompts,
}

/// <summary>Whom a payout goes to.</summary>
[JsonConverter(typeof(WordConverter<PayoutMethod>))]
public enum PayoutMethod
{
    /// <summary>A word this version of the package does not know; not to be sent.</summary>
    Unrecognized,

    /// <summary>A phone.</summary>
    Mpesa,

    /// <summary>A business's Pay Bill.</summary>
    Paybill,

    /// <summary>A business's till.</summary>
    Till,
}

/// <summary>What a payout to a phone is for, as Safaricom wants to know it.</summary>
[JsonConverter(typeof(WordConverter<PayoutReason>))]
public enum PayoutReason
{
    /// <summary>A word this version of the package does not know; not to be sent.</summary>
    Unrecognized,

    /// <summary>A business payment.</summary>
    Business,

    /// <summary>A salary.</summary>
    Salary,

    /// <summary>A promotion.</summary>
    Promotion,
}

/// <summary>How a refund goes back.</summary>
[JsonConverter(typeof(WordConverter<RefundMethod>))]
public enum RefundMethod
{
    /// <summary>A word this version of the package does not know.</summary>
    Unrecognized,

    /// <summary>The whole payment is reversed.</summary>
    Reversal,

    /// <summary>A payment to the payer's phone.</summary>
    B2c,
}

/// <summary>What keeps a payout or refund from being sent.</summary>
[JsonConverter(typeof(WordConverter<SendBlocker>))]
public enum SendBlocker
{
    /// <summary>A word this version of the package does not know.</summary>
    Unrecognized,

    /// <summary>Safaricom's certificate is missing or over.</summary>
    Certificate,

    /// <summary>Safaricom gives no access token.</summary>
    AccessToken,

    /// <summary>Safaricom cannot be reached.</summary>
    Connection,

    /// <summary>Safaricom does not answer at the moment; nothing is sent to it until then.</summary>
    Pause,

    /// <summary>The service's database was restored, and an operator has not yet said that sending may go on.</summary>
    Restored,
}

/// <summary>What a key may see and do.</summary>
[JsonConverter(typeof(WordConverter<Scope>))]
public enum Scope
{
    /// <summary>A word this version of the package does not know.</summary>
    Unrecognized,

    /// <summary>Money in.</summary>
    Checkouts,

    /// <summary>Money out and back.</summary>
    Payouts,

    /// <summary>What operators do.</summary>
    Ops,
}

/// <summary>Whether a webhook is sent anything.</summary>
[JsonConverter(typeof(WordConverter<WebhookStatus>))]
public enum WebhookStatus
{
    /// <summary>A word this version of the package does not know.</summary>
    Unrecognized,

    /// <summary>It is.</summary>
    Enabled,

    /// <summary>It is not; nothing is lost meanwhile.</summary>
    Disabled,
}

/// <summary>Why a webhook is sent nothing.</summary>
[JsonConverter(typeof(WordConverter<DisabledBecause>))]
public enum DisabledBecause
{
    /// <summary>A word this version of the package does not know.</summary>
    Unrecognized,

    /// <summary>Somebody said so.</summary>
    ByRequest,

    /// <summary>The endpoint answered 410.</summary>
    Gone,

    /// <summary>Three days of nothing but failures.</summary>
    Failing,

    /// <summary>The service cannot read the secret any more: rotate it.</summary>
    SecretUnreadable,
}

/// <summary>Where the delivery of an event stands.</summary>
[JsonConverter(typeof(WordConverter<DeliveryStatus>))]
public enum DeliveryStatus
{
    /// <summary>A word this version of the package does not know.</summary>
    Unrecognized,

    /// <summary>It is tried again.</summary>
    Pending,

    /// <summary>It was taken.</summary>
    Delivered,

    /// <summary>It was given up; it can be sent again.</summary>
    Failed,
}
