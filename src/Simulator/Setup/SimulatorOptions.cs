namespace Payments.Simulator;

/// <summary>Start-up configuration, section <c>Simulator</c> (environment: <c>Simulator__Key</c>). Tests start with the same.</summary>
internal sealed record SimulatorOptions
{
    public string ConsumerKey { get; init; } = "local-consumer-key";

    public string ConsumerSecret { get; init; } = "local-consumer-secret";

    /// <summary>The Pay Bill; for a till the store number that stands beside it.</summary>
    public string Shortcode { get; init; } = "174379";

    /// <summary>The till that Buy Goods pays; without it Buy Goods is refused, as the sandbox does for 174379 (docs/protocol/stk.md#stk-push).</summary>
    public string? TillNumber { get; init; }

    public string Passkey { get; init; } = "local-passkey";

    public string InitiatorName { get; init; } = "local-initiator";

    public string InitiatorPassword { get; init; } = "local-initiator-password";

    /// <summary>Where to write the certificate that encrypts SecurityCredential, as PEM; null writes none.</summary>
    public string? CertificatePath { get; init; }

    /// <summary>How long a customer or a queue usually takes, milliseconds.</summary>
    public int DelayMs { get; init; } = 1000;

    /// <summary>Of all chance, so that a run can be repeated.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>What the Utility and the Working account hold at start, shillings each. Enough for hours of payouts.</summary>
    public decimal Funds { get; init; } = 10_000_000;

    /// <summary>More apps with shortcodes of their own, as a shop has that pays out from another shortcode.</summary>
    public IReadOnlyList<Organisation> Apps { get; init; } = [];
}
