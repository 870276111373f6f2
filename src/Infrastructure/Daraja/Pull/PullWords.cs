namespace Payments.Infrastructure.Daraja.Pull;

/// <summary>What Safaricom's words in a Pull answer mean (docs/protocol/pull.md); the same code says several things.</summary>
internal static class PullWords
{
    private static readonly string[] None = ["no transaction", "no record", "no data", "any available transaction", "transaction not found"];

    private static readonly string[] Refusals =
        ["invalid", "not registered", "unregistered", "not authori", "unauthori", "not allowed", "not permitted", "not enabled", "not subscribed"];

    /// <summary>That nothing is listed, whatever else it may mean.</summary>
    public static bool SayNothingIsThere(string? text) => Contains(text, None);

    /// <summary>That nothing is listed, and nothing else. "… or Organization Name not available" is said of an organisation Pull does not know too.</summary>
    public static bool SayPlainlyNothingIsThere(string? text) => SayNothingIsThere(text) && !Contains(text, ["organi"]) && !Refuse(text);

    /// <summary>That Pull is not for this shortcode, or not in this form.</summary>
    public static bool Refuse(string? text) => Contains(text, Refusals);

    private static bool Contains(string? text, string[] words) =>
        text is not null && Array.Exists(words, word => text.Contains(word, StringComparison.OrdinalIgnoreCase));
}
