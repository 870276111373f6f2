using Microsoft.Extensions.Logging;

namespace Payments.Infrastructure.Daraja;

/// <summary>The names of what the Daraja client logs: stable, so that alerts can be built on them.</summary>
internal static class DarajaEvents
{
    public static readonly EventId Replied = new(2001, "daraja_replied");
    public static readonly EventId TokenFetched = new(2002, "daraja_token_fetched");
    public static readonly EventId TokenRefused = new(2003, "daraja_token_refused");
    public static readonly EventId TokenFailed = new(2004, "daraja_token_failed");
    public static readonly EventId BreakerChanged = new(2005, "daraja_breaker_changed");
    public static readonly EventId PullSkipped = new(2006, "daraja_pull_skipped");
    public static readonly EventId TokenStolen = new(2007, "daraja_token_stolen");
    public static readonly EventId BoardNotWritten = new(2008, "daraja_board_not_written");

    /// <summary>A CheckoutRequestID ends in the customer's number without its country code: its last nine digits do not reach a log.</summary>
    public static string? Mask(string? id) =>
        id is { Length: > 9 } && id.AsSpan(id.Length - 9).IndexOfAnyExceptInRange('0', '9') < 0 ? id[..^9] + "•••••••••" : id;
}
