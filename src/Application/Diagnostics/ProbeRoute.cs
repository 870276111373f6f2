namespace Payments.Application.Diagnostics;

/// <summary>How a probe came in, as it is kept with its row: who came, by whom it was passed on, and what nobody vouches for.</summary>
/// <param name="Source">The address the service takes for the sender's.</param>
/// <param name="Peer">Who was at the other end of the connection; the same as <paramref name="Source"/> when no proxy is believed.</param>
/// <param name="Unbelieved">What is left of X-Forwarded-For: hops named by somebody who is not in Proxy__KnownProxies.</param>
/// <param name="Scheme">http or https, as the service takes it.</param>
public sealed record ProbeRoute(string Source, string Peer, IReadOnlyList<string> Unbelieved, string Scheme)
{
    private const char Separator = '|';

    /// <summary>Writes one line: source, peer, what is left of X-Forwarded-For, scheme.</summary>
    public static string Write(string? source, string directPeer, string unbelieved, string scheme) =>
        string.Join(Separator, Plain(source ?? ""), Plain(directPeer.Length > 0 ? directPeer : source ?? ""), Plain(unbelieved), scheme);

    /// <summary>Reads it back; what is missing is empty.</summary>
    public static ProbeRoute Read(string? line)
    {
        var parts = (line ?? "").Split(Separator);
        string Part(int index) => index < parts.Length ? parts[index] : "";
        return new(Part(0), Part(1), Part(2).Split([',', ' '], StringSplitOptions.RemoveEmptyEntries), Part(3));
    }

    // The header is somebody else's: neither our separator nor what PostgreSQL refuses may come from it.
    private static string Plain(string text) => string.Concat(text.Where(c => c != Separator && !char.IsControl(c)));
}
