namespace Payments.Domain.Requests;

/// <summary>When Safaricom is asked what became of a request, and what it last said.</summary>
/// <param name="Count">How often it has been asked.</param>
/// <param name="NextAt">When it is to be asked next; null before it was sent, once the outcome stands, and when the queries ran out.</param>
/// <param name="LastAnswer">What is known of a doubt, for operators: at most 1,000 characters.</param>
public readonly record struct StatusQueryProgress(int Count, DateTimeOffset? NextAt, string? LastAnswer)
{
    /// <summary>Asked no more: the outcome stands, or a person has to find out.</summary>
    public StatusQueryProgress Ended => this with { NextAt = null };

    /// <summary>Asked no later than <paramref name="at"/>.</summary>
    public StatusQueryProgress NoLaterThan(DateTimeOffset at) => NextAt is null || NextAt > at ? this with { NextAt = at } : this;

    /// <summary>Asked at <paramref name="at"/> and not before.</summary>
    public StatusQueryProgress Postpone(DateTimeOffset at) => this with { NextAt = at };

    /// <summary>The query last taken never reached Safaricom: it is tried again.</summary>
    public StatusQueryProgress NotCounted(DateTimeOffset retryAt) => this with { Count = Math.Max(0, Count - 1), NextAt = retryAt };

    /// <summary>A person has it asked again, now.</summary>
    /// <param name="asked">What counts as asked: so many that this query is the last before a case again.</param>
    public StatusQueryProgress ByHand(int asked, DateTimeOffset now) => this with { Count = Math.Min(Count, asked), NextAt = now };

    public StatusQueryProgress Answered(string answer) => this with { LastAnswer = answer };
}
