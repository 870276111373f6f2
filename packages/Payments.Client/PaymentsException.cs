using System.Text.Json.Serialization;

namespace Payments.Client;

/// <summary>A call that was not done, or whose answer did not come: look at <see cref="Code"/>.</summary>
public sealed class PaymentsException : Exception
{
    internal PaymentsException(string message, string code, int? status = null, Exception? inner = null)
        : base(message, inner) =>
        (Code, Status) = (code, status);

    /// <summary>What to go by, see <see cref="ErrorCodes"/>; later versions of the service may have more.</summary>
    public string Code { get; }

    /// <summary>The HTTP status; null when no answer came.</summary>
    public int? Status { get; }

    /// <summary>What is wrong, by field or parameter; with <see cref="ErrorCodes.ValidationFailed"/>.</summary>
    public IReadOnlyDictionary<string, string[]> Errors { get; internal init; } = new Dictionary<string, string[]>();

    /// <summary>When trying again may work; null when waiting does not help, or the service did not say.</summary>
    public DateTimeOffset? RetryAt { get; internal init; }

    /// <summary>Your own checkout that it is about.</summary>
    public string? CheckoutId { get; internal init; }

    /// <summary>Your own payout that it is about.</summary>
    public string? PayoutId { get; internal init; }

    /// <summary>With <see cref="ErrorCodes.EventsRestarted"/>: where to go on.</summary>
    public string? Next { get; internal init; }

    /// <summary>What the service's log has it under.</summary>
    public string? TraceId { get; internal init; }

    /// <summary>
    /// The Idempotency-Key the call went out with; null where it has none. Where no answer came nobody knows whether it was done: the same call
    /// with this key does it at most once, and gives the answer.
    /// </summary>
    public string? IdempotencyKey { get; internal set; }
}

/// <summary>Why a request was not done (RFC 9457), as the service writes it.</summary>
internal sealed record Problem
{
    public string Type { get; init; } = "";

    public string Title { get; init; } = "";

    public int Status { get; init; }

    public string? Detail { get; init; }

    public string? Code { get; init; }

    public string? TraceId { get; init; }

    public IReadOnlyDictionary<string, string[]>? Errors { get; init; }

    public DateTimeOffset? RetryAt { get; init; }

    public string? CheckoutId { get; init; }

    public string? PayoutId { get; init; }

    public string? Next { get; init; }

    [JsonIgnore]
    public string Sentence => Errors is { Count: > 0 } ? $"{Detail} {string.Join(" ", Errors.Select(e => $"{e.Key}: {string.Join(' ', e.Value)}"))}" : Detail ?? Title;
}
