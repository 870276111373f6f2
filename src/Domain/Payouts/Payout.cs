using Payments.Domain.Checkouts;
using Payments.Domain.Common;
using Payments.Domain.Transfers;

namespace Payments.Domain.Payouts;

/// <summary>Money a shop sends to a phone, a Pay Bill or a till.</summary>
public sealed class Payout : Transfer
{
    /// <summary>B2C moves KES 10 at least (Safaricom's FAQ).</summary>
    public static readonly Money MinB2cAmount = Money.FromShillings(10);

    public required PayoutId Id { get; init; }

    /// <summary>The shop's own name for it, unique per client.</summary>
    public required string Reference { get; init; }

    public required PayoutMethod Method { get; init; }

    /// <summary>Twelve digits of a phone, or a Pay Bill or till number; null for a phone whose time is over (docs/privacy.md).</summary>
    public required string? Recipient { get; init; }

    /// <summary>The account at the Pay Bill; null for phones and tills.</summary>
    public string? Account { get; init; }

    /// <summary><c>business</c>, <c>salary</c> or <c>promotion</c>; M-PESA knows it for phones only.</summary>
    public required string Reason { get; init; }

    /// <summary>2–100 characters for the statement; null once their time is over.</summary>
    public required string? Remarks { get; init; }

    public override TransferId TransferId => Id;

    public override string PublicId => Id.ToString();

    public override string TypeName => "payout";

    public override CheckoutId? CheckoutId => null;

    public override bool HasOwnName => Method == PayoutMethod.Mpesa;

    /// <summary>Makes one that waits to be sent.</summary>
    /// <param name="id">To a phone: made of what the caller said (R18), for Safaricom is given it as the request's name.</param>
    public static Payout Queue(
        PayoutId id, string client, string reference, PayoutMethod method, string recipient, string? account, Money amount, string reason, string remarks,
        DateTimeOffset now)
    {
        if (!amount.IsWhole || amount > Money.MaxTransaction || amount < (method == PayoutMethod.Mpesa ? MinB2cAmount : Money.FromShillings(1)))
        {
            throw new ArgumentOutOfRangeException(nameof(amount), amount, "M-PESA moves whole shillings from 1 (10 to a phone) to 250,000.");
        }

        return new()
        {
            Id = id,
            Client = client,
            Reference = reference,
            Method = method,
            Recipient = recipient,
            Account = account,
            Amount = amount,
            Reason = reason,
            Remarks = remarks,
            CreatedAt = now,
            UpdatedAt = now,
            State = EntityState.Added,

            // B2C v3 takes an id of ours, unique for ever, and can be asked by it even when its reply was lost.
            Request = new() { Ids = new(null, method == PayoutMethod.Mpesa ? id.Value.ToString() : null) },
        };
    }

    protected override string? CounterpartyMismatch(IReadOnlyList<string> parties) =>
        Recipient is not { } sentTo || CounterpartyMatcher.Matches(parties, sentTo) ? null : $"It was sent to {CounterpartyMatcher.Show(sentTo)}, but another receiver is named";
}
