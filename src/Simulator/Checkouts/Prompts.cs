using System.Collections.Concurrent;

namespace Payments.Simulator;

/// <summary>All prompts, and which phone is busy with one.</summary>
internal sealed class Prompts
{
    // 2 to 4 KB each with its place in the ledger: under a gigabyte, and more than the fault rig makes. Older ones a query no longer knows.
    private const int Kept = 200_000;

    private readonly ConcurrentDictionary<string, StkPrompt> _byId = new();
    private readonly ConcurrentQueue<string> _order = new();
    private readonly ConcurrentDictionary<string, StkPrompt> _busy = new();
    private readonly ConcurrentDictionary<string, DateTimeOffset> _paid = new();

    public bool Busy(string phone) => _busy.ContainsKey(phone);

    /// <summary>Takes the subscriber lock; false when another transaction of this subscriber is in process (docs/protocol/stk.md#stk-push).</summary>
    public bool TryLock(StkPrompt prompt) => _busy.TryAdd(prompt.Phone, prompt);

    public void Unlock(StkPrompt prompt) => _busy.TryRemove(KeyValuePair.Create(prompt.Phone, prompt));

    public void Add(StkPrompt prompt)
    {
        _byId[prompt.CheckoutRequestId] = prompt;
        _order.Enqueue(prompt.CheckoutRequestId);
        if (_order.Count > Kept && _order.TryDequeue(out var oldest)) _byId.TryRemove(oldest, out _);
    }

    public StkPrompt? Find(string checkoutRequestId) => _byId.GetValueOrDefault(checkoutRequestId);

    public void RememberPaid(StkPrompt prompt) => _paid[$"{prompt.Phone} {prompt.Amount}"] = DateTimeOffset.UtcNow;

    /// <summary>The same amount was paid by the same phone less than two minutes ago.</summary>
    public bool PaidJustNow(string phone, int amount) =>
        _paid.TryGetValue($"{phone} {amount}", out var at) && DateTimeOffset.UtcNow - at < TimeSpan.FromMinutes(2);

    public void Clear()
    {
        _byId.Clear();
        _order.Clear();
        _busy.Clear();
        _paid.Clear();
    }
}
