using Payments.Application.Daraja;
using Payments.Domain.Common;
using Payments.Infrastructure.Callbacks;

namespace Payments.Infrastructure.Daraja.C2b;

/// <summary>What Safaricom takes and says when C2B URLs are registered (docs/protocol/c2b.md).</summary>
internal static class C2bRegistration
{
    /// <summary>Refused anywhere in a URL, in any case. <c>exec</c> is in the list too, but whatever holds it holds <c>exe</c>.</summary>
    private static readonly string[] ForbiddenWords = ["mpesa", "m-pesa", "safaricom", "exe", "cmd", "sql", "query"];

    /// <summary>Tunnels and request catchers, which production refuses.</summary>
    private static readonly string[] PublicTesters = ["ngrok", "mockbin", "requestbin"];

    public static object Body(DarajaApp app, string responseType, string confirmationUrl, string validationUrl) =>
        new { ShortCode = app.Shortcode, ResponseType = responseType, ConfirmationURL = confirmationUrl, ValidationURL = validationUrl };

    /// <summary>Why Safaricom would not register a URL; null when it would.</summary>
    public static string? WhyRefused(string url, DarajaEnvironment environment)
    {
        if (CallbackOptions.WhyNotCallable(url, environment != DarajaEnvironment.Simulator) is { } wrong)
        {
            return $"Callbacks__PublicBaseUrl {wrong}.";
        }

        return WhyRefusedWord(url, environment);
    }

    /// <summary>The word in a URL for which Safaricom would not register it; null when there is none.</summary>
    public static string? WhyRefusedWord(string url, DarajaEnvironment environment)
    {
        if (ForbiddenWords.FirstOrDefault(word => url.Contains(word, StringComparison.OrdinalIgnoreCase)) is { } forbidden)
        {
            return $"Callbacks__PublicBaseUrl holds the word \"{forbidden}\", and Safaricom registers no URL with it: use another host name or path.";
        }

        return environment == DarajaEnvironment.Production
            && PublicTesters.FirstOrDefault(name => url.Contains(name, StringComparison.OrdinalIgnoreCase)) is { } tester
            ? $"Callbacks__PublicBaseUrl is a {tester} address, which Safaricom refuses in production." : null;
    }

    /// <summary>Reads the answer: 0, eight zeros, or no code with a text of success are one.</summary>
    public static Reply Read(DarajaResponse exchange, string version)
    {
        if (exchange is DarajaResponse.Received { IsSuccess: true, ErrorCode: null } answer)
        {
            var code = answer.Json.Get("ResponseCode"u8).Code();
            var text = answer.Json.Get("ResponseDescription"u8).Text() ?? "";
            if (code is "0" or "00000000" || (code is null && text.Contains("success", StringComparison.OrdinalIgnoreCase)))
            {
                // The misspelling is on the wire.
                return new Reply.Accepted(answer.Json.Get("OriginatorCoversationID"u8).Id() ?? answer.Json.Get("OriginatorConversationID"u8).Id(), null);
            }
        }

        var reply = DarajaReplies.ToRequest(exchange, toCustomer: false, "ConversationID", "OriginatorCoversationID");
        if (reply is Reply.Refused { Failure: var failure } && DarajaReplies.IsAboutProduct(exchange))
        {
            var other = version == "v1" ? "v2" : "v1";
            return new Reply.Refused(failure with
            {
                Code = FailureCode.Rejected,
                Message = $"This app has no C2B {version}: a production app owns either v1 or v2. Set C2B__Version={other}, or have C2B added to the app.",
            })
            { Registration = RegistrationProblem.NoProduct };
        }

        return reply is Reply.Refused refused && DarajaReplies.ErrorOf(exchange) == DarajaReplies.GatewayError.AlreadyRegistered
            ? refused with { Registration = RegistrationProblem.AlreadyRegistered } : reply;
    }
}
