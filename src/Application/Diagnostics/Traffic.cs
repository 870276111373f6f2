namespace Payments.Application.Diagnostics;

/// <summary>The last hour.</summary>
/// <param name="Callbacks">How many of which kind came, probes left out.</param>
/// <param name="Hints">How many of them carried no valid token.</param>
/// <param name="Elsewhere">How many carried our registration token and came from an address that is not allowed.</param>
/// <param name="Unreadable">How many carried a valid token and could not be read.</param>
/// <param name="LastCallbackAt">The last one ever.</param>
/// <param name="Accepted">Prompts Safaricom accepted that are old enough to have been answered.</param>
/// <param name="ByCallback">How many of those a callback settled.</param>
/// <param name="Unanswered">How many of those nothing has settled yet.</param>
/// <param name="LastAcceptedAt">The last request of any kind that Safaricom accepted.</param>
/// <param name="Refused">The last request of each kind that Safaricom refused at once, within a day.</param>
public sealed record Traffic(
    IReadOnlyList<(string Kind, int Count)> Callbacks, int Hints, int Elsewhere, int Unreadable, DateTimeOffset? LastCallbackAt, int Accepted, int ByCallback, int Unanswered,
    DateTimeOffset? LastAcceptedAt, IReadOnlyList<RefusedInitiation> Refused);

/// <summary>A request that was refused at once: no callback is coming for it.</summary>
/// <param name="What"><c>prompt</c>, <c>payout</c> or <c>refund</c>.</param>
/// <param name="IsLast">False when a later one of its kind was accepted.</param>
public sealed record RefusedInitiation(string What, string Id, DateTimeOffset At, string? Code, string Message, string? ProviderText, bool IsLast);
