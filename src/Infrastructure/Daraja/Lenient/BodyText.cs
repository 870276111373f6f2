using System.IO.Compression;
using System.Text;

namespace Payments.Infrastructure.Daraja.Lenient;

/// <summary>
/// A body's text, whatever it was packed in and written in. The bytes tell, not the headers: these are not stored, and a proxy may have changed
/// one without the other.
/// </summary>
internal static class BodyText
{
    /// <summary>What a body may come to when it is unpacked: as much as one may have that is not packed. Beyond it is a bomb, not a callback.</summary>
    private const int MaxBytes = 64 * 1024;

    /// <summary>A server that packs, behind a proxy that does.</summary>
    private const int MaxLayers = 2;

    /// <summary>As far as a packed body is told from text: what packers write first is no text for longer than this.</summary>
    private const int Glance = 64;

    /// <summary>What Windows-1252 has where Latin-1 has control characters; U+FFFD where it has nothing.</summary>
    private const string Windows1252 =
        "\u20ac\ufffd\u201a\u0192\u201e\u2026\u2020\u2021\u02c6\u2030\u0160\u2039\u0152\ufffd\u017d\ufffd\ufffd\u2018\u2019\u201c\u201d\u2022\u2013\u2014\u02dc\u2122\u0161\u203a\u0153\ufffd\u017e\u0178";

    /// <summary>The text of a body; null when it is packed in a way nobody here can unpack.</summary>
    public static string? Of(ReadOnlyMemory<byte> body)
    {
        var bytes = body.ToArray();
        for (var layer = 0; layer < MaxLayers && !LooksLikeText(bytes); layer++)
        {
            if (Unpacked(bytes) is not { } inner)
            {
                return null;
            }

            bytes = inner;
        }

        return LooksLikeText(bytes) ? Decode(bytes).TrimStart('\ufeff') : null;
    }

    /// <summary>Text in UTF-8, and byte by byte in Windows-1252 where it is none: old systems mix them.</summary>
    public static string Mixed(ReadOnlySpan<byte> bytes)
    {
        var text = new StringBuilder(bytes.Length);
        while (!bytes.IsEmpty)
        {
            if (Rune.DecodeFromUtf8(bytes, out var rune, out var length) == System.Buffers.OperationStatus.Done)
            {
                text.Append(rune.ToString());
            }
            else
            {
                (length, var single) = (1, bytes[0]);
                text.Append(single is >= 0x80 and < 0xa0 ? Windows1252[single - 0x80] : (char)single);
            }

            bytes = bytes[length..];
        }

        return text.ToString();
    }

    private static string Decode(byte[] bytes) => bytes switch
    {
        [0xff, 0xfe, ..] or [not 0, 0, not 0, 0, ..] => Encoding.Unicode.GetString(bytes),
        [0xfe, 0xff, ..] or [0, not 0, 0, not 0, ..] => Encoding.BigEndianUnicode.GetString(bytes),
        _ => Mixed(bytes),
    };

    private static bool LooksLikeText(byte[] bytes) => bytes is [0xff, 0xfe, ..] or [0xfe, 0xff, ..] or [not 0, 0, not 0, 0, ..] or [0, not 0, 0, not 0, ..]
        || !Array.Exists(bytes[..Math.Min(bytes.Length, Glance)], b => b is < 0x20 and not ((byte)'\t' or (byte)'\r' or (byte)'\n') or 0x7f);

    private static byte[]? Unpacked(byte[] bytes) => bytes switch
    {
        [0x1f, 0x8b, ..] => Unpack(new GZipStream(new MemoryStream(bytes), CompressionMode.Decompress)),
        [0x78, ..] when Unpack(new ZLibStream(new MemoryStream(bytes), CompressionMode.Decompress)) is { } inner => inner,

        // These two say nothing of themselves: what comes out decides.
        _ => Text(Unpack(new BrotliStream(new MemoryStream(bytes), CompressionMode.Decompress)))
            ?? Text(Unpack(new DeflateStream(new MemoryStream(bytes), CompressionMode.Decompress))),
    };

    private static byte[]? Text(byte[]? inner) => inner is { Length: > 0 } && LooksLikeText(inner) ? inner : null;

    private static byte[]? Unpack(Stream packed)
    {
        using (packed)
        {
            var inner = new byte[MaxBytes + 1];
            try
            {
                var length = packed.ReadAtLeast(inner, inner.Length, throwOnEndOfStream: false);
                return length > MaxBytes ? null : inner[..length];
            }
            catch (Exception damage) when (damage is InvalidDataException or IOException or InvalidOperationException)
            {
                return null;
            }
        }
    }
}
