namespace Payments.Application.C2b;

/// <summary>How Pay Bill and till payments are registered and validated (configuration section <c>C2B</c>).</summary>
public sealed class C2bOptions
{
    internal const string AcceptAll = "accept-all";
    internal const string Strict = "strict";

    internal static readonly Dictionary<string, ValidationChecks> Checks = new(StringComparer.OrdinalIgnoreCase)
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

    /// <summary>The policy as read; nothing is checked when it is unreadable, which <see cref="C2bOptionsValidator"/> refuses.</summary>
    public ValidationChecks Policy => TryPolicy(out var checks) ? checks : ValidationChecks.None;

    internal bool TryPolicy(out ValidationChecks checks)
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

    /// <summary>An account that is none of ours, or mistyped.</summary>
    UnknownAccount = 1,

    /// <summary>An amount that is not what the order still wants.</summary>
    WrongAmount = 2,

    /// <summary>An order that wants nothing any more: paid or cancelled.</summary>
    AlreadyPaid = 4,
}
