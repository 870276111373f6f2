using System.Security.Cryptography;
using System.Text;

namespace Payments.Simulator;

/// <summary>A shop as Safaricom knows it: an app with its keys, a shortcode, perhaps a till, an API operator.</summary>
internal sealed record Organisation
{
    public string ConsumerKey { get; init; } = "";

    public string ConsumerSecret { get; init; } = "";

    public string Shortcode { get; init; } = "";

    public string? TillNumber { get; init; }

    public string Passkey { get; init; } = "";

    public string InitiatorName { get; init; } = "";

    public string InitiatorPassword { get; init; } = "";

    public bool Has(string party) => party == Shortcode || party == TillNumber;

    /// <summary>Password = base64(shortcode + passkey + timestamp), byte for byte (docs/protocol/stk.md#stk-push).</summary>
    public bool PasswordMatches(string password, string timestamp) => CryptographicOperations.FixedTimeEquals(
        Encoding.UTF8.GetBytes(password),
        Encoding.UTF8.GetBytes(Convert.ToBase64String(Encoding.UTF8.GetBytes(Shortcode + Passkey + timestamp))));
}

/// <summary>Every shop this simulator plays Safaricom to. Any app's token opens every shortcode: apps are not kept apart.</summary>
internal sealed class Organisations
{
    private readonly Organisation[] all;

    public Organisations(SimulatorOptions options) => all =
    [
        new()
        {
            ConsumerKey = options.ConsumerKey,
            ConsumerSecret = options.ConsumerSecret,
            Shortcode = options.Shortcode,
            TillNumber = options.TillNumber,
            Passkey = options.Passkey,
            InitiatorName = options.InitiatorName,
            InitiatorPassword = options.InitiatorPassword,
        },
        .. options.Apps,
    ];

    public Organisation Default => all[0];

    public IEnumerable<Organisation> All => all;

    public bool HasApp(string key, string secret) => all.Any(o => o.ConsumerKey == key && o.ConsumerSecret == secret);

    /// <summary>The shop with this shortcode or till, or null.</summary>
    public Organisation? Find(string party) => party.Length == 0 ? null : Array.Find(all, o => o.Has(party));

    /// <summary>The shop with this shortcode, tills left out: only a shortcode may ask (docs/protocol/stk.md#stk-push, PartyB ≠ BusinessShortCode).</summary>
    public Organisation? ByShortcode(string shortcode) => Array.Find(all, o => o.Shortcode == shortcode);
}
