using Payments.Application.Common;
using Payments.Domain.Checkouts;
using Payments.Domain.Common;
using Payments.Domain.Requests;

namespace Payments.Infrastructure.Requests;

/// <summary>What rows of <c>attempts</c>, <c>payouts</c> and <c>refunds</c> have in common, with names as the columns have them.</summary>
internal abstract record ProviderRequestRow
{
    protected const string Shared =
        "id, amount, status, settled_by, failure_code, failure_result_code, failure_message, failure_provider_text, failure_retryable, "
        + "failure_retry_after, disputed, questions, next_question_at, doubt, last_answer, ended_at";

    public Guid Id { get; init; }
    public long Amount { get; init; }
    public string Status { get; init; } = "";
    public string? SettledBy { get; init; }
    public string? FailureCode { get; init; }
    public string? FailureResultCode { get; init; }
    public string? FailureMessage { get; init; }
    public string? FailureProviderText { get; init; }
    public bool? FailureRetryable { get; init; }
    public int? FailureRetryAfter { get; init; }
    public bool Disputed { get; init; }
    public int Questions { get; init; }
    public DateTimeOffset? NextQuestionAt { get; init; }
    public string? Doubt { get; init; }
    public string? LastAnswer { get; init; }
    public DateTimeOffset? EndedAt { get; init; }

    protected ProviderRequest ToRequest(RequestStatus status, ProviderIds ids, DateTimeOffset? sendingAt) => new()
    {
        Status = status,
        Ids = ids,
        SendingAt = sendingAt,
        Queries = new(Questions, NextQuestionAt, LastAnswer),
        UnknownReason = Doubt,
        HasConflictingResult = Disputed,
        SettledBy = SettledBy is null ? null : EnumNames.Read<SettledBy>(SettledBy),
        Failure = FailureCode is null ? null : new(
            EnumNames.Read<FailureCode>(FailureCode), FailureResultCode, FailureMessage ?? "", FailureRetryable ?? false,
            FailureRetryAfter is { } seconds ? TimeSpan.FromSeconds(seconds) : null, FailureProviderText),
        EndedAt = EndedAt,
    };
}
