using Payments.Application.Reconciliation;
using Payments.Domain.Transfers;

namespace Payments.Application.Callbacks;

/// <summary>The half of <see cref="BatchKeys"/> that is about money on its way out.</summary>
public sealed partial class BatchKeys
{
    /// <summary>Payouts and refunds whose tokens the URLs carried.</summary>
    public HashSet<Guid> Transfers { get; } = [];

    /// <summary>Questions whose tokens the URLs carried.</summary>
    public HashSet<Guid> Questions { get; } = [];

    /// <summary>Checkouts that are changed along: those of refunds.</summary>
    public HashSet<Guid> Checkouts { get; } = [];
}

/// <summary>The half of <see cref="CallbackBatch"/> that is about money on its way out.</summary>
public sealed partial class CallbackBatch
{
    private readonly Dictionary<Guid, Transfer> transfers = [];
    private readonly Dictionary<Guid, StatusQuery> questions = [];

    /// <summary>Every payout and refund the batch may change.</summary>
    public IReadOnlyCollection<Transfer> Transfers => transfers.Values;

    /// <summary>What questions brought.</summary>
    public List<(Guid Id, string Answer)> Answers { get; } = [];

    /// <summary>What was said of our accounts, oldest first.</summary>
    public List<AccountBalance> Balances { get; } = [];

    /// <summary>A payout or refund; null when there is none.</summary>
    public Transfer? Transfer(Guid id) => transfers.GetValueOrDefault(id);

    /// <summary>A question; null when there is none.</summary>
    public StatusQuery? Question(Guid id) => questions.GetValueOrDefault(id);

    /// <summary>Adds what was loaded.</summary>
    public void Add(IEnumerable<Transfer> moreTransfers, IEnumerable<StatusQuery> moreQuestions)
    {
        foreach (var transfer in moreTransfers)
        {
            transfers[transfer.Id] = transfer;
        }

        foreach (var question in moreQuestions)
        {
            questions[question.Id] = question;
        }
    }
}
