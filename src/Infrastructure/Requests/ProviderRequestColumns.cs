using Payments.Domain.Checkouts;
using Payments.Domain.Common;
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
        .Failure(row => request(row).Failure)
        .Boolean("disputed", row => request(row).HasConflictingResult)
        .Time("next_question_at", row => request(row).Queries.NextAt)
        .Words("doubt", row => request(row).UnknownReason)
        .Words("last_answer", row => request(row).Queries.LastAnswer)
        .Time("ended_at", row => request(row).EndedAt);

    /// <summary>Why it failed.</summary>
    public static Unnest<T> Failure<T>(this Unnest<T> columns, Func<T, Failure?> failure) => columns
        .Name("failure_code", row => failure(row)?.Code)
        .Text("failure_result_code", row => failure(row)?.ResultCode)
        .Text("failure_message", row => failure(row)?.Message)
        .Words("failure_provider_text", row => failure(row)?.ProviderText)
        .Boolean("failure_retryable", row => failure(row)?.Retryable)
        .Integer("failure_retry_after", row => (int?)failure(row)?.RetryAfter?.TotalSeconds);
}
