using Payments.Domain.Common;

namespace Payments.Application.Callbacks;

/// <summary>What became of a stored callback.</summary>
public enum Verdict
{
    /// <summary>It changed a payment.</summary>
    Applied,

    /// <summary>It said what was known already.</summary>
    Duplicate,

    /// <summary>It disagrees with what is known; nothing was undone.</summary>
    Contradiction,

    /// <summary>It is true but belongs to no order of ours.</summary>
    Unmatched,

    /// <summary>It could not be read.</summary>
    Malformed,

    /// <summary>It cannot be trusted; at most a reason to ask.</summary>
    Hint,

    /// <summary>It could not be applied; an operator sees its failed job.</summary>
    Failed,

    /// <summary>We sent it ourselves to try the way in; it was read and touched nothing.</summary>
    Probe,
}

/// <summary>What a payment made of a message, as the inbox has it.</summary>
internal static class SettlementVerdicts
{
    public static Verdict ToVerdict(this SettlementResult result) => result switch
    {
        SettlementResult.Applied => Verdict.Applied,
        SettlementResult.Duplicate => Verdict.Duplicate,
        SettlementResult.Contradiction => Verdict.Contradiction,
        SettlementResult.Unsettled => Verdict.Hint,
    };
}
