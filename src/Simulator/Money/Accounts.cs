using System.Collections.Concurrent;

namespace Payments.Simulator;

/// <summary>A shortcode's float, shillings. Collections and B2C use Utility, B2B uses Working (docs/protocol/b2c-b2b.md#b2c, b2c-b2b.md#b2b).</summary>
internal sealed record Funds(decimal Working, decimal Utility);

/// <summary>The floats of all shortcodes; other businesses' are not kept.</summary>
internal sealed class Accounts(SimulatorOptions options, Organisations organisations)
{
    private readonly ConcurrentDictionary<string, Funds> byShortcode = new();

    public Funds Of(string party) => byShortcode.GetValueOrDefault(Owner(party) ?? "", Initial);

    private Funds Initial => new(options.Funds, options.Funds);

    /// <summary>Adds to what a party holds; nothing happens to parties outside the simulator's shops.</summary>
    public void Credit(string party, decimal working = 0, decimal utility = 0) => TryMove(party, working, utility);

    /// <summary>Takes from a party; false, and nothing taken, when it does not hold so much.</summary>
    public bool TryDebit(string party, decimal working = 0, decimal utility = 0) => TryMove(party, -working, -utility);

    /// <summary>Sets what a shortcode holds.</summary>
    public void Set(string party, Funds funds)
    {
        if (Owner(party) is { } owner)
        {
            byShortcode[owner] = funds;
        }
    }

    public void Reset() => byShortcode.Clear();

    private bool TryMove(string party, decimal working, decimal utility)
    {
        if (Owner(party) is not { } owner)
        {
            return true;
        }

        while (true)
        {
            var now = byShortcode.GetOrAdd(owner, Initial);
            var then = new Funds(now.Working + working, now.Utility + utility);
            if ((working < 0 && then.Working < 0) || (utility < 0 && then.Utility < 0))
            {
                return false;
            }

            if (byShortcode.TryUpdate(owner, then, now))
            {
                return true;
            }
        }
    }

    // A till's money is its shop's.
    private string? Owner(string party) => organisations.Find(party)?.Shortcode;
}
