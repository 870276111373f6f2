using System.Buffers.Binary;
using System.Numerics;
using System.Security.Cryptography;
using System.Text;

namespace Payments.Testing;

/// <summary>Records of the spool made byte by byte, as another version would make them, or somebody who may write into the folder.</summary>
internal static class RawRecord
{
    /// <summary>The content of a record: what the service would write, unless a part is given.</summary>
    public static byte[] Content(string body, Guid? subject = null, string kind = "stk", long? ticks = null, int? length = null, string? contentType = "application/json")
    {
        using var content = new MemoryStream();
        using var writer = new BinaryWriter(content, Encoding.UTF8);
        writer.Write(Guid.CreateVersion7().ToByteArray(bigEndian: true));
        writer.Write(ticks ?? DateTimeOffset.UtcNow.UtcTicks);
        writer.Write(kind);
        foreach (var text in new[] { subject?.ToString("N"), contentType, "127.0.0.1", null, null, null })
        {
            writer.Write(text is not null);
            writer.Write(text ?? "");
        }

        writer.Write(length ?? body.Length);
        writer.Write(Encoding.UTF8.GetBytes(body));
        return content.ToArray();
    }

    /// <summary>A record of the version that had a checksum only.</summary>
    public static byte[] Old(byte[] content) => Frame("PSR1", content);

    /// <summary>A record signed with a secret.</summary>
    public static byte[] Signed(byte[] content, string secret = "test", string shortcode = "174379", string mark = "PSR2")
    {
        var bytes = SHA256.HashData(Encoding.UTF8.GetBytes(secret));
        var key = HKDF.DeriveKey(HashAlgorithmName.SHA256, bytes, 32, info: Encoding.UTF8.GetBytes("spool\n" + shortcode));
        return Frame(mark, [.. Encoding.ASCII.GetBytes(Convert.ToHexStringLower(SHA256.HashData(bytes))[..8]), .. HMACSHA256.HashData(key, content), .. content]);
    }

    /// <summary>Mark, length, checksum and the rest.</summary>
    public static byte[] Frame(string mark, byte[] rest)
    {
        var record = new byte[12 + rest.Length];
        Encoding.ASCII.GetBytes(mark).CopyTo(record, 0);
        BinaryPrimitives.WriteInt32LittleEndian(record.AsSpan(4), rest.Length);
        rest.CopyTo(record, 12);
        var sum = uint.MaxValue;
        foreach (var one in record[4..8].Concat(rest))
        {
            sum = BitOperations.Crc32C(sum, one);
        }

        BinaryPrimitives.WriteUInt32LittleEndian(record.AsSpan(8), ~sum);
        return record;
    }

    /// <summary>Puts records into a folder as one segment; names sort as they are given.</summary>
    public static void Leave(this SpoolFolder folder, string name, params byte[][] records) =>
        File.WriteAllBytes(Path.Combine(folder.Path, name + ".spool"), [.. records.SelectMany(record => record)]);
}
