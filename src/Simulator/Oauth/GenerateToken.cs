using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace Payments.Simulator;

/// <summary>GET /oauth/v1/generate (docs/protocol/oauth.md).</summary>
internal sealed class GenerateToken(Organisations organisations, Tokens tokens, Planner planner, SettingsStore settings)
{
    public async Task<Answer> Handle(Call call)
    {
        if (Credentials(call.Request) is not var (key, secret))
        {
            return Answer.Error(400, "400.008.01", "Invalid Authentication passed");
        }

        if (call.Request.Query["grant_type"] != "client_credentials")
        {
            return Answer.Error(400, "400.008.02", "Invalid grant type passed");
        }
        // What wrong keys get is nowhere documented; 400.008.01 is the one fixture there is.
        if (!organisations.HasApp(key, secret))
        {
            return Answer.Error(400, "400.008.01", "Invalid Authentication passed");
        }

        var plan = planner.ForQuestion(Api.Oauth);
        if (await Gateway.Refused(plan, Api.Oauth) is { } fault)
        {
            return fault;
        }

        var token = tokens.Issue(key);
        // One second less than the lifetime, as a string; one page shows a number, so there is a switch.
        var seconds = settings.Current.TokenSeconds - 1;
        JsonNode expires = settings.Current.ExpiresInAsNumber ? seconds : seconds.ToString(CultureInfo.InvariantCulture);
        return await Gateway.Accepted(plan, Api.Oauth, Answer.Json(new() { ["access_token"] = token.Value, ["expires_in"] = expires }));
    }

    private static (string Key, string Secret)? Credentials(HttpRequest request)
    {
        var header = request.Headers.Authorization.ToString();
        if (!header.StartsWith("Basic ", StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        var bytes = new byte[header.Length];
        if (!Convert.TryFromBase64String(header[6..].Trim(), bytes, out var length))
        {
            return null;
        }

        var text = Encoding.UTF8.GetString(bytes, 0, length);
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        return colon < 0 ? null : (text[..colon], text[(colon + 1)..]);
    }
}
