using System.Globalization;
using System.Net;
using Payments.Application.Access;

namespace Payments.Application.Pairing;

/// <summary>What a shop's program asks for, as it stands in the address it sends the operator to.</summary>
/// <param name="App">Its name, at most 60 characters.</param>
/// <param name="Scopes"><c>checkouts</c>, <c>payouts</c> or both, separated by commas or spaces.</param>
/// <param name="Return">Where the operator is sent back to with the code.</param>
/// <param name="Webhook">Where it wants to be told what happens; null for nowhere.</param>
/// <param name="State">Comes back as it is.</param>
/// <param name="CodeChallenge">PKCE, S256; null for none.</param>
public sealed record PairingRequest(string? App, string? Scopes, string? Return, string? Webhook, string? State, string? CodeChallenge)
{
    private const int MaxApp = 60;
    private const int MaxUrl = 1000;
    private const int MaxState = 500;

    /// <summary>The scopes one by one, in the order of the service.</summary>
    public IReadOnlyList<string> ScopeList { get; } = [.. KeyScopes.All.Intersect((Scopes ?? "").Split([',', ' '], StringSplitOptions.RemoveEmptyEntries))];

    /// <summary>
    /// What is wrong with it, in a sentence for the program's author; null when nothing is.
    /// </summary>
    /// <param name="isLocal">On a laptop programs and pages need no https.</param>
    public string? Problem(bool isLocal)
    {
        var asked = (Scopes ?? "").Split([',', ' '], StringSplitOptions.RemoveEmptyEntries);
        return App is not { Length: >= 1 and <= MaxApp } || string.IsNullOrWhiteSpace(App) || !App.All(IsShown)
                ? $"app must be the program's name, 1 to {MaxApp} characters, none of them invisible."
            : asked.Length == 0 || asked.Except([KeyScopes.Checkouts, KeyScopes.Payouts]).Any() || !asked.Contains(KeyScopes.Checkouts)
                ? "scopes must be checkouts, or checkouts,payouts. A key for operators (ops) is made by an operator, for no program."
            : !IsAddress(Return, isLocal) ? $"return must be an https address of at most {MaxUrl} characters, without a name, password or fragment."
            : Webhook is not null && !IsAddress(Webhook, isLocal) ? $"webhook must be an https address of at most {MaxUrl} characters, without a name, password or fragment."
            : State?.Length > MaxState ? $"state must be at most {MaxState} characters."
            : CodeChallenge is { } challenge && (challenge.Length != 43 || !challenge.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_'))
                ? "code_challenge must be the base64url of a SHA-256 hash: 43 characters."
            : null;
    }

    /// <summary>The address to send the operator back to, with these in its query.</summary>
    public string ReturnWith(params (string Name, string? Value)[] fields)
    {
        var more = fields.Append(("state", State)).Where(field => field.Item2 is not null).Select(field => $"{field.Item1}={Uri.EscapeDataString(field.Item2!)}");
        return $"{Return}{(new Uri(Return!).Query.Length > 0 ? "&" : "?")}{string.Join('&', more)}";
    }

    /// <summary>Neither control characters nor those that turn round or hide what stands beside them: the operator must see what there is.</summary>
    private static bool IsShown(char c) => char.GetUnicodeCategory(c) is not (UnicodeCategory.Control or UnicodeCategory.Format
        or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.PrivateUse);

    /// <summary>No IPv6 literals: a Content-Security-Policy cannot name them, so no browser would follow the way back.</summary>
    private static bool IsAddress(string? text, bool isLocal) =>
        text is { Length: <= MaxUrl } && text.All(c => c is > ' ' and <= '~' and not '\\') && Uri.TryCreate(text, UriKind.Absolute, out var url)
        && (url.HostNameType is UriHostNameType.Dns or UriHostNameType.IPv4) && url.UserInfo.Length == 0 && url.Fragment.Length == 0 && !text.Contains('#', StringComparison.Ordinal)
        && (url.Scheme == Uri.UriSchemeHttps || (isLocal && url.Scheme == Uri.UriSchemeHttp && (url.Host == "localhost" || (IPAddress.TryParse(url.Host, out var ip) && IPAddress.IsLoopback(ip)))));
}
