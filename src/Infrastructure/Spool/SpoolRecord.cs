using System.Buffers.Binary;
using System.Numerics;
using System.Text;
using Payments.Application;
using Payments.Domain;

namespace Payments.Infrastructure;

/// <summary>A callback that waited on disk, and when it came.</summary>
/// <param name="ReceivedAt">By the clock of the process that took it: shown to operators, decides nothing.</param>
public sealed record SpooledCallback(IncomingCallback Callback, DateTimeOffset ReceivedAt);

/// <summary>
/// One record: mark (4 bytes), length of the rest (4), CRC-32C of length and rest (4), the rest. The mark lets a reader find the next
/// record behind damage whose length cannot be believed. The record carries what the token was made for, or its hash, never the token.
/// </summary>
internal static class SpoolRecord
{
    /// <summary>The largest record: a body of 64 KiB and its fields, each cut where it comes in.</summary>
    public const int MostBytes = 64 * 1024 + 4096;

    private const int HeaderBytes = 12;

    // "PSR1": its number is the version of what follows.
    private static ReadOnlySpan<byte> Mark => "PSR1"u8;

    /// <summary>Appends one record to a buffer.</summary>
    public static void Write(MemoryStream buffer, IncomingCallback callback, DateTimeOffset receivedAt)
    {
        var start = (int)buffer.Position;
        buffer.Write(Mark);
        buffer.Write(stackalloc byte[8]);
        using (var writer = new BinaryWriter(buffer, Encoding.UTF8, leaveOpen: true))
        {
            writer.Write(callback.Id.ToByteArray(bigEndian: true));
            writer.Write(receivedAt.UtcTicks);
            writer.Write(Wire.Name(callback.Kind));
            WriteText(writer, callback.SubjectId?.ToString("N"));
            WriteText(writer, callback.ContentType);
            WriteText(writer, callback.Source);
            WriteText(writer, callback.TraceParent);
            WriteText(writer, callback.TokenHash is { } hash ? Convert.ToHexStringLower(hash) : null);
            WriteText(writer, callback.Answer);
            writer.Write(callback.Body.Length);
            writer.Write(callback.Body.Span);

            // Behind everything else and only where there is one: who does not know it reads no further, and old records lack it.
            if (callback.Probe is { } probe)
            {
                writer.Write(probe.Id.ToByteArray(bigEndian: true));
                writer.Write(probe.Arrival);
            }
        }

        var record = buffer.GetBuffer().AsSpan(start, (int)buffer.Position - start);
        BinaryPrimitives.WriteInt32LittleEndian(record[4..], record.Length - HeaderBytes);
        BinaryPrimitives.WriteUInt32LittleEndian(record[8..], Sum(record));
    }

    /// <summary>
    /// Reads what is whole and gives the rest back as damage: a record torn by a crash or a full disk, and bytes that changed on disk.
    /// </summary>
    public static (List<SpooledCallback> Records, List<ReadOnlyMemory<byte>> Damage) ReadAll(ReadOnlyMemory<byte> file)
    {
        var records = new List<SpooledCallback>();
        var damage = new List<ReadOnlyMemory<byte>>();
        var at = 0;
        while (at < file.Length)
        {
            if (TryRead(file.Span[at..], out var record, out var length))
            {
                records.Add(record);
                at += length;
                continue;
            }

            var next = NextWhole(file.Span, at + 1);
            damage.Add(file[at..next]);
            at = next;
        }

        return (records, damage);
    }

    private static int NextWhole(ReadOnlySpan<byte> file, int from)
    {
        while (from < file.Length)
        {
            var found = file[from..].IndexOf(Mark);
            if (found < 0)
            {
                return file.Length;
            }

            from += found;
            if (TryRead(file[from..], out _, out _))
            {
                return from;
            }

            from++;
        }

        return file.Length;
    }

    private static bool TryRead(ReadOnlySpan<byte> bytes, out SpooledCallback record, out int length)
    {
        (record, length) = (null!, 0);
        if (bytes.Length < HeaderBytes || !bytes.StartsWith(Mark))
        {
            return false;
        }

        var rest = BinaryPrimitives.ReadInt32LittleEndian(bytes[4..]);
        if (rest is < 0 or > MostBytes || bytes.Length < HeaderBytes + rest)
        {
            return false;
        }

        var whole = bytes[..(HeaderBytes + rest)];
        if (BinaryPrimitives.ReadUInt32LittleEndian(whole[8..]) != Sum(whole))
        {
            return false;
        }

        using var reader = new BinaryReader(new MemoryStream(whole[HeaderBytes..].ToArray()), Encoding.UTF8);
        var id = new Guid(reader.ReadBytes(16), bigEndian: true);
        var at = new DateTimeOffset(reader.ReadInt64(), TimeSpan.Zero);
        var kind = Wire.Read<CallbackKind>(reader.ReadString());
        Guid? subject = ReadText(reader) is { } text ? Guid.ParseExact(text, "N") : null;
        var (contentType, source, trace) = (ReadText(reader), ReadText(reader), ReadText(reader));
        var (hash, answer) = (ReadText(reader), ReadText(reader));
        var body = reader.ReadBytes(reader.ReadInt32());
        record = new(
            new(id, kind, subject, body, contentType, source, trace)
            {
                TokenHash = hash is null ? null : Convert.FromHexString(hash),
                Answer = answer,
                Probe = reader.BaseStream.Position == reader.BaseStream.Length ? null : new(new(reader.ReadBytes(16), bigEndian: true), reader.ReadString()),
            },
            at);
        length = whole.Length;
        return true;
    }

    private static void WriteText(BinaryWriter writer, string? text)
    {
        writer.Write(text is not null);
        writer.Write(text ?? "");
    }

    private static string? ReadText(BinaryReader reader)
    {
        var isThere = reader.ReadBoolean();
        var text = reader.ReadString();
        return isThere ? text : null;
    }

    /// <summary>CRC-32C of a record without its mark and its own field; the processor has an instruction for it.</summary>
    private static uint Sum(ReadOnlySpan<byte> record)
    {
        var sum = Sum(uint.MaxValue, record[4..8]);
        return ~Sum(sum, record[HeaderBytes..]);
    }

    private static uint Sum(uint sum, ReadOnlySpan<byte> bytes)
    {
        for (; bytes.Length >= 8; bytes = bytes[8..])
        {
            sum = BitOperations.Crc32C(sum, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        }

        foreach (var one in bytes)
        {
            sum = BitOperations.Crc32C(sum, one);
        }

        return sum;
    }
}
