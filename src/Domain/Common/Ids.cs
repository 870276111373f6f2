#pragma warning disable CA1036 // Rows are locked in the order of their ids; nobody asks which of two is less.

using System.Buffers.Binary;

namespace Payments.Domain.Common;

/// <summary>What a shop wants paid.</summary>
public readonly record struct CheckoutId(Guid Value) : IPublicId<CheckoutId>
{
    public static string Prefix => "chk_";

    public static CheckoutId From(Guid value) => new(value);

    public override string ToString() => PublicIds.Text(Prefix, Value);
}

/// <summary>One STK push.</summary>
public readonly record struct AttemptId(Guid Value) : IPublicId<AttemptId>
{
    public static string Prefix => "att_";

    public static AttemptId From(Guid value) => new(value);

    public override string ToString() => PublicIds.Text(Prefix, Value);
}

/// <summary>Money that came, of which the receipt number may not be known yet.</summary>
public readonly record struct ReceiptId(Guid Value) : IPublicId<ReceiptId>
{
    public static string Prefix => "rct_";

    public static ReceiptId From(Guid value) => new(value);

    public override string ToString() => PublicIds.Text(Prefix, Value);
}

public readonly record struct PayoutId(Guid Value) : IPublicId<PayoutId>
{
    public static string Prefix => "pay_";

    public static PayoutId From(Guid value) => new(value);

    public override string ToString() => PublicIds.Text(Prefix, Value);
}

public readonly record struct RefundId(Guid Value) : IPublicId<RefundId>
{
    public static string Prefix => "rfd_";

    public static RefundId From(Guid value) => new(value);

    public override string ToString() => PublicIds.Text(Prefix, Value);
}

/// <summary>A stored callback.</summary>
public readonly record struct CallbackId(Guid Value) : IPublicId<CallbackId>
{
    public static string Prefix => "cb_";

    public static CallbackId From(Guid value) => new(value);

    public override string ToString() => PublicIds.Text(Prefix, Value);
}

public readonly record struct CaseId(Guid Value) : IPublicId<CaseId>
{
    public static string Prefix => "case_";

    public static CaseId From(Guid value) => new(value);

    public override string ToString() => PublicIds.Text(Prefix, Value);
}

/// <summary>
/// Something that happened. Made of the number of its row and a random number: with the first it is found, and by the second an event of before a
/// restore is never taken for the one that got its row's number afterwards.
/// </summary>
public readonly record struct FeedEventId(Guid Value) : IPublicId<FeedEventId>
{
    public static string Prefix => "evt_";

    /// <summary>The number of its row.</summary>
    public long Row => (long)(ulong)(AsNumber >> 64);

    public long Nonce => (long)(ulong)AsNumber;

    private UInt128 AsNumber => BinaryPrimitives.ReadUInt128BigEndian(Value.ToByteArray(bigEndian: true));

    public static FeedEventId From(Guid value) => new(value);

    /// <param name="nonce">0 for events of before there were such ids.</param>
    public static FeedEventId Of(long row, long nonce)
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteInt64BigEndian(bytes, row);
        BinaryPrimitives.WriteInt64BigEndian(bytes[8..], nonce);
        return new(new Guid(bytes, bigEndian: true));
    }

    public override string ToString() => PublicIds.Text(Prefix, Value);
}

/// <summary>An address of a shop's that events are sent to.</summary>
public readonly record struct WebhookId(Guid Value) : IPublicId<WebhookId>
{
    public static string Prefix => "whk_";

    public static WebhookId From(Guid value) => new(value);

    public override string ToString() => PublicIds.Text(Prefix, Value);
}

/// <summary>One event on its way to one webhook, however often it is tried.</summary>
public readonly record struct DeliveryId(Guid Value) : IPublicId<DeliveryId>
{
    public static string Prefix => "dlv_";

    public static DeliveryId From(Guid value) => new(value);

    public override string ToString() => PublicIds.Text(Prefix, Value);
}

/// <summary>An API key.</summary>
public readonly record struct KeyId(Guid Value) : IPublicId<KeyId>
{
    public static string Prefix => "key_";

    public static KeyId From(Guid value) => new(value);

    public override string ToString() => PublicIds.Text(Prefix, Value);
}

/// <summary>One registration of our C2B addresses at Safaricom.</summary>
public readonly record struct RegistrationId(Guid Value) : IPublicId<RegistrationId>
{
    public static string Prefix => "reg_";

    public static RegistrationId From(Guid value) => new(value);

    public override string ToString() => PublicIds.Text(Prefix, Value);
}

/// <summary>One question to Safaricom.</summary>
public readonly record struct StatusQueryId(Guid Value) : IPublicId<StatusQueryId>
{
    public static string Prefix => "qst_";

    public static StatusQueryId From(Guid value) => new(value);

    public override string ToString() => PublicIds.Text(Prefix, Value);
}

/// <summary>
/// A payout's or a refund's id where nothing says which of the two: a callback's token and a status query name either. It has no text of its own:
/// that is the <see cref="PayoutId"/>'s or the <see cref="RefundId"/>'s.
/// </summary>
public readonly record struct TransferId(Guid Value) : IId<TransferId>
{
    public static TransferId From(Guid value) => new(value);

    public static implicit operator TransferId(PayoutId id) => new(id.Value);

    public static implicit operator TransferId(RefundId id) => new(id.Value);
}

/// <summary>What a customer says that he has paid with. Nobody is told it: a customer knows the code, and everybody else the receipt.</summary>
public readonly record struct ReceiptClaimId(Guid Value) : IId<ReceiptClaimId>
{
    public static ReceiptClaimId From(Guid value) => new(value);
}
