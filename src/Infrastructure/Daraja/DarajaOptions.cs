using Payments.Domain.Common;

namespace Payments.Infrastructure.Daraja;

/// <summary>Section <c>Daraja</c>: who we are to Safaricom. Values are as Safaricom issues them.</summary>
public sealed class DarajaOptions
{
    private const string SandboxUrl = "https://sandbox.safaricom.co.ke";
    private const string ProductionUrl = "https://api.safaricom.co.ke";

    /// <summary><c>Simulator</c>, <c>Sandbox</c> or <c>Production</c>.</summary>
    public string? Environment { get; set; }

    /// <summary>Where the simulator listens; Safaricom's own addresses are fixed.</summary>
    public string? BaseUrl { get; set; }

    /// <summary>The app's consumer key.</summary>
    public string? ConsumerKey { get; set; }

    /// <summary>The app's consumer secret.</summary>
    public string? ConsumerSecret { get; set; }

    /// <summary>The Pay Bill number, or for a till the store (head office) number: 5–7 digits.</summary>
    public string? Shortcode { get; set; }

    /// <summary>The Lipa na M-PESA passkey of the shortcode.</summary>
    public string? Passkey { get; set; }

    /// <summary>Set for Buy Goods: the till that is paid, while <see cref="Shortcode"/> signs the request.</summary>
    public string? TillNumber { get; set; }

    /// <summary>
    /// The B2C API the app has: <c>v3</c>, or <c>v1</c>, which takes no name of ours: a payout to a phone whose reply is lost cannot be asked about
    /// then, and Safaricom refuses no repetition. The other has "no apiproduct match".
    /// </summary>
    public string B2cVersion { get; set; } = "v3";

    /// <summary>
    /// The phone number of the organisation as the M-PESA portal shows it, under which the Pull Transactions API was granted; without it nothing is
    /// pulled. <c>07…</c> and <c>01…</c> are sent as <c>2547…</c> and <c>2541…</c>: production refuses the short form.
    /// </summary>
    public string? NominatedNumber { get; set; }

    /// <summary><see cref="NominatedNumber"/> in the form production takes; null where Pull is off, or when it is none, which <see cref="DarajaOptionsValidator"/> refuses.</summary>
    public string? Nominated => Msisdn.TryParse(NominatedNumber is ['0', .. var national] ? "254" + national : NominatedNumber, out var number) ? number.Value : null;

    /// <summary>The API user that may send money, reverse and ask.</summary>
    public string? InitiatorName { get; set; }

    /// <summary>Its password; sent only encrypted with Safaricom's certificate.</summary>
    public string? InitiatorPassword { get; set; }

    /// <summary>Safaricom's certificate for this environment, PEM or DER.</summary>
    public string? CertificatePath { get; set; }

    /// <summary>A shortcode and app of their own for payouts; what is not set is taken from above.</summary>
    public DarajaPayoutOptions Payouts { get; set; } = new();

    /// <summary>How long a call may take.</summary>
    public DarajaTimeouts Timeouts { get; set; } = new();

    /// <summary>When an API that keeps failing is left alone for a while.</summary>
    public DarajaBreakerOptions Breaker { get; set; } = new();

    /// <summary>The environment as read; <see cref="DarajaEnvironment.Simulator"/> when unreadable, which <see cref="DarajaOptionsValidator"/> refuses.</summary>
    public DarajaEnvironment Kind => TryKind(out var kind) ? kind : DarajaEnvironment.Simulator;

    /// <summary>The address all paths are relative to.</summary>
    public Uri Url => Kind switch
    {
        DarajaEnvironment.Production => new Uri(ProductionUrl),
        DarajaEnvironment.Sandbox => new Uri(SandboxUrl),
        _ => new Uri(BaseUrl!),
    };

    /// <summary>The app that is paid: pushes, reversals, registration, pulling.</summary>
    public DarajaApp Main => new(Kind, ConsumerKey ?? "", ConsumerSecret ?? "", Shortcode ?? "", InitiatorName, InitiatorPassword, CertificatePath);

    /// <summary>The app that pays: B2C and B2B, and questions about them.</summary>
    public DarajaApp Paying => new(Kind, Payouts.ConsumerKey ?? ConsumerKey ?? "", Payouts.ConsumerSecret ?? ConsumerSecret ?? "",
        Payouts.Shortcode ?? Shortcode ?? "", Payouts.InitiatorName ?? InitiatorName, Payouts.InitiatorPassword ?? InitiatorPassword,
        Payouts.CertificatePath ?? CertificatePath);

    /// <summary>By name only: Enum.TryParse would take "2" for Production.</summary>
    internal bool TryKind(out DarajaEnvironment kind)
    {
        var found = Enum.GetValues<DarajaEnvironment>().Where(value => value.ToString().Equals(Environment, StringComparison.OrdinalIgnoreCase)).ToList();
        kind = found.FirstOrDefault();
        return found.Count == 1;
    }
}
