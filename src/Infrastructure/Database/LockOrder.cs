using System.Diagnostics;
using Payments.Domain.Common;

namespace Payments.Infrastructure.Database;

/// <summary>
/// What transactions lock and wait for, in the one order all of them take it in; rows of one kind by their ids. Two that take another order
/// wait for each other until PostgreSQL ends one of them.
/// </summary>
/// <remarks>
/// A receipt that stands on a checkout is guarded by the checkout's lock, and so are its attempts; only money without an order is locked by
/// itself. It comes before refunds, for a refund is added under the lock of its receipt.
/// <para>
/// Rows are locked <c>FOR NO KEY UPDATE</c>: adding a row that refers to a locked one (a case to its checkout, a refund to its receipt) must not
/// wait for that lock, or every foreign key would be a step of this order, too. What takes rows with SKIP LOCKED and what is locked in a
/// statement of its own, outside a transaction, waits for nobody while it holds something and has no place in it. A unique number waits for
/// whoever is about to write the same: such rows are written in the order of their numbers.
/// </para>
/// <para>
/// PostgreSQL keeps a row locked that it found changed while it waited and no longer returns: after that the transaction starts over
/// (<see cref="StartOverException"/>), for what it has locked is not what it meant to.
/// </para>
/// </remarks>
internal enum LockStep
{
    /// <summary>A stored callback that is applied again.</summary>
    Callbacks,

    /// <summary>The right to prompt a phone number.</summary>
    Phone,

    /// <summary>The budget of questions.</summary>
    QuestionBudget,

    /// <summary>Checkouts, with their attempts and receipts.</summary>
    Checkouts,

    /// <summary>Receipts that stand on no checkout.</summary>
    Receipts,

    /// <summary>Payouts.</summary>
    Payouts,

    /// <summary>Refunds.</summary>
    Refunds,

    /// <summary>What an API key may still send today.</summary>
    Allowance,

    /// <summary>Cases that a receipt number closes; every other is written under the lock of what it is about.</summary>
    Cases,

    /// <summary>The right to open cases about untrusted confirmations.</summary>
    UntrustedCases,

    /// <summary>A webhook that a caller changes; nothing else is locked with it.</summary>
    Webhooks,
}

/// <summary>Notices, in debug builds and so in the tests, a transaction that locks in another order than <see cref="LockStep"/>'s.</summary>
internal sealed class LockOrder
{
    private static readonly AsyncLocal<LockOrder?> Running = new();

    private readonly Dictionary<LockStep, HashSet<Guid>> held = [];

    /// <summary>A transaction begins in this flow of calls, and ends with the asynchronous method that says so.</summary>
    [Conditional("DEBUG")]
    public static void Begin() => Running.Value = new();

    /// <summary>Rows of a kind were locked; what is locked already is no step.</summary>
    /// <exception cref="InvalidOperationException">Something that comes later was locked before.</exception>
    [Conditional("DEBUG")]
    public static void Took(LockStep step, params IEnumerable<Guid> ids) => Running.Value?.Add(step, [.. ids]);

    /// <summary>The same by what they are.</summary>
    [Conditional("DEBUG")]
    public static void Took<T>(LockStep step, params IEnumerable<T> ids)
        where T : struct, IId<T> => Running.Value?.Add(step, [.. ids.Select(id => id.Value)]);

    /// <summary>The one lock of its kind was taken.</summary>
    [Conditional("DEBUG")]
    public static void Took(LockStep step) => Running.Value?.Add(step, [Guid.Empty]);

    private void Add(LockStep step, List<Guid> ids)
    {
        var before = held.TryGetValue(step, out var some) ? some : held[step] = [];
        ids.RemoveAll(before.Contains);
        if (ids.Count == 0)
        {
            return;
        }

        var later = held.Where(h => h.Key > step && h.Value.Count > 0).Select(h => h.Key).ToList();
        if (later.Count > 0 || (before.Count > 0 && ids.Min() < before.Max()))
        {
            throw new InvalidOperationException(
                $"{step} were locked after {(later.Count > 0 ? string.Join(", ", later) : "others of them with higher ids")}: two transactions could wait for each other.");
        }

        before.UnionWith(ids);
    }
}

/// <summary>What was to be locked changed while this transaction waited for it: rolled back and run again, it finds things as they are.</summary>
internal sealed class StartOverException(string what) : Exception($"{what} changed while this transaction waited for it.");
