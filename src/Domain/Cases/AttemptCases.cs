using Payments.Domain.Checkouts;
using Payments.Domain.Common;

namespace Payments.Domain.Cases;

/// <summary>What never changes of an attempt that a case is about.</summary>
/// <param name="Amount">What the customer was asked for.</param>
public sealed record PromptFacts(AttemptId Id, CheckoutId CheckoutId, Money Amount, DateTimeOffset StartedAt)
{
    public static PromptFacts Of(Attempt attempt) => new(attempt.Id, attempt.CheckoutId, attempt.Amount, attempt.StartedAt);
}

/// <summary>A question about one attempt.</summary>
public abstract record AttemptCase(string Kind, PromptFacts Prompt) : Case(Kind, Prompt.Id.Value, Prompt.CheckoutId);

/// <summary>Its queries are exhausted, and nobody could tell what became of it (R5, R11).</summary>
/// <param name="LastAnswer">What the last query brought; null when there was none.</param>
public sealed record OutcomeUnknown(PromptFacts Prompt, string? LastAnswer) : AttemptCase(CaseKind.OutcomeUnknown, Prompt)
{
    /// <summary>True where it is settled and a callback came that may be its success and proves none (R4).</summary>
    public bool IsDisputed { get; init; }

    public Failure? Failure { get; init; }
}

/// <summary>It failed, a callback came that may be its success, and the id to ask by was erased with the customer's number (docs/privacy.md).</summary>
public sealed record QueryImpossible(PromptFacts Prompt, Failure? Failure) : AttemptCase(CaseKind.OutcomeUnknown, Prompt);

/// <summary>It was settled by a receipt that turned out to be another prompt's, and is not known again.</summary>
public sealed record SuccessWithdrawn(PromptFacts Prompt, ReceiptNumber Receipt) : AttemptCase(CaseKind.OutcomeUnknown, Prompt);

/// <summary>A callback named another amount than was asked for, and then it was found to be paid: what was asked for is counted (R9).</summary>
/// <param name="By">Who said that it was paid.</param>
public sealed record AmountDiffers(PromptFacts Prompt, Money Reported, ReceiptNumber? Receipt, SettledBy By) : AttemptCase(CaseKind.AmountDiffers, Prompt);

/// <summary>It was counted as paid without a number; then its number came with another amount (R9).</summary>
public sealed record NumberedAmountDiffers(PromptFacts Prompt, Money Counted, Money Reported, ReceiptNumber Receipt) : AttemptCase(CaseKind.AmountDiffers, Prompt);

/// <summary>A callback named money that was not counted, and whoever was asked does not know it (R4, R9).</summary>
/// <param name="BelongsToOther">True where its number pays for something else.</param>
/// <param name="Denied">The failure a query answered with; null when no query could tell.</param>
public sealed record UnconfirmedPayment(PromptFacts Prompt, Money Reported, ReceiptNumber Receipt, bool BelongsToOther, Failure? Denied)
    : AttemptCase(BelongsToOther ? CaseKind.ReceiptConflict : CaseKind.AmountDiffers, Prompt);

/// <summary>It was paid, and several confirmations could be that payment: it is not counted again until its number is known (R7).</summary>
/// <param name="Candidates">Their numbers.</param>
/// <param name="By">Who said that it was paid.</param>
public sealed record AmbiguousReceipts(PromptFacts Prompt, IReadOnlyList<ReceiptNumber?> Candidates, SettledBy By) : AttemptCase(CaseKind.AmbiguousMatch, Prompt);

/// <summary>It was paid and is counted; its payment may be among these at the till, which stand without an order (R7).</summary>
/// <param name="Candidates">Their numbers.</param>
/// <param name="By">Who said that it was paid.</param>
public sealed record PossibleTillPayments(PromptFacts Prompt, IReadOnlyList<ReceiptNumber?> Candidates, SettledBy By) : AttemptCase(CaseKind.AmbiguousMatch, Prompt);

/// <summary>What is told of its receipt contradicts what is known (R6, R7).</summary>
public sealed record ReceiptConflict(PromptFacts Prompt, Conflict Conflict) : AttemptCase(CaseKind.ReceiptConflict, Prompt);
