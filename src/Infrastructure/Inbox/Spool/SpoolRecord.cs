using System.Buffers.Binary;
using System.Numerics;
using System.Text;
using Payments.Application.Callbacks;

namespace Payments.Infrastructure.Inbox.Spool;

/// <summary>
/// One record: mark (4 bytes), length of the rest (4), CRC-32C of length and rest (4), the rest: a seal (<see cref="SpoolSeal"/>) and what it
/// seals. The mark lets a reader find the next record behind damage whose length cannot be believed. The record carries what the token was made
/// for, or its hash, never the token.
/// </summary>
internal static class SpoolRecord
{
    /// <summary>The largest record: a body of 64 KiB and its fields, each cut where it comes in.</summary>
    public const int MaxBytes = 64 * 1024 + 4096;

    private const int HeaderBytes = 12;

    /// <summary>How every version's record begins; a digit follows.</summary>
    private static ReadOnlySpan<byte> Family => "PSR"u8;

    /// <summary>The version that has a seal.</summary>
    private static ReadOnlySpan<byte> Mark => "PSR2"u8;

    /// <summary>The version before, with a checksum only.</summary>
    private static ReadOnlySpan<byte> OldMark => "PSR1"u8;

    /// <summary>Appends one record to a buffer.</summary>
    public static void Write(MemoryStream buffer, IncomingCallback callback, DateTimeOffset receivedAt, SpoolSeal seal)
    {
        var start = (int)buffer.Position;
        buffer.Write(Mark);
        buffer.Write(stackalloc byte[8 + SpoolSeal.Bytes]);
        using (var writer = new BinaryWriter(buffer, Encoding.UTF8, leaveOpen: true))
        {
            InboxColumns.Write(writer, callback, receivedAt);
        }

        var record = buffer.GetBuffer().AsSpan(start, (int)buffer.Position - start);
        seal.Write(record[(HeaderBytes + SpoolSeal.Bytes)..], record.Slice(HeaderBytes, SpoolSeal.Bytes));
        BinaryPrimitives.WriteInt32LittleEndian(record[4..], record.Length - HeaderBytes);
        BinaryPrimitives.WriteUInt32LittleEndian(record[8..], Sum(record));
    }

    /// <summary>Reads what can be stored and gives every other byte back with the reason. Never throws, whatever the bytes.</summary>
    public static SpoolContent ReadAll(ReadOnlyMemory<byte> file, SpoolSeal seal)
    {
        var records = new List<SpooledCallback>();
        var aside = new List<(AsideReason, ReadOnlyMemory<byte>)>();
        var at = 0;
        while (at < file.Length)
        {
            var length = WholeAt(file.Span[at..]);
            if (length == 0)
            {
                var next = NextWhole(file.Span, at + 1);
                aside.Add((AsideReason.Torn, file[at..next]));
                at = next;
                continue;
            }

            var record = file.Slice(at, length);
            if (Read(record, seal, out var why) is { } read)
            {
                records.Add(read);
            }
            else
            {
                aside.Add((why, record));
            }

            at += length;
        }

        return new(records, aside);
    }

    private static int NextWhole(ReadOnlySpan<byte> file, int from)
    {
        while (from < file.Length)
        {
            var found = file[from..].IndexOf(Family);
            if (found < 0)
            {
                return file.Length;
            }

            from += found;
            if (WholeAt(file[from..]) > 0)
            {
                return from;
            }

            from++;
        }

        return file.Length;
    }

    /// <summary>The length of the whole record these bytes begin with, of whatever version; 0 when they do not.</summary>
    private static int WholeAt(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < HeaderBytes || !bytes.StartsWith(Family) || !char.IsAsciiDigit((char)bytes[Family.Length]))
        {
            return 0;
        }

        var rest = BinaryPrimitives.ReadInt32LittleEndian(bytes[4..]);
        if (rest is < 0 or > MaxBytes || bytes.Length < HeaderBytes + rest)
        {
            return 0;
        }

        return BinaryPrimitives.ReadUInt32LittleEndian(bytes[8..]) == Sum(bytes[..(HeaderBytes + rest)]) ? HeaderBytes + rest : 0;
    }

    private static SpooledCallback? Read(ReadOnlyMemory<byte> record, SpoolSeal seal, out AsideReason why)
    {
        why = AsideReason.Unread;
        if (record.Span.StartsWith(OldMark))
        {
            return Parse(record[HeaderBytes..]) is { } old ? old with { IsSealed = false, Record = record } : null;
        }

        if (!record.Span.StartsWith(Mark) || record.Length < HeaderBytes + SpoolSeal.Bytes)
        {
            return null;
        }

        var content = record[(HeaderBytes + SpoolSeal.Bytes)..];
        if (!seal.Verifies(content.Span, record.Span.Slice(HeaderBytes, SpoolSeal.Bytes)))
        {
            why = AsideReason.Unsigned;
            return null;
        }

        return Parse(content) is { } read ? read with { Record = record } : null;
    }

    /// <summary>Null where a field is no such thing: a kind nobody knows, a time out of range, a length beyond the end.</summary>
    private static SpooledCallback? Parse(ReadOnlyMemory<byte> content)
    {
        try
        {
            using var reader = new BinaryReader(new MemoryStream(content.ToArray()), Encoding.UTF8);
            return InboxColumns.Read(reader) is { } read ? new(read.Callback, read.ReceivedAt) : null;
        }
        catch (Exception unread) when (unread is ArgumentException or FormatException or IOException or KeyNotFoundException or OverflowException)
        {
            return null;
        }
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
