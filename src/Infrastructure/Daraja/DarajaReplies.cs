using Payments.Application.Daraja;
using Payments.Domain.Common;
using Payments.Infrastructure.Daraja.Pull;

namespace Payments.Infrastructure.Daraja;

/// <summary>
/// Says what an answer means, by the table "What a reply to a money request means" in the design. An answer refuses a request only when
/// that is certain; everything else may have been accepted.
/// </summary>
internal static class DarajaReplies
{
    /// <summary>Safaricom's limits count requests by the second and by the minute.</summary>
    private static readonly TimeSpan AfterThrottling = TimeSpan.FromMinutes(1);

    /// <summary>A subscriber stays locked for one to three minutes.</summary>
    private static readonly TimeSpan AfterLock = TimeSpan.FromMinutes(2);

    /// <summary>A broken line is broken for seconds, seldom for less.</summary>
    private static readonly TimeSpan AfterNoConnection = TimeSpan.FromSeconds(10);

    /// <summary>What an error envelope says; the same code can say several of these, so some are told by their text (docs/protocol/stk.md#stk-push, result-codes.md#gateway-error-codes).</summary>
    public enum GatewayError
    {
        /// <summary>No error that is known: a success, or something that says nothing.</summary>
        None,

        /// <summary>The access token was not taken.</summary>
        Token,

        /// <summary>Too many requests: refused before it was looked at.</summary>
        Throttled,

        /// <summary>The customer has another M-PESA session.</summary>
        Locked,

        /// <summary>Our shortcode or passkey is not taken.</summary>
        Misconfigured,

        /// <summary>The transaction asked about is still under way.</summary>
        Processing,

        /// <summary>A request with this OriginatorConversationID was taken before: what became of that one is not said.</summary>
        Duplicate,

        /// <summary>C2B URLs are registered already.</summary>
        AlreadyRegistered,

        /// <summary>Refused for what was asked.</summary>
        Refused,
    }

    /// <summary>Reads the error envelope of an answer.</summary>
    public static GatewayError ErrorOf(DarajaResponse exchange)
    {
        if (exchange is not DarajaResponse.Received answer)
        {
            return GatewayError.None;
        }

        var code = answer.ErrorCode ?? "";
        var text = answer.ErrorText ?? "";
        bool Says(string words) => text.Contains(words, StringComparison.OrdinalIgnoreCase);
        return answer switch
        {
            _ when Says("Duplicate OriginatorConversationID") => GatewayError.Duplicate,
            _ when code is "404.001.03" or "401.002.01" or "401.003.01" or "400.003.01" || answer.Status == 401 => GatewayError.Token,
            _ when code is "500.003.02" or "500.003.03" || answer.Status == 429 || Says("Spike Arrest") || Says("Quota Violation") => GatewayError.Throttled,
            _ when Says("Unable to lock subscriber") => GatewayError.Locked,
            _ when Says("Merchant does not exist") || Says("Wrong credentials") => GatewayError.Misconfigured,
            _ when Says("is being processed") || Says("under processing") => GatewayError.Processing,
            _ when Says("already registered") || Says("Duplicate notification info") => GatewayError.AlreadyRegistered,
            { Status: >= 400 and < 500 } when code.Length > 0 => GatewayError.Refused,
            _ => GatewayError.None,
        };
    }

    /// <summary>True when Safaricom's side is in trouble: what the breaker counts. A refusal with a reason is no trouble.</summary>
    public static bool IsServiceFailure(DarajaResponse exchange) => exchange switch
    {
        DarajaResponse.Received { Status: 403, ErrorCode: null } => true,

        // The STK query says "Bad Request" to an unknown id with a 500 of its own.
        DarajaResponse.Received { Status: >= 500, ErrorText: { } text } when text.Contains("Bad Request", StringComparison.OrdinalIgnoreCase) => false,

        // Pull says so that its list is empty.
        DarajaResponse.Received { Status: >= 500, ErrorText: { } text } when PullWords.SayNothingIsThere(text) => false,
        DarajaResponse.Received { Status: >= 500 or 429 } => ErrorOf(exchange) is GatewayError.None or GatewayError.Throttled,
        DarajaResponse.Received => false,
        _ => true,
    };

    /// <summary>"no apiproduct match": the app, or the token, which knows the products of its hour, lacks this one.</summary>
    public static bool IsAboutProduct(DarajaResponse exchange) =>
        exchange is DarajaResponse.Received answer && answer.ErrorText?.Contains("no apiproduct match", StringComparison.OrdinalIgnoreCase) == true;

    /// <summary>True when a good token was refused, not for a product, and the next one was taken: another one had been minted.</summary>
    public static bool WasSuperseded(AccessToken refused, DarajaResponse first, DarajaResponse second) =>
        refused.WasGood && !IsAboutProduct(first) && second is DarajaResponse.Received && ErrorOf(second) != GatewayError.Token;

    /// <summary>What an answer to a request means.</summary>
    /// <param name="exchange">What came.</param>
    /// <param name="toCustomer">True when the failure's message is shown to a customer (a prompt), false when to operators.</param>
    /// <param name="requestId">The member with Safaricom's id.</param>
    /// <param name="otherId">The member with the other id.</param>
    public static Reply ToRequest(DarajaResponse exchange, bool toCustomer, string requestId, string otherId)
    {
        switch (exchange)
        {
            case DarajaResponse.NotSent notSent:
                return new Reply.Refused(new(FailureCode.ProviderError, null,
                    toCustomer ? "M-PESA cannot be reached just now. Please try again in a moment." : $"Nothing was sent: {notSent.Why}.",
                    Retryable: true, notSent.PausedFor ?? AfterNoConnection, notSent.Why))
                { Paused = notSent.PausedFor is not null, WasUnread = true, Blocker = notSent.Blocker };
            case DarajaResponse.NoResponse lost:
                return new Reply.Indeterminate(lost.Why);
        }

        var answer = (DarajaResponse.Received)exchange;
        var responseCode = answer.Json.Get("ResponseCode"u8).Code();
        Reply.Refused Refuse(FailureCode code, string customer, string operators, bool retryable = false, TimeSpan? after = null) =>
            new(new(code, answer.ErrorCode ?? responseCode, toCustomer ? customer : operators, retryable, after,
                answer.ErrorText ?? answer.Words("ResponseDescription"u8)));

        return ErrorOf(answer) switch
        {
            GatewayError.Token => Refuse(FailureCode.ProviderError, NotSetUp,
                "Safaricom refused a fresh access token: is this product on the app, and is Daraja__Environment the app's?"),
            GatewayError.Throttled => Refuse(FailureCode.Busy, "M-PESA is busy just now. Try again in a minute.",
                "Safaricom's limit of requests is reached.", retryable: true, AfterThrottling) with
            { WasUnread = true },
            GatewayError.Locked => Refuse(FailureCode.Busy, "Another M-PESA session is open on this phone. Close it, then try again.",
                "The party has another M-PESA transaction under way.", retryable: true, AfterLock),
            GatewayError.Misconfigured => Refuse(FailureCode.ProviderError, NotSetUp,
                "Safaricom does not know our shortcode or refuses its passkey: check Daraja__Shortcode and Daraja__Passkey."),
            GatewayError.AlreadyRegistered => Refuse(FailureCode.Rejected, NotSetUp,
                "URLs are registered for this shortcode already. In production that happens once: "
                + "have them deleted in the Daraja portal, then register again."),
            GatewayError.Refused => Refuse(FailureCode.Rejected, RefusedField(answer.ErrorText), "Safaricom refused the request for what it asked."),
            GatewayError.Duplicate => new Reply.Indeterminate("Safaricom has seen this OriginatorConversationID before"),
            _ when !answer.IsSuccess || answer.ErrorCode is not null || responseCode is null or CachedForResend => new Reply.Indeterminate(answer.Shape),
            _ when responseCode is "0" => new Reply.Accepted(answer.Json.Get(requestId).Id(), answer.Json.Get(otherId).Id()),
            _ => Refuse(FailureCode.Rejected, "M-PESA did not take this payment request.", "Safaricom did not accept the request."),
        };
    }

    /// <summary>"Request cached, waiting for resending": a code other than 0 that refuses nothing, for the request may still be carried out.</summary>
    private const string CachedForResend = "100000000";

    private const string NotSetUp = "This shop cannot take M-PESA payments just now. Please tell the shop.";

    private static string RefusedField(string? text) => text switch
    {
        not null when text.Contains("PhoneNumber", StringComparison.OrdinalIgnoreCase) || text.Contains("PartyA", StringComparison.OrdinalIgnoreCase) =>
            "M-PESA does not take this phone number.",
        not null when text.Contains("Amount", StringComparison.OrdinalIgnoreCase) => "M-PESA does not take this amount.",
        _ => "M-PESA refused this payment request.",
    };
}
