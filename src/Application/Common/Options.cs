namespace Payments.Application;

/// <summary>Limits on what callers may cause (configuration section <c>Limits</c>).</summary>
public sealed class LimitOptions
{
    /// <summary>Prompts one phone number may get in <see cref="PromptWindow"/>, over all checkouts: more is harassment, not payment.</summary>
    public int PromptsPerPhone { get; set; } = 3;

    /// <summary>The window of <see cref="PromptsPerPhone"/>.</summary>
    public TimeSpan PromptWindow { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>Prompts the holder of a clientSecret may cause on one checkout.</summary>
    public int PromptsPerCheckout { get; set; } = 10;

    /// <summary>Requests a second per key and process; at least 100, or a shop that polls its checkouts is shut out.</summary>
    public int RequestsPerKey { get; set; } = 500;

    /// <summary>
    /// Questions a minute and worker that hints may bring forward, all payments together. Anybody can send hints, and every question is a call
    /// out of Daraja's quota: one a second is a tenth of what the reconciler itself may ask, and hints only hasten what is asked anyway.
    /// </summary>
    public int HintQuestionsPerMinute { get; set; } = 60;

    /// <summary>How long an answer to the caller waits for Safaricom's reply; the prompt itself is followed on.</summary>
    public TimeSpan PromptAnswer { get; set; } = TimeSpan.FromSeconds(8);

    /// <summary>Everything that is wrong: which key, what is wrong, what would be right.</summary>
    public IEnumerable<(string Key, string Wrong, string Right)> Problems()
    {
        if (PromptsPerPhone < 1 || PromptsPerCheckout < 1)
        {
            yield return ($"Limits__{(PromptsPerPhone < 1 ? nameof(PromptsPerPhone) : nameof(PromptsPerCheckout))}", "lets nobody pay", "1 or more");
        }

        if (PromptWindow <= TimeSpan.Zero || PromptWindow > TimeSpan.FromDays(1))
        {
            yield return ($"Limits__{nameof(PromptWindow)}", $"is {PromptWindow}", "a time up to a day, such as 00:10:00");
        }

        if (RequestsPerKey < 100)
        {
            yield return ($"Limits__{nameof(RequestsPerKey)}", "is below 100", "requests a second per key, 100 or more");
        }

        if (HintQuestionsPerMinute < 0)
        {
            yield return ($"Limits__{nameof(HintQuestionsPerMinute)}", "is below 0", "0 or more, such as 60");
        }

        if (PromptAnswer < TimeSpan.Zero || PromptAnswer > TimeSpan.FromMinutes(1))
        {
            yield return ($"Limits__{nameof(PromptAnswer)}", $"is {PromptAnswer}", "a time up to a minute, such as 00:00:08");
        }
    }
}
