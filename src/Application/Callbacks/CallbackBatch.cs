using Payments.Application.Checkouts;
using Payments.Domain.Checkouts;

namespace Payments.Application.Callbacks;

/// <summary>What a batch of callbacks names, gathered before anything is loaded.</summary>
public sealed partial class BatchKeys
{
    /// <summary>Pushes whose tokens the URLs carried.</summary>
    public HashSet<Guid> Attempts { get; } = [];

    /// <summary>Receipt numbers.</summary>
    public HashSet<string> Numbers { get; } = new(StringComparer.Ordinal);
}

/// <summary>What a batch of callbacks is about, loaded once and locked, found by what callbacks name.</summary>
public sealed partial class CallbackBatch
{
    private readonly Dictionary<Guid, (Checkout, Attempt)> attempts = [];
    private readonly Dictionary<string, Receipt> receipts = new(StringComparer.Ordinal);

    public CallbackBatch(LoadedCheckouts loaded)
    {
        Checkouts = loaded.Checkouts;
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

    /// <summary>Safaricom's ids of pushes that hints have named.</summary>
    public HashSet<string> Hints { get; } = new(StringComparer.Ordinal);

    /// <summary>A push with its checkout; null when there is none.</summary>
    public (Checkout Checkout, Attempt Attempt)? Attempt(Guid id) => attempts.TryGetValue(id, out var found) ? found : null;

    /// <summary>The receipt with a number, wherever it stands; null when nobody has seen it.</summary>
    public Receipt? Receipt(string? number) => number is null ? null : receipts.GetValueOrDefault(number);

    /// <summary>Lets the next row of the batch see the receipts this one brought.</summary>
    public void Index(Checkout checkout)
    {
        foreach (var receipt in checkout.Receipts.Where(r => r.Number is not null))
        {
            receipts[receipt.Number!] = receipt;
        }
    }
}
