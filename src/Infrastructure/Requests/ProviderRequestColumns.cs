using Payments.Domain.Common;
using Payments.Infrastructure.Database;

namespace Payments.Infrastructure.Requests;

/// <summary>The columns that attempts, payouts and refunds have in common.</summary>
internal static class ProviderRequestColumns
{
    /// <summary>Why it failed.</summary>
    public static Unnest<T> Failure<T>(this Unnest<T> columns, Func<T, Failure?> failure) => columns
        .Name("failure_code", row => failure(row)?.Code)
        .Text("failure_result_code", row => failure(row)?.ResultCode)
        .Text("failure_message", row => failure(row)?.Message)
        .Words("failure_provider_text", row => failure(row)?.ProviderText)
        .Boolean("failure_retryable", row => failure(row)?.Retryable)
        .Integer("failure_retry_after", row => (int?)failure(row)?.RetryAfter?.TotalSeconds);
}
