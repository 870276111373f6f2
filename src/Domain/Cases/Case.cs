using Payments.Domain.Common;

namespace Payments.Domain.Cases;

/// <summary>Something a person must decide (R14), as facts. The sentences an operator reads are made of them outside the domain.</summary>
/// <param name="Kind">What kind of question it is; one of <see cref="CaseKind"/>.</param>
/// <param name="SubjectId">The attempt, receipt, payout or refund it is about; one open case per kind and subject.</param>
/// <param name="CheckoutId">The checkout concerned, null when none is.</param>
public abstract record Case(string Kind, Guid SubjectId, CheckoutId? CheckoutId);
