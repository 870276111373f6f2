namespace Payments.Client;

/// <summary>The codes of <see cref="PaymentsException"/>: the API's, and two of this package's own.</summary>
public static class ErrorCodes
{
    /// <summary>No answer came, however often it was tried: nobody knows whether the call was done. See <see cref="PaymentsException.IdempotencyKey"/>.</summary>
    public const string NoAnswer = "no_answer";

    /// <summary>What answered is not the Payments service, or something stands between: look at the address.</summary>
    public const string UnexpectedAnswer = "unexpected_answer";

    /// <summary>A field or parameter cannot be taken; see the errors.</summary>
    public const string ValidationFailed = "validation_failed";

    /// <summary>The call moves money and came without an Idempotency-Key.</summary>
    public const string IdempotencyKeyRequired = "idempotency_key_required";

    /// <summary>Webhooks cannot be sent to this address; the message says why.</summary>
    public const string WebhookUrlRefused = "webhook_url_refused";

    /// <summary>The shop has as many webhooks as it may.</summary>
    public const string TooManyWebhooks = "too_many_webhooks";

    /// <summary>The webhook is disabled; enable it first.</summary>
    public const string WebhookDisabled = "webhook_disabled";

    /// <summary>No key, or one that is not known or over.</summary>
    public const string Unauthorized = "unauthorized";

    /// <summary>The key has not the scope for it.</summary>
    public const string Forbidden = "forbidden";

    /// <summary>There is none, or it is another's.</summary>
    public const string NotFound = "not_found";

    /// <summary>The address does not know this method.</summary>
    public const string MethodNotAllowed = "method_not_allowed";

    /// <summary>The body took too long to arrive.</summary>
    public const string RequestTimeout = "request_timeout";

    /// <summary>It is paid.</summary>
    public const string AlreadyPaid = "already_paid";

    /// <summary>It is on its way and cannot be taken back.</summary>
    public const string AlreadySent = "already_sent";

    /// <summary>A prompt is on the phone.</summary>
    public const string AttemptInProgress = "attempt_in_progress";

    /// <summary>The callback was erased; only to operators.</summary>
    public const string CallbackErased = "callback_erased";

    /// <summary>The case is settled; only to operators.</summary>
    public const string CaseSettled = "case_settled";

    /// <summary>The checkout was cancelled.</summary>
    public const string CheckoutCancelled = "checkout_cancelled";

    /// <summary>The checkout's time is over.</summary>
    public const string CheckoutExpired = "checkout_expired";

    /// <summary>The place is beyond the end of the feed, which is shorter after a restore; <see cref="PaymentsException.Next"/> is where to go on.</summary>
    public const string EventsRestarted = "events_restarted";

    /// <summary>The first call with this key is still running.</summary>
    public const string IdempotencyInProgress = "idempotency_in_progress";

    /// <summary>A registration is running; only to operators.</summary>
    public const string RegistrationInProgress = "registration_in_progress";

    /// <summary>Nothing was received that could go back.</summary>
    public const string NotPaid = "not_paid";

    /// <summary>There is nothing to ask Safaricom about; only to operators.</summary>
    public const string NothingToAsk = "nothing_to_ask";

    /// <summary>There is nothing to write off; only to operators.</summary>
    public const string NothingToWriteOff = "nothing_to_write_off";

    /// <summary>The key is over; only to operators.</summary>
    public const string KeyExpired = "key_expired";

    /// <summary>Another checkout of the shop has this order reference; <see cref="PaymentsException.CheckoutId"/> names it.</summary>
    public const string OrderReferenceInUse = "order_reference_in_use";

    /// <summary>The case cannot end so; only to operators.</summary>
    public const string OutcomeNotPossible = "outcome_not_possible";

    /// <summary>The money is put to another checkout; only to operators.</summary>
    public const string ReceiptAlreadyMatched = "receipt_already_matched";

    /// <summary>The money went back; only to operators.</summary>
    public const string ReceiptRefunded = "receipt_refunded";

    /// <summary>The receipt number is not known yet, or is none of this checkout.</summary>
    public const string ReceiptUnknown = "receipt_unknown";

    /// <summary>Another payout of the shop has this reference; <see cref="PaymentsException.PayoutId"/> names it.</summary>
    public const string ReferenceInUse = "reference_in_use";

    /// <summary>Safaricom has other addresses for the shortcode; only to operators.</summary>
    public const string UrlsAlreadyRegistered = "urls_already_registered";

    /// <summary>The body is too large.</summary>
    public const string PayloadTooLarge = "payload_too_large";

    /// <summary>The body is no JSON.</summary>
    public const string UnsupportedMediaType = "unsupported_media_type";

    /// <summary>Safaricom does not offer this version; only to operators.</summary>
    public const string C2bVersionUnavailable = "c2b_version_unavailable";

    /// <summary>The Idempotency-Key belongs to a call with another address or body.</summary>
    public const string IdempotencyKeyReused = "idempotency_key_reused";

    /// <summary>A code of <c>/pair</c> that is unknown, used or too old, or for another address or verifier.</summary>
    public const string PairingCodeInvalid = "pairing_code_invalid";

    /// <summary>A part can only go to the payer's phone, which is not known.</summary>
    public const string PayerUnknown = "payer_unknown";

    /// <summary>More than what is left of the payment.</summary>
    public const string RefundExceedsPayment = "refund_exceeds_payment";

    /// <summary>Safaricom refused the registration; only to operators.</summary>
    public const string RegistrationRefused = "registration_refused";

    /// <summary>Safaricom would refuse the address; only to operators.</summary>
    public const string UrlRefused = "url_refused";

    /// <summary>More than the key may pay out.</summary>
    public const string PayoutCeilingExceeded = "payout_ceiling_exceeded";

    /// <summary>Too many calls; <see cref="PaymentsException.RetryAt"/> says when.</summary>
    public const string TooManyRequests = "too_many_requests";

    /// <summary>Too many prompts to this phone; <see cref="PaymentsException.RetryAt"/> says when.</summary>
    public const string TooManyPrompts = "too_many_prompts";

    /// <summary>Too many different M-PESA codes for this checkout; <see cref="PaymentsException.RetryAt"/> says when. Only to customers, on the pay page.</summary>
    public const string TooManyClaims = "too_many_claims";

    /// <summary>Something went wrong in the service; its log has it under the trace id.</summary>
    public const string InternalError = "internal_error";

    /// <summary>Safaricom does not answer at the moment, and nothing is sent to it until then.</summary>
    public const string PromptsPaused = "prompts_paused";

    /// <summary>The service cannot reach its database.</summary>
    public const string Unavailable = "unavailable";
}
