using Npgsql;
using NpgsqlTypes;
using Payments.Application.Callbacks;
using Payments.Application.Common;
using Payments.Domain.Common;

namespace Payments.Infrastructure.Inbox;

/// <summary>
/// What is kept of a callback: as columns of the inbox, and as fields of a spooled record where the inbox cannot be reached. Something new is
/// added to <see cref="IncomingCallback"/> and here, in both forms, or it would be lost in an outage.
/// </summary>
internal static class InboxColumns
{
    private static readonly Column[] Columns =
    [
        new Column<Guid>("id", NpgsqlDbType.Uuid, c => c.Id.Value),
        new Column<string>("kind", NpgsqlDbType.Text, c => EnumNames.Name(c.Kind)),
        new Column<Guid?>("subject_id", NpgsqlDbType.Uuid, c => c.SubjectId),
        new Column<string?>("source", NpgsqlDbType.Text, c => c.Source),
        new Column<string?>("content_type", NpgsqlDbType.Text, c => c.ContentType),
        new Column<string?>("trace_parent", NpgsqlDbType.Text, c => c.TraceParent),
        new Column<ReadOnlyMemory<byte>>("body", NpgsqlDbType.Bytea, c => c.Body),
        new Column<byte[]?>("token_hash", NpgsqlDbType.Bytea, c => c.TokenHash),
        new Column<string?>("answer", NpgsqlDbType.Text, c => c.Answer),
        new Column<Guid?>("probe_id", NpgsqlDbType.Uuid, c => c.Probe?.Id),
        new Column<string?>("arrival", NpgsqlDbType.Text, c => c.Probe?.Arrival),
    ];

    /// <summary>The columns' names, as they stand in a statement.</summary>
    public static string Names { get; } = string.Join(", ", Columns.Select(column => column.Name));

    /// <summary>Placeholders of their arrays, in the order of <see cref="Bind"/>.</summary>
    public static string Placeholders { get; } = string.Join(", ", Columns.Select((_, at) => $"${at + 1}"));

    /// <summary>How many there are: the next placeholder is one more.</summary>
    public static int Count => Columns.Length;

    /// <summary>Gives a statement an array for each column.</summary>
    public static void Bind(NpgsqlCommand command, IReadOnlyList<IncomingCallback> callbacks)
    {
        foreach (var column in Columns)
        {
            command.Parameters.Add(column.Of(callbacks));
        }
    }

    /// <summary>Writes them as a record has them. What is new goes behind everything else, where a record of before ends.</summary>
    public static void Write(BinaryWriter to, IncomingCallback callback, DateTimeOffset receivedAt)
    {
        to.Write(callback.Id.Value.ToByteArray(bigEndian: true));
        to.Write(receivedAt.UtcTicks);
        to.Write(EnumNames.Name(callback.Kind));
        WriteText(to, callback.SubjectId?.ToString("N"));
        WriteText(to, callback.ContentType);
        WriteText(to, callback.Source);
        WriteText(to, callback.TraceParent);
        WriteText(to, callback.TokenHash is { } hash ? Convert.ToHexStringLower(hash) : null);
        WriteText(to, callback.Answer);
        to.Write(callback.Body.Length);
        to.Write(callback.Body.Span);

        // Only where there is one: old records lack it.
        if (callback.Probe is { } probe)
        {
            to.Write(probe.Id.ToByteArray(bigEndian: true));
            to.Write(probe.Arrival);
        }
    }

    /// <summary>
    /// Reads what <see cref="Write"/> wrote; null where a length goes beyond the end. Throws where a field is no such thing: a kind nobody knows, a time
    /// out of range.
    /// </summary>
    public static (IncomingCallback Callback, DateTimeOffset ReceivedAt)? Read(BinaryReader from)
    {
        var id = new CallbackId(new(from.ReadBytes(16), bigEndian: true));
        var at = new DateTimeOffset(from.ReadInt64(), TimeSpan.Zero);
        var kind = EnumNames.Read<CallbackKind>(from.ReadString());
        Guid? subject = ReadText(from) is { } text ? Guid.ParseExact(text, "N") : null;
        var (contentType, source, trace) = (ReadText(from), ReadText(from), ReadText(from));
        var (hash, answer) = (ReadText(from), ReadText(from));
        var length = from.ReadInt32();
        return length > from.BaseStream.Length - from.BaseStream.Position ? null : (
            new(id, kind, subject, from.ReadBytes(length), contentType, source, trace)
            {
                TokenHash = hash is null ? null : Convert.FromHexString(hash),
                Answer = answer,
                Probe = from.BaseStream.Position == from.BaseStream.Length ? null : new(new(from.ReadBytes(16), bigEndian: true), from.ReadString()),
            },
            at);
    }

    private static void WriteText(BinaryWriter to, string? text)
    {
        to.Write(text is not null);
        to.Write(text ?? "");
    }

    private static string? ReadText(BinaryReader from)
    {
        var isThere = from.ReadBoolean();
        var text = from.ReadString();
        return isThere ? text : null;
    }

    private abstract record Column(string Name)
    {
        public abstract NpgsqlParameter Of(IReadOnlyList<IncomingCallback> callbacks);
    }

    private sealed record Column<T>(string Name, NpgsqlDbType Type, Func<IncomingCallback, T> Value) : Column(Name)
    {
        public override NpgsqlParameter Of(IReadOnlyList<IncomingCallback> callbacks) =>
            new NpgsqlParameter<T[]> { NpgsqlDbType = NpgsqlDbType.Array | Type, TypedValue = [.. callbacks.Select(Value)] };
    }
}
