using Payments.Domain.Cases;
using Payments.Domain.Checkouts;
using Payments.Domain.Common;
using Payments.Domain.Payouts;
using Payments.Domain.Refunds;
using Payments.Domain.Requests;

namespace Payments.Domain.Transfers;

/// <summary>
/// Money on its way out: a <see cref="Payout"/> or a <see cref="Refund"/>. Sent at most once, then followed to its end by callbacks and
/// questions. Pure: what is to be written and told is left in <see cref="Events"/>, <see cref="Cases"/> and <see cref="State"/>.
/// </summary>
public abstract partial class Transfer
{
    private readonly List<string> events = [];
    private readonly List<Case> cases = [];
    private ProviderRequest request = new();
    private DateTimeOffset updatedAt;
    private bool callbackReceived;
    private ReceiptNumber? receipt;
    private string? refusedWith;
    private SendWait wait;
    private EntityState state;

    /// <summary>The shop it belongs to.</summary>
    public required string Client { get; init; }

    public required Money Amount { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get => updatedAt; init => updatedAt = value; }

    /// <summary>
    /// The request to Safaricom. Of its ids the second is ours from the start for B2C v3, and made of what the caller said (R18); Safaricom's for B2B
    /// and reversals, and null until told. It is what a status query asks by.
    /// </summary>
    public ProviderRequest Request { get => request; init => request = value; }

    /// <summary>The status it was loaded with: every UPDATE names the state it leaves.</summary>
    public TransferStatus OriginalStatus { get; init; }

    /// <summary>True once a trusted callback spoke of it: it was accepted, whatever the reply says.</summary>
    public bool CallbackReceived { get => callbackReceived; init => callbackReceived = value; }

    /// <summary>M-PESA's number of the movement; null while it has not moved or only a query knows.</summary>
    public ReceiptNumber? Receipt { get => receipt; init => receipt = value; }

    /// <summary>
    /// The code of a refusal that may mean it has happened already; null when there was none. While it stands nothing but a completion or a
    /// person settles this: what M-PESA says of the refused request says nothing of an earlier one.
    /// </summary>
    public string? RefusedWith { get => refusedWith; init => refusedWith = value; }

    /// <summary>How it waits to be sent.</summary>
    public SendWait Waiting { get => wait; init => wait = value; }

    /// <summary>What is to be written when the unit of work ends.</summary>
    public EntityState State { get => state; init => state = value; }

    public TransferStatus Status => (TransferStatus)request.Status;

    public DateTimeOffset? SendingAt => request.SendingAt;

    public DateTimeOffset? EndedAt => request.EndedAt;

    /// <summary>Safaricom's id of the request.</summary>
    public string? ConversationId => request.Ids.RequestId;

    /// <summary>What a status query asks by.</summary>
    public string? OriginatorId => request.Ids.OtherId;

    public SettledBy? SettledBy => request.SettledBy;

    public Failure? Failure => request.Failure;

    public bool HasConflictingResult => request.HasConflictingResult;

    public int QueryCount => request.Queries.Count;

    public DateTimeOffset? NextQueryAt => request.Queries.NextAt;

    public string? UnknownReason => request.UnknownReason;

    public string? LastAnswer => request.Queries.LastAnswer;

    public SendBlocker? WaitingFor => wait.For;

    public DateTimeOffset? RetryAt => wait.RetryAt;

    public bool IsWaitAnnounced => wait.IsAnnounced;

    /// <summary>What the shop is to be told, in order.</summary>
    public IReadOnlyList<string> Events => events;

    /// <summary>What a person must decide.</summary>
    public IReadOnlyList<Case> Cases => cases;

    /// <summary>True once an outcome is known.</summary>
    public bool IsSettled => request.IsSettled;

    public abstract TransferId TransferId { get; }

    /// <summary>The id as the outside sees it.</summary>
    public abstract string PublicId { get; }

    /// <summary><c>payout</c> or <c>refund</c>: how events and stories name it.</summary>
    public abstract string TypeName { get; }

    /// <summary>The checkout concerned, null when none is.</summary>
    public abstract CheckoutId? CheckoutId { get; }

    /// <summary>
    /// True for what goes by B2C, which takes an id of ours and refuses a second request of that name; B2B and reversals have none. Where the app
    /// has B2C v1 nothing is sent by it (<see cref="Send"/>), and nothing is refused.
    /// </summary>
    public abstract bool HasOwnName { get; }

    /// <summary>Whether a callback is about this very thing (R3). A queue timeout may lack its ids.</summary>
    public bool HasProviderIds(string? conversationId, string? originatorId, bool mayLack = false) =>
        request.Ids.Matches(new(conversationId, originatorId), mayLack);

    /// <summary>Takes ids a reply or a trusted callback named; what is known is never replaced.</summary>
    public void RecordProviderIds(string? conversationId, string? originatorId)
    {
        request = request with { Ids = request.Ids.Or(new(conversationId, originatorId)) };
        MarkChanged();
    }

    /// <summary>What of this movement's other side is known to be wrong; null when everything visible agrees.</summary>
    /// <param name="parties">Names or numbers as given (<c>254708374149 - JOHN DOE</c>), possibly masked or hashed.</param>
    protected abstract string? CounterpartyMismatch(IReadOnlyList<string> parties);

    /// <summary>True for a failure that may mean it has happened already, and so is none (R12).</summary>
    protected virtual bool MayHaveHappened(Failure failure) => false;

    private void MarkModified(DateTimeOffset now)
    {
        updatedAt = now;
        MarkChanged();
    }

    private void MarkChanged() => state = state == EntityState.Added ? EntityState.Added : EntityState.Updated;

    private void Answered(string answer) => request = request with { Queries = request.Queries.Answered(answer) };

    private void EnterDoubt(DateTimeOffset now)
    {
        if (request.Status != RequestStatus.InDoubt)
        {
            request = request with { Status = RequestStatus.InDoubt };
            events.Add($"{TypeName}.in_doubt");
        }

        MarkModified(now);
    }

    private void Succeed(SettledBy by, DateTimeOffset now)
    {
        End(request.Succeed(by, now), now);
        events.Add($"{TypeName}.completed");
    }

    private void Fail(Failure failure, SettledBy? by, DateTimeOffset now)
    {
        End(request.Fail(failure, by, now), now);
        events.Add($"{TypeName}.failed");
    }

    // What was cancelled here and completed all the same was sent, by whomever.
    private void End(ProviderRequest ended, DateTimeOffset now)
    {
        request = ended with { SendingAt = ended.SendingAt ?? now };
        MarkModified(now);
    }

    private TransferFacts Facts => TransferFacts.Of(this);
}
