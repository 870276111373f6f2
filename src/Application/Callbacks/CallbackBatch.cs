using Payments.Application.Checkouts;
using Payments.Application.Reconciliation;
using Payments.Domain.C2b;
using Payments.Domain.Checkouts;
using Payments.Domain.Common;
using Payments.Domain.Receipts;
using Payments.Domain.Transfers;

namespace Payments.Application.Callbacks;

/// <summary>What a batch of callbacks is about, loaded once and locked, found by what callbacks name; and what comes of them.</summary>
public sealed partial class CallbackBatch
{
    private readonly Dictionary<AttemptId, (Checkout, Attempt)> attempts = [];
    private readonly Dictionary<ReceiptNumber, Receipt> receipts = [];
    private readonly Dictionary<TransferId, Transfer> transfers;
    private readonly Dictionary<StatusQueryId, StatusQuery> questions;
    private readonly List<Receipt> unmatched = [];
    private readonly List<ICallbackEffect> effects = [];

    public CallbackBatch(LoadedCheckouts loaded, IReadOnlyList<Transfer>? transfers = null, IReadOnlyList<StatusQuery>? questions = null)
    {
        Checkouts = loaded.Checkouts;
        this.transfers = (transfers ?? []).ToDictionary(transfer => transfer.TransferId);
        this.questions = (questions ?? []).ToDictionary(question => question.Id);
        foreach (var checkout in loaded.Checkouts)
        {
            checkout.Attempts.ForEach(attempt => attempts[attempt.Id] = (checkout, attempt));
            Index(checkout);
        }

        foreach (var receipt in loaded.Unmatched)
        {
            AddUnmatched(receipt);
        }
    }

    /// <summary>Every checkout the batch may change.</summary>
    public IReadOnlyList<Checkout> Checkouts { get; }

    /// <summary>Every payout and refund the batch may change.</summary>
    public IReadOnlyCollection<Transfer> Transfers => transfers.Values;

    /// <summary>Receipts that belong to no checkout, loaded or new.</summary>
    public IReadOnlyCollection<Receipt> Unmatched => unmatched;

    /// <summary>Confirmations that Safaricom was asked about, by the queries' ids.</summary>
    public IReadOnlyDictionary<StatusQueryId, Confirmation> Asked { get; init; } = new Dictionary<StatusQueryId, Confirmation>();

    /// <summary>What customers claimed of the batch's numbers, the oldest first.</summary>
    public IReadOnlyList<WaitingClaim> Claims { get; init; } = [];

    /// <summary>The numbers customers pay us at.</summary>
    public OurShortcodes Ours { get; init; } = new("", null);

    /// <summary>True where a stored callback is applied again.</summary>
    public bool IsReplay { get; init; }

    /// <summary>An STK push with its checkout; null when there is none.</summary>
    public (Checkout Checkout, Attempt Attempt)? Attempt(AttemptId id) => attempts.TryGetValue(id, out var found) ? found : null;

    /// <summary>A payout or refund; null when there is none.</summary>
    public Transfer? Transfer(TransferId id) => transfers.GetValueOrDefault(id);

    /// <summary>A status or balance query; null when there is none.</summary>
    public StatusQuery? Question(StatusQueryId id) => questions.GetValueOrDefault(id);

    /// <summary>The receipt with a number, wherever it stands; null when nobody has seen it.</summary>
    public Receipt? Receipt(ReceiptNumber? number) => number is { } told ? receipts.GetValueOrDefault(told) : null;

    /// <summary>What customers claimed of a number and has no answer yet.</summary>
    public IReadOnlyList<WaitingClaim> ClaimsOf(ReceiptNumber number) => Claims.Count == 0 ? []
        : [.. Claims.Where(claim => claim.Code == number && !effects.OfType<ClaimAnswered>().Any(a => a.Claim.Id == claim.Id))];

    /// <summary>Lets the next callback of the batch see the receipts this one brought.</summary>
    public void Index(Checkout checkout)
    {
        foreach (var receipt in checkout.Receipts.Where(r => r.Number is not null))
        {
            receipts[receipt.Number!.Value] = receipt;
        }
    }

    /// <summary>Adds money without an order.</summary>
    public void AddUnmatched(Receipt receipt)
    {
        unmatched.Add(receipt);
        receipts[receipt.Number!.Value] = receipt;
    }

    /// <summary>Adds what a callback brings about beside its payment.</summary>
    public void Add(ICallbackEffect effect) => effects.Add(effect);

    /// <summary>The effects of one kind, in the order they came.</summary>
    public IReadOnlyList<T> Effects<T>()
        where T : ICallbackEffect => [.. effects.OfType<T>()];
}
