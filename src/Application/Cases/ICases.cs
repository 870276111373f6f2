using System.Text.Json.Serialization;
using Payments.Application.Checkouts;
using Payments.Application.Common;
using Payments.Domain.Common;

namespace Payments.Application.Cases;

/// <summary>What a case ended as.</summary>
public static class CaseOutcome
{
    /// <summary>The money moved.</summary>
    public const string Paid = "paid";

    /// <summary>It did not.</summary>
    public const string NotPaid = "not_paid";

    /// <summary>Nothing changes; the case is closed.</summary>
    public const string Noted = "noted";
}

/// <summary>What a case is about.</summary>
public enum CaseSubject
{
    /// <summary>An STK push.</summary>
    Attempt,

    /// <summary>A payout.</summary>
    Payout,

    /// <summary>A refund.</summary>
    Refund,

    /// <summary>A receipt.</summary>
    Receipt,

    /// <summary>A checkout.</summary>
    Checkout,

    /// <summary>A stored callback, such as an untrusted confirmation.</summary>
    Callback,
}

/// <summary>A case as stored.</summary>
public sealed record StoredCase(
    CaseId Id, string Kind, CaseSubject Subject, Guid SubjectId, CheckoutId? CheckoutId, string? Client, string Story, string Status, string? Outcome, string? Reason,
    string? SettledBy, DateTimeOffset CreatedAt, DateTimeOffset? SettledAt)
{
    /// <summary>True until somebody settled it.</summary>
    public bool IsOpen => Status == "open";
}

/// <summary>What people must decide (R14).</summary>
public interface ICases
{
    /// <summary>Reads a page, newest first; <paramref name="status"/> null: open and settled ones.</summary>
    Task<IReadOnlyList<StoredCase>> List(string? status, string? kind, Cursor? after, int limit, CancellationToken cancellation);

    /// <summary>Reads one without locking; null when there is none.</summary>
    Task<StoredCase?> Find(CaseId id);

    /// <summary>Everything on record about what the cases are about, oldest first, by subject.</summary>
    Task<ILookup<Guid, CaseEntry>> History(IReadOnlyCollection<Guid> subjectIds, CancellationToken cancellation);

    /// <summary>Settles it if it is still open; false when somebody was faster. Call after everything it changes is locked.</summary>
    Task<bool> Settle(CaseId id, string outcome, string reason, string by);
}

/// <summary>One thing that happened to what a case is about.</summary>
/// <param name="What">
/// <c>prompted</c>, <c>ordered</c>, <c>sent</c>, <c>in_doubt</c>, <c>asked</c>, <c>answered</c>, <c>callback</c>, <c>recorded</c>, <c>succeeded</c>,
/// <c>completed</c>, <c>failed</c>, <c>case_opened</c> or <c>case_settled</c>.
/// </param>
/// <param name="Detail">In words, null when there are none; without tokens, names and whole bodies (<c>/api/ops/callbacks</c> has those).</param>
public sealed record CaseEntry(DateTimeOffset At, string What, string? Detail);

/// <summary>A case as operators see it.</summary>
/// <param name="Kind">What kind of question it is, such as <c>outcome_unknown</c>.</param>
/// <param name="SubjectId">The public id of the attempt, payout, refund, receipt, checkout or stored callback.</param>
/// <param name="Story">What happened and what can be done.</param>
/// <param name="Outcome"><c>paid</c>, <c>not_paid</c> or <c>noted</c>; null while open.</param>
/// <param name="SettledBy">The client whose key settled it, or <c>service</c> when Safaricom's word did.</param>
public sealed record CaseView(
    string Id, string Kind, string Status, string Subject, string SubjectId, string? CheckoutId, string? Client, string Story, string? Outcome, string? Reason,
    string? SettledBy, DateTimeOffset CreatedAt, DateTimeOffset? SettledAt)
{
    /// <summary>The whole history of what it is about, oldest first: every question, every answer, every callback that did not simply settle it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<CaseEntry>? History { get; init; }

    /// <summary>Shows a case.</summary>
    public static CaseView Of(StoredCase stored) => new(
        stored.Id.ToString(), stored.Kind, stored.Status, EnumNames.Name(stored.Subject), PublicIds.Text(Prefix(stored.Subject), stored.SubjectId),
        stored.CheckoutId?.ToString(), stored.Client, stored.Story, stored.Outcome, stored.Reason,
        stored.SettledBy, stored.CreatedAt, stored.SettledAt);

    private static string Prefix(CaseSubject subject) => subject switch
    {
        CaseSubject.Attempt => AttemptId.Prefix,
        CaseSubject.Payout => PayoutId.Prefix,
        CaseSubject.Refund => RefundId.Prefix,
        CaseSubject.Receipt => ReceiptId.Prefix,
        CaseSubject.Checkout => Domain.Common.CheckoutId.Prefix,
        CaseSubject.Callback => CallbackId.Prefix,
    };
}
