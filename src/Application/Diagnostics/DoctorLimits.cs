namespace Payments.Application.Diagnostics;

/// <summary>How long the doctor waits, and what it calls slow.</summary>
public sealed record DoctorLimits
{
    /// <summary>What this service promises: callbacks are answered in milliseconds, so a second is the way's.</summary>
    public TimeSpan Ours { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>What integration guides give a callback before Safaricom counts it as failed.</summary>
    public TimeSpan Guides { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long an answer at the public address is waited for.</summary>
    public required TimeSpan Timeout { get; init; }

    /// <summary>How long a probe that was answered may take to be found stored and judged.</summary>
    public required TimeSpan Judging { get; init; }

    /// <summary>How long the answer to a balance query is waited for.</summary>
    public required TimeSpan Balance { get; init; }

    /// <summary>A certificate that ends sooner than this should have been renewed: Let's Encrypt's are after 60 of their 90 days.</summary>
    public TimeSpan CertificateLeft { get; init; } = TimeSpan.FromDays(21);
}
