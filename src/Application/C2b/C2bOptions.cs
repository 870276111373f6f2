namespace Payments.Application.C2b;

/// <summary>How Pay Bill and till payments are registered and validated (configuration section <c>C2B</c>).</summary>
public sealed class C2bOptions
{
    private const string AcceptAll = "accept-all";
    private const string Strict = "strict";

    private static readonly Dictionary<string, ValidationChecks> Checks = new(StringComparer.OrdinalIgnoreCase)
    {
        ["reject-unknown-account"] = ValidationChecks.UnknownAccount,
        ["reject-wrong-amount"] = ValidationChecks.WrongAmount,
        ["reject-already-paid"] = ValidationChecks.AlreadyPaid,
    };

    /// <summary>The API a production app owns: <c>v1</c> (hashed numbers) or <c>v2</c> (masked ones). The other has "no apiproduct match".</summary>
    public string Version { get; set; } = "v2";

    /// <summary>What Safaricom does with a payment when our validation does not answer: <c>Completed</c> or <c>Cancelled</c>.</summary>
    public string ResponseType { get; set; } = "Completed";

    /// <summary>
    /// <c>accept-all</c>; or any of <c>reject-unknown-account</c>, <c>reject-wrong-amount</c>, <c>reject-already-paid</c>, separated by
    /// commas; or <c>strict</c> for the three of them.
    /// </summary>
    public string ValidationPolicy { get; set; } = AcceptAll;

    /// <summary>What is answered when nobody can tell: <c>accept</c> or <c>reject</c>.</summary>
    public string ValidationDefault { get; set; } = "accept";

    /// <summary>How long the look-up for a validation may take: Safaricom waits about 8 s, and the design promises an answer in 2 s.</summary>
    public TimeSpan ValidationLookUp { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// How often Pull is asked what nobody told us of: a customer who paid by hand waits that long at most, and Safaricom keeps 48 h, so that
    /// a day's outage loses nothing. A divisor of a minute or an hour.
    /// </summary>
    public TimeSpan PullEvery { get; set; } = TimeSpan.FromMinutes(15);

    /// <summary>True when payments nobody can judge are let through.</summary>
    public bool AcceptsByDefault => string.Equals(ValidationDefault, "accept", StringComparison.OrdinalIgnoreCase);

    /// <summary>The policy as read; nothing is checked when it is unreadable, which <see cref="Problems"/> refuses.</summary>
    public ValidationChecks Policy => TryPolicy(out var checks) ? checks : ValidationChecks.None;

    /// <summary>Everything that is wrong: which key, what is wrong, what would be right.</summary>
    public IEnumerable<(string Key, string Wrong, string Right)> Problems()
    {
        if (Version is not ("v1" or "v2"))
        {
            yield return ("C2B__Version", $"'{Version}' is no version", "v1 or v2, whichever the app has");
        }

        if (ResponseType is not ("Completed" or "Cancelled"))
        {
            yield return ("C2B__ResponseType", $"'{ResponseType}' is none", "Completed or Cancelled, spelt exactly so");
        }

        if (!TryPolicy(out _))
        {
            yield return ("C2B__ValidationPolicy", $"'{ValidationPolicy}' is no policy", $"{AcceptAll}, {Strict}, or any of {string.Join(",", Checks.Keys)}");
        }

        if (ValidationDefault.ToLowerInvariant() is not ("accept" or "reject"))
        {
            yield return ("C2B__ValidationDefault", $"'{ValidationDefault}' is neither", "accept or reject");
        }

        if (ValidationLookUp <= TimeSpan.Zero || ValidationLookUp > TimeSpan.FromSeconds(1))
        {
            yield return ("C2B__ValidationLookUp", "is not within one second", "a time up to 00:00:01: the answer is due after two");
        }

        if (PullEvery < TimeSpan.FromSeconds(5) || PullEvery.Ticks % TimeSpan.TicksPerSecond != 0
            || (PullEvery < TimeSpan.FromMinutes(1) ? 60 % PullEvery.TotalSeconds != 0 : PullEvery > TimeSpan.FromHours(1) || 60 % PullEvery.TotalMinutes != 0))
        {
            yield return ("C2B__PullEvery", "does not divide a minute or an hour", "a time such as 00:15, from 00:00:05 to 01:00");
        }
    }

    private bool TryPolicy(out ValidationChecks checks)
    {
        checks = ValidationChecks.None;
        var names = ValidationPolicy.Split([',', ' '], StringSplitOptions.RemoveEmptyEntries);
        if (names is [var only] && string.Equals(only, AcceptAll, StringComparison.OrdinalIgnoreCase))
        {
            return true;
        }

        if (names is [var all] && string.Equals(all, Strict, StringComparison.OrdinalIgnoreCase))
        {
            checks = ValidationChecks.UnknownAccount | ValidationChecks.WrongAmount | ValidationChecks.AlreadyPaid;
            return true;
        }

        foreach (var name in names)
        {
            if (!Checks.TryGetValue(name, out var check))
            {
                return false;
            }

            checks |= check;
        }

        return checks != ValidationChecks.None;
    }
}

/// <summary>What a validation refuses.</summary>
[Flags]
public enum ValidationChecks
{
    None = 0,

    /// <summary>An account that is no order reference of ours.</summary>
    UnknownAccount = 1,

    /// <summary>An amount that is not what the order still wants.</summary>
    WrongAmount = 2,

    /// <summary>An order that wants nothing any more: paid or cancelled.</summary>
    AlreadyPaid = 4,
}
