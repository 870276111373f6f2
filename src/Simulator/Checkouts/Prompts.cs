using System.Collections.Concurrent;

namespace Payments.Simulator;

/// <summary>All prompts, and which phone is busy with one.</summary>
internal sealed class Prompts
{
    // 2 to 4 KB each with its place in the ledger: under a gigabyte, and more than the fault rig makes. Older ones a query no longer knows.
    private const int Kept = 200_000;

    private readonly ConcurrentDictionary<string, StkPrompt> byId = new();
    private readonly ConcurrentQueue<string> order = new();
    private readonly ConcurrentDictionary<string, StkPrompt> busy = new();
    private readonly ConcurrentDictionary<string, DateTimeOffset> paid = new();

    public bool Busy(string phone) => busy.ContainsKey(phone);

    /// <summary>Takes the subscriber lock; false when another transaction of this subscriber is in process (docs/protocol/stk.md#stk-push).</summary>
    public bool TryLock(StkPrompt prompt) => busy.TryAdd(prompt.Phone, prompt);

    public void Unlock(StkPrompt prompt) => busy.TryRemove(KeyValuePair.Create(prompt.Phone, prompt));

    public void Add(StkPrompt prompt)
    {
        byId[prompt.CheckoutRequestId] = prompt;
        order.Enqueue(prompt.CheckoutRequestId);
        if (order.Count > Kept && order.TryDequeue(out var oldest))
        {
            byId.TryRemove(oldest, out _);
        }
    }

    public StkPrompt? Find(string checkoutRequestId) => byId.GetValueOrDefault(checkoutRequestId);

    /// <summary>The prompts sent to a phone, in no order.</summary>
    public IEnumerable<StkPrompt> Of(string phone) => byId.Where(known => known.Value.Phone == phone).Select(known => known.Value);

    public void RememberPaid(StkPrompt prompt) => paid[$"{prompt.Phone} {prompt.Amount}"] = DateTimeOffset.UtcNow;

    /// <summary>The same amount was paid by the same phone less than two minutes ago.</summary>
    public bool PaidJustNow(string phone, int amount) =>
        paid.TryGetValue($"{phone} {amount}", out var at) && DateTimeOffset.UtcNow - at < TimeSpan.FromMinutes(2);

    public void Clear()
    {
        byId.Clear();
        order.Clear();
        busy.Clear();
        paid.Clear();
    }
}
