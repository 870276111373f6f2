using Payments.Application.Callbacks;
using Payments.Domain.Common;
using Payments.Domain.Requests;

namespace Payments.Application.Reconciliation;

/// <summary>What Safaricom was asked.</summary>
public enum StatusQueryKind
{
    /// <summary>What became of a payout or refund.</summary>
    Status,

    /// <summary>What is on our accounts.</summary>
    Balance,

    /// <summary>What became of a prompt; answered in the same call, and kept for the history.</summary>
    Prompt,
}

/// <summary>One question; its answer comes by callback to its own token.</summary>
/// <param name="SubjectId">The payout, refund, stored callback or customer's claim it is about; null for a balance.</param>
public sealed record StatusQuery(StatusQueryId Id, StatusQueryKind Kind, Guid? SubjectId, string? ConversationId, string? OriginatorId, DateTimeOffset? AnsweredAt)
{
    /// <summary>The answer on record when what was asked is kept elsewhere.</summary>
    public const string Told = "told";

    /// <summary>The receipt number that was asked about; null where it was asked by another id.</summary>
    public ReceiptNumber? Receipt { get; init; }

    /// <summary>False for the balance of the app that is paid, where another one pays: only the paying one's accounts are kept.</summary>
    public bool KeepsBalances { get; init; } = true;

    /// <summary>Whether a callback is about this very question (R3).</summary>
    public bool IsNamed(string? conversationId, string? originatorId, bool mayLack = false) =>
        new ProviderIds(ConversationId, OriginatorId).Matches(new(conversationId, originatorId), mayLack);
}

/// <summary>What is on an account, and when that was heard.</summary>
public sealed record KnownBalance(string Name, Money Available, DateTimeOffset At);

/// <summary>Questions and what is known of our accounts.</summary>
public interface IStatusQueries
{
    /// <summary>Adds a question before it is asked: a callback that beats the reply finds it.</summary>
    /// <param name="receipt">The receipt number it is asked by; null where it is another id.</param>
    Task Add(StatusQueryId id, StatusQueryKind kind, Guid? subjectId, ReceiptNumber? receipt = null);

    /// <summary>Adds questions about prompts before they are asked.</summary>
    Task AddPrompts(IReadOnlyCollection<(StatusQueryId Id, AttemptId AttemptId)> asked);

    /// <summary>Takes back a question that was not asked after all.</summary>
    Task Withdraw(StatusQueryId id);

    /// <summary>Reads questions by id.</summary>
    Task<IReadOnlyList<StatusQuery>> Load(IReadOnlyCollection<StatusQueryId> ids);

    /// <summary>Writes Safaricom's ids of a question; what is known is never replaced.</summary>
    Task Accepted(StatusQueryId id, string? conversationId, string? originatorId);

    /// <summary>Writes what was answered, at most 1,000 characters each; the first answer stays.</summary>
    Task Answered(IReadOnlyCollection<(StatusQueryId Id, string Answer)> answers);

    /// <summary>Writes what was heard of our accounts.</summary>
    Task SaveBalances(IReadOnlyCollection<AccountBalance> balances, DateTimeOffset at);

    /// <summary>Reads what was last heard of our accounts.</summary>
    Task<IReadOnlyList<KnownBalance>> Balances(CancellationToken cancellation);

    /// <summary>The last balance question and why it was not answered, if it was not; null when none was asked since <paramref name="since"/>.</summary>
    Task<(DateTimeOffset AskedAt, bool Answered, string? Answer)?> LastBalanceQuestion(TimeSpan since);
}
