using Payments.Domain.Checkouts;
using Payments.Domain.Common;
using Payments.Domain.Transfers;

namespace Payments.Domain.Refunds;

/// <summary>Money that goes back for one receipt: the whole by reversal, a part (or after a definitive refusal the whole) by B2C.</summary>
public sealed class Refund : Transfer
{
    /// <summary>
    /// Codes that refuse a reversal and yet may mean that the money has gone back: already reversed; original unknown, which a reversed
    /// one may be called too (2033 says the same in other words). After them nothing is sent another way (R12).
    /// </summary>
    private static readonly string[] NoRefusal = ["R000001", "R000002", "2033"];

    private RefundSource source;

    public required RefundId Id { get; init; }

    /// <summary>The receipt it gives back.</summary>
    public required ReceiptId ReceiptId { get; init; }

    /// <summary>That receipt's number.</summary>
    public required ReceiptNumber OriginalReceipt { get; init; }

    /// <summary>The order it was paid for; null for money without an order.</summary>
    public string? OrderReference { get; init; }

    public required RefundMethod Method { get; init; }

    /// <summary>Whose money it is; always known for B2C, for a reversal as far as it is.</summary>
    public Msisdn? Recipient { get; init; }

    /// <summary>Why, in the shop's words: the statement's remarks; null once their time is over (docs/privacy.md).</summary>
    public required string? Reason { get; init; }

    /// <summary>True when an operator gave back surplus, which is counted apart.</summary>
    public bool OfSurplus { get; init; }

    /// <summary>What it takes its amount from; decided when it is reserved.</summary>
    public RefundSource Source { get => source; init => source = value; }

    /// <summary>The source it was loaded with.</summary>
    public RefundSource LoadedSource { get; init; }

    /// <summary>The checkout's id as stored; null for money without an order.</summary>
    public CheckoutId? OfCheckout { get; init; }

    public override TransferId TransferId => Id;

    public override string PublicId => Id.ToString();

    public override string TypeName => "refund";

    public override CheckoutId? CheckoutId => OfCheckout;

    public override bool HasOwnName => Method == RefundMethod.B2c;

    /// <summary>True while its amount must not go back another way: every state but failed (R12).</summary>
    public bool IsReserved => Status != TransferStatus.Failed;

    /// <summary>True when it was reserved when it was loaded and is not any more, or the other way round: what it gave back counts again, or no longer.</summary>
    public bool HasTurned => IsReserved != (OriginalStatus != TransferStatus.Failed);

    /// <summary>
    /// True for a reversal that M-PESA will not do: only then may the whole go by B2C. What a retry may cure is no such refusal, and what
    /// Safaricom did not say is none at all: its code, or a person who looked it up, has to stand behind it (R19).
    /// </summary>
    public bool IsRefusedReversal => Method == RefundMethod.Reversal && Status == TransferStatus.Failed && Failure is { Retryable: false }
        && (Failure.ResultCode is not null || SettledBy == Checkouts.SettledBy.Operator);

    /// <summary>Makes one that waits to be sent. Call under the lock of its checkout, or of its receipt where it has none.</summary>
    /// <param name="id">By B2C: made of what the caller said (R18), for Safaricom is given it as the request's name.</param>
    public static Refund Queue(RefundId id, string client, RefundPlan plan, string? orderReference, string reason, bool ofSurplus, DateTimeOffset now) => new()
    {
        Id = id,
        Client = client,
        Amount = plan.Amount,
        ReceiptId = plan.Receipt.Id,
        OriginalReceipt = plan.Receipt.Number!.Value,
        OfCheckout = plan.Receipt.CheckoutId,
        OrderReference = orderReference,
        Method = plan.Method,
        Recipient = plan.Payer,
        Reason = reason,
        OfSurplus = ofSurplus,
        Source = plan.Receipt.CheckoutId is null ? RefundSource.Nowhere : RefundSource.Counted,
        CreatedAt = now,
        UpdatedAt = now,
        State = EntityState.Added,

        // B2C v3 takes an id of ours, unique for ever; a reversal gets Safaricom's.
        Request = new() { Ids = new(null, plan.Method == RefundMethod.B2c ? id.Value.ToString() : null) },
    };

    /// <summary>It takes its amount from elsewhere, since its receipt was moved.</summary>
    internal void TakeFrom(RefundSource other) => source = other;

    protected override bool IsComingBackClear => Method == RefundMethod.B2c;

    protected override string? CounterpartyMismatch(IReadOnlyList<string> parties) => Recipient is not { } payer || CounterpartyMatcher.Matches(parties, payer.Value)
        ? null
        : $"It was to go back to {payer.Masked}, but another receiver is named";

    protected override bool MayHaveHappened(Failure failure) => Method == RefundMethod.Reversal && NoRefusal.Contains(failure.ResultCode);
}
