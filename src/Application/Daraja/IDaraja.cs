using Payments.Application.C2b;
using Payments.Application.Callbacks;
using Payments.Domain.Common;
using Payments.Domain.Transfers;

namespace Payments.Application.Daraja;

/// <summary>How Safaricom took a request for money (the table "What a reply to a money request means").</summary>
public abstract record Reply
{
    private Reply()
    {
    }

    /// <summary>Accepted for processing; a result will come by callback.</summary>
    /// <param name="RequestId">Safaricom's id to ask by: CheckoutRequestID (STK) or ConversationID (everything else).</param>
    /// <param name="OtherId">MerchantRequestID (STK) or OriginatorConversationID (everything else).</param>
    public sealed record Accepted(string? RequestId, string? OtherId) : Reply;

    /// <summary>Certainly not accepted: nothing will happen and no callback is coming.</summary>
    public sealed record Refused(Failure Failure) : Reply
    {
        /// <summary>
        /// True when nothing even left this process, because Safaricom keeps failing and is left alone for <see cref="Failure.RetryAfter"/>.
        /// </summary>
        public bool Paused { get; init; }

        /// <summary>What kept it from leaving this process; null when Safaricom refused it. What waits to be sent goes on waiting (R19).</summary>
        public SendBlocker? Blocker { get; init; }

        /// <summary>True when it certainly never got past Safaricom's gateway: M-PESA itself has not seen it.</summary>
        public bool NeverArrived { get; init; }

        /// <summary>
        /// True when Safaricom never looked at it: nothing left this process, or it was turned away because of too many requests. A question
        /// like that was not asked.
        /// </summary>
        public bool WasUnread { get; init; }

        /// <summary>What it is when it was a registration that was refused.</summary>
        public RegistrationProblem Registration { get; init; }
    }

    /// <summary>May have been accepted: timeout, reset, 5xx, HTML, empty, unparsable, a duplicate id.</summary>
    /// <param name="Why">What came instead of an answer, safe to log and to show.</param>
    public sealed record Indeterminate(string Why) : Reply;
}

/// <summary>Why C2B URLs were not registered.</summary>
public enum RegistrationProblem
{
    /// <summary>Something else, or no registration at all.</summary>
    None,

    /// <summary>We did not even ask: Safaricom refuses such addresses.</summary>
    AddressRefused,

    /// <summary>The shortcode has URLs already; in production that is for good.</summary>
    AlreadyRegistered,

    /// <summary>"no apiproduct match": the app has the other version.</summary>
    NoProduct,
}

/// <summary>One STK push. Amounts are whole shillings.</summary>
/// <param name="AttemptId">Ours; the callback URL's token is made for it.</param>
/// <param name="Phone">Who gets the prompt and pays.</param>
/// <param name="Amount">Whole shillings, 1–250,000.</param>
/// <param name="Reference">At most 12 characters, shown in the prompt.</param>
/// <param name="Description">Cut to 13 characters of letters, digits, space, dot and dash by the client.</param>
public sealed record StkPushRequest(AttemptId AttemptId, Msisdn Phone, Money Amount, string Reference, string? Description);

/// <summary>One B2C or B2B transfer out of our shortcode.</summary>
/// <param name="Kind">Whether this is a payout or a refund: it decides the token's purpose.</param>
/// <param name="Id">Ours; the callback URL's token is made for it.</param>
/// <param name="OriginatorId">Our OriginatorConversationID (B2C v3), unique for ever; empty where none is sent.</param>
/// <param name="Reason">B2C only: <c>business</c>, <c>salary</c> or <c>promotion</c>.</param>
public sealed record TransferRequest(
    SubjectKind Kind, Guid Id, string OriginatorId, PayoutMethod Method, string Recipient, string? Account, Money Amount, string Reason, string Remarks);

/// <summary>One reversal of a whole receipt, to the cent.</summary>
public sealed record ReversalRequest(RefundId RefundId, ReceiptNumber Receipt, Money Amount, string Remarks);

/// <summary>One transaction status query; exactly one of the two ids is given.</summary>
/// <param name="QuestionId">Ours; the result's token is made for it.</param>
/// <param name="Receipt">M-PESA's receipt number.</param>
/// <param name="OriginatorId">The OriginatorConversationID of the transaction asked about.</param>
/// <param name="OfPayouts">
/// True for what the payout shortcode sent (B2C and B2B, a refund by B2C too), false for what the main one received or reversed: only the
/// owner of a transaction may ask about it.
/// </param>
public sealed record StatusQueryRequest(StatusQueryId QuestionId, ReceiptNumber? Receipt, string? OriginatorId, bool OfPayouts = false);

/// <summary>C2B registration of our two URLs.</summary>
/// <param name="Token">The registration token to put into the URLs; lower-case hex.</param>
/// <param name="Version"><c>v1</c> or <c>v2</c>.</param>
/// <param name="ResponseType"><c>Completed</c> or <c>Cancelled</c>.</param>
public sealed record RegistrationRequest(string Token, string Version, string ResponseType);

/// <summary>A C2B payment as the Pull Transactions API lists it.</summary>
public sealed record PulledPayment(ReceiptNumber Receipt, DateTimeOffset At, string? Payer, string? Account, Money Amount);

/// <summary>Safaricom's Daraja API, as much of it as this service uses. Never throws for what the other side does.</summary>
public interface IDaraja
{
    /// <summary>Until when no push is sent because Safaricom's API keeps failing; null when one may be.</summary>
    DateTimeOffset? StkPausedUntil { get; }

    /// <summary>True when payments to phones go out with a name of ours (B2C v3); false where the app has v1, which takes none.</summary>
    bool NamesTransfers { get; }

    /// <summary>Sends an STK push. Never repeated unless nothing can have been accepted.</summary>
    Task<Reply> SendStkPush(StkPushRequest prompt, CancellationToken cancellation);

    /// <summary>STK query by CheckoutRequestID; safe to repeat.</summary>
    Task<PaymentResult> QueryStk(string requestId, CancellationToken cancellation);

    /// <summary>What keeps a transfer from being sent, as far as it can be told without asking anybody; null when it may be tried.</summary>
    /// <param name="method">Where it goes; null for a reversal.</param>
    Reply.Refused? WhyNotNow(PayoutMethod? method);

    /// <summary>Sends a B2C or B2B payment request. Never repeated unless nothing can have been accepted.</summary>
    Task<Reply> Transfer(TransferRequest transfer, CancellationToken cancellation);

    /// <summary>Sends a reversal. Never repeated unless nothing can have been accepted.</summary>
    Task<Reply> Reverse(ReversalRequest reversal, CancellationToken cancellation);

    /// <summary>Sends a transaction status query; its result comes by callback to the question's token.</summary>
    Task<Reply> QueryStatus(StatusQueryRequest question, CancellationToken cancellation);

    /// <summary>Sends a balance query; its result comes by callback to the question's token.</summary>
    Task<Reply> QueryBalance(StatusQueryId questionId, CancellationToken cancellation);

    /// <summary>Registers the confirmation and validation URLs. Refused carries Safaricom's reason.</summary>
    Task<Reply> RegisterUrls(RegistrationRequest registration, CancellationToken cancellation);

    /// <summary>
    /// Reads a page of the Pull Transactions API, having registered Pull if this process has not or if what came since may mean that it is not;
    /// what <paramref name="offset"/> counts is Safaricom's to say.
    /// </summary>
    Task<PullPage> Pull(DateTimeOffset from, DateTimeOffset to, int offset, CancellationToken cancellation);
}
