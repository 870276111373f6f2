using FluentValidation;
using Payments.Application.Common;
using Payments.Application.Events;

namespace Payments.Application.Webhooks;

/// <summary>Rules that the commands on webhooks share.</summary>
internal static class WebhookRules
{
    /// <summary>A shop has one or two; more of them only multiply what is sent.</summary>
    public const int MaxPerClient = 20;

    /// <summary>The rule for <c>url</c> as text; what is behind it is looked at afterwards.</summary>
    public static IRuleBuilderOptions<T, string?> WebhookUrl<T>(this IRuleBuilder<T, string?> rule) => rule
        .Must(url => url is { Length: <= 2000 } && Uri.TryCreate(url, UriKind.Absolute, out var address) && address.Scheme is "http" or "https" && address.UserInfo.Length == 0
            && address.Fragment.Length == 0)
        .WithMessage("Give the whole address, such as https://shop.example.co.ke/webhooks, without a name and password in it.");

    /// <summary>The rule for <c>events</c>.</summary>
    public static IRuleBuilderOptions<T, IReadOnlyList<string>?> WebhookEvents<T>(this IRuleBuilder<T, IReadOnlyList<string>?> rule) => rule
        .Must(events => events is null || events.All(EventTypes.All.Contains))
        .WithMessage($"Give some of {string.Join(", ", EventTypes.All)}; or none of them for all that a shop has to know.");

    /// <summary>The refusal of a key that asks for events it may not see; null when it may.</summary>
    public static Refusal? MayNotHear(IReadOnlyList<string>? events, IReadOnlyList<string> scopes) =>
        events?.FirstOrDefault(type => !scopes.Contains(EventTypes.ScopeOf(type))) is { } type
            ? new("forbidden", $"{type} is for keys with the scope {EventTypes.ScopeOf(type)}, which this one lacks.")
            : null;

    /// <summary>An empty list asks for what no list asks for.</summary>
    public static IReadOnlyList<string>? Wanted(IReadOnlyList<string>? events) => events is null or [] ? null : [.. events.Distinct()];

    public static async Task<Refusal?> Refuse(IWebhookEndpoints endpoints, string url, CancellationToken cancellation) =>
        await endpoints.FindProblem(url, cancellation) is { } why ? new("webhook_url_refused", why) : null;

    /// <summary>The refusal of one more for a client that has enough; null when it may have it.</summary>
    public static async Task<Refusal?> TooMany(IWebhooks webhooks, string client) => await webhooks.Count(client) >= MaxPerClient
        ? new("too_many_webhooks", $"There are {MaxPerClient} webhooks already; delete one that is not used.")
        : null;
}
