using System.Globalization;
using System.IO.Compression;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Payments.Simulator;

/// <summary>A callback's body as it goes over the wire.</summary>
internal sealed record Wired(byte[] Body, string ContentType = "application/json", string? Encoding = null);

/// <summary>
/// The forms in which bodies were met, and others of their kind. Those in <see cref="Readable"/> say the same as the documented one; from the
/// others nobody can tell for certain what moved.
/// </summary>
internal static partial class Bodies
{
    public const string Documented = "documented";

    private static readonly Dictionary<string, Func<string, Wired>> Forms = new()
    {
        [Documented] = body => new(Utf8(body)),
        ["latin1"] = body => new(System.Text.Encoding.Latin1.GetBytes(Named(body, "JOS\u00c9"))),
        ["line-feed"] = body => new(Utf8(Named(body, "JOHN\n"))),
        ["bad-escape"] = body => new(Utf8(Named(body, "NG\\'ANG\\'A"))),
        ["lower-keys"] = body => new(Utf8(Keys().Replace(body, key => key.Value.ToLowerInvariant()))),
        ["key-twice"] = body => new(Utf8(FirstMember().Replace(body, "{$1,$1", 1))),
        ["two-documents"] = body => new(Utf8(body + body)),
        ["bom"] = body => new(Utf8("\ufeff\ufeff" + body)),
        ["trailing"] = body => new(Utf8(body + "\0\0")),
        ["comma"] = body => new(Utf8(body[..^1] + ",}")),
        ["utf16"] = body => new([.. System.Text.Encoding.Unicode.GetPreamble(), .. System.Text.Encoding.Unicode.GetBytes(body)]),
        ["gzip"] = body => new(Packed(body, stream => new GZipStream(stream, CompressionLevel.Fastest)), Encoding: "gzip"),
        ["deflate"] = body => new(Packed(body, stream => new ZLibStream(stream, CompressionLevel.Fastest)), Encoding: "deflate"),
        ["br"] = body => new(Packed(body, stream => new BrotliStream(stream, CompressionLevel.Fastest)), Encoding: "br"),
        ["thousands"] = body => new(Utf8(Amount().Replace(body, m => $"{m.Groups[1].Value}{Shillings(m).ToString("#,0.00", CultureInfo.InvariantCulture)}\""))),
        ["exponent"] = body => new(Utf8(Amount().Replace(body, m => $"{m.Groups[1].Value}{(Shillings(m) * 100).ToString("0", CultureInfo.InvariantCulture)}E-2\""))),
        ["form"] = body => Flat(body) is { } fields
            ? new(Utf8(string.Join('&', fields.Select(f => $"{f.Key}={Uri.EscapeDataString(f.Value).Replace("%20", "+", StringComparison.Ordinal)}"))), "application/x-www-form-urlencoded")
            : new(Utf8(body)),
        ["two-amounts"] = body => new(Utf8(Amount().Replace(body, m => $"{m.Value},{m.Groups[1].Value}9{m.Groups[2].Value}\""))),
        ["no-number"] = body => new(Utf8(Number().Replace(body, "$1\""))),
        ["zstd"] = body => new([0x28, 0xb5, 0x2f, 0xfd, .. Packed(body, stream => new DeflateStream(stream, CompressionLevel.Fastest)).Select(b => (byte)~b)], Encoding: "zstd"),
    };

    /// <summary>Forms that say the same as the documented one.</summary>
    public static readonly string[] Readable = [.. Forms.Keys.Except([Documented, "two-amounts", "no-number", "zstd"])];

    public static IReadOnlyCollection<string> Names => Forms.Keys;

    /// <summary>A body in a form; <c>mixed</c> takes another readable one for each body.</summary>
    public static Wired Make(string body, string form) =>
        Forms[form == "mixed" ? Readable[body.Sum(c => c) % Readable.Length] : form](body);

    private static decimal Shillings(Match amount) => decimal.Parse(amount.Groups[2].Value, CultureInfo.InvariantCulture);

    private static byte[] Utf8(string text) => System.Text.Encoding.UTF8.GetBytes(text);

    /// <summary>With another name where one is, else with it in the text of the result.</summary>
    private static string Named(string body, string name) => body.Contains("JOHN", StringComparison.Ordinal)
        ? body.Replace("JOHN", name, StringComparison.Ordinal)
        : body.Replace("\"ResultDesc\":\"", $"\"ResultDesc\":\"{name} ", StringComparison.Ordinal);

    private static Dictionary<string, string>? Flat(string body) => Json.TryParse(body) is { ValueKind: JsonValueKind.Object } root
        && root.EnumerateObject().All(member => Json.Scalar(member.Value) is not null)
        ? root.EnumerateObject().ToDictionary(member => member.Name, member => Json.Scalar(member.Value)!) : null;

    private static byte[] Packed(string body, Func<Stream, Stream> packer)
    {
        using var packed = new MemoryStream();
        using (var stream = packer(packed))
        {
            stream.Write(Utf8(body));
        }

        return packed.ToArray();
    }

    [GeneratedRegex("\"[A-Za-z]+\":")]
    private static partial Regex Keys();

    [GeneratedRegex("^\\{(\"[A-Za-z]+\":\"[^\"]*\"|\"[A-Za-z]+\":.*(?=\\}$))")]
    private static partial Regex FirstMember();

    [GeneratedRegex("(\"TransAmount\":\")([0-9.]+)\"")]
    private static partial Regex Amount();

    [GeneratedRegex("(\"TransID\":\")[A-Z0-9]+\"")]
    private static partial Regex Number();
}
