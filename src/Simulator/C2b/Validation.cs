using System.Text.Json;

namespace Payments.Simulator;

/// <summary>What came of asking the shop. <paramref name="DecidedBy"/>: answer, response-type, or none when nobody was asked.</summary>
internal sealed record Verdict(bool Accepted, string DecidedBy, string ThirdPartyId, Exchange? Exchange);

/// <summary>External validation: the shop may refuse a payment, within 8 s (docs/protocol/c2b.md).</summary>
internal sealed class Validation(Deliveries deliveries, SettingsStore settings)
{
    /// <summary>Asks, and reads the answer: zero accepts, any other code rejects; late, unreachable or unreadable, the ResponseType decides.</summary>
    public async Task<Verdict> Ask(Registration registration, string body, CancellationToken cancel)
    {
        if (!settings.Current.ExternalValidation)
        {
            return new(true, "none", "", null);
        }

        var deadline = TimeSpan.FromMilliseconds(settings.Current.ValidationDeadlineMs);
        var exchange = await deliveries.Post(registration.ValidationUrl, body, cancel, deadline);
        if (exchange.Status is < 200 or > 299 || Json.TryParse(exchange.Answer) is not { ValueKind: JsonValueKind.Object } answer
            || !answer.TryGetProperty("ResultCode", out var code) || Json.Scalar(code) is not { Length: > 0 } text)
        {
            return new(registration.CompletedByDefault, "response-type", "", exchange);
        }

        var thirdParty = answer.TryGetProperty("ThirdPartyTransID", out var id) ? Json.Scalar(id) ?? "" : "";
        return new(text.All(c => c == '0'), "answer", thirdParty, exchange);
    }
}
