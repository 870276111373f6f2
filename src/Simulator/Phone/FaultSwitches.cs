using System.Collections.Concurrent;

namespace Payments.Simulator;

/// <summary>What goes wrong until it is switched off again, in the words of a script.</summary>
internal sealed record SwitchedFaults
{
    /// <summary>Prompts do not reach the phone, and it cannot pay.</summary>
    public bool NoNetwork { get; init; }

    /// <summary>A script's <c>callback</c>; null: as usual.</summary>
    public string? Callback { get; init; }

    /// <summary>A script's <c>reply</c>; null: as usual.</summary>
    public string? Reply { get; init; }

    public IEnumerable<string> Problems() => AsScript().Problems();

    /// <summary>Lays these faults over a plan.</summary>
    public Plan Over(Plan plan, string api)
    {
        var ordered = AsScript().ToPlan();
        if (NoNetwork && (api == Api.Stk.Name || api == "c2b"))
        {
            plan = plan with { Outcome = Outcomes.Unreachable, FirstSays = null };
        }

        return plan with
        {
            Copies = Callback is null ? plan.Copies : ordered.Copies,
            BeforeReply = Callback is null ? plan.BeforeReply : ordered.BeforeReply,
            Reply = Reply is null ? plan.Reply : ordered.Reply,
        };
    }

    private Script AsScript() => new() { Callback = Callback, Reply = Reply };
}

/// <summary>
/// The switches beside the phone. Those of one phone hold while a page shows it; those of all hold for whatever no script decides, until they are
/// switched off.
/// </summary>
internal sealed class FaultSwitches(HeldPhones held)
{
    private static readonly SwitchedFaults None = new();

    private readonly ConcurrentDictionary<string, SwitchedFaults> byPhone = new();
    private volatile SwitchedFaults all = None;

    public SwitchedFaults All
    {
        get => all;
        set => all = value;
    }

    public SwitchedFaults Of(string phone) => byPhone.GetValueOrDefault(phone, None);

    public void Put(string phone, SwitchedFaults faults) => byPhone[phone] = faults;

    public void Remove(string phone) => byPhone.TryRemove(phone, out _);

    public void Clear()
    {
        byPhone.Clear();
        all = None;
    }

    /// <summary>Lays what is switched on over the plan: the phone's own on top.</summary>
    public Plan Over(Plan plan, string api, string party)
    {
        if (all != None)
        {
            plan = all.Over(plan, api);
        }

        return byPhone.TryGetValue(party, out var own) && own != None && held.IsHeld(party) ? own.Over(plan, api) : plan;
    }
}
