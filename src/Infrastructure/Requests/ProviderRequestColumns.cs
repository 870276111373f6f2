using Payments.Domain.Checkouts;
using Payments.Domain.Requests;
using Payments.Infrastructure.Database;

namespace Payments.Infrastructure.Requests;

/// <summary>
/// What is written of every request, whichever table it is in. Its status, its ids and when it was sent have columns of other names in each; how
/// often it was asked about is not here, for whoever claims an attempt counts without its lock.
/// </summary>
internal static class ProviderRequestColumns
{
    public static Unnest<T> Request<T>(this Unnest<T> columns, Func<T, ProviderRequest> request) => columns
        .Name<SettledBy>("settled_by", row => request(row).SettledBy)
        .Name("failure_code", row => request(row).Failure?.Code)
        .Text("failure_result_code", row => request(row).Failure?.ResultCode)
        .Text("failure_message", row => request(row).Failure?.Message)
        .Words("failure_provider_text", row => request(row).Failure?.ProviderText)
        .Boolean("failure_retryable", row => request(row).Failure?.Retryable)
        .Integer("failure_retry_after", row => (int?)request(row).Failure?.RetryAfter?.TotalSeconds)
        .Boolean("disputed", row => request(row).HasConflictingResult)
        .Time("next_question_at", row => request(row).Queries.NextAt)
        .Words("doubt", row => request(row).UnknownReason)
        .Words("last_answer", row => request(row).Queries.LastAnswer)
        .Time("ended_at", row => request(row).EndedAt);
}
