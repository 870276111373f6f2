namespace Payments.Build;

/// <summary>What a newcomer can type when the stack is ready.</summary>
internal static class HowToPay
{
    /// <summary>The same with Safaricom's sandbox on the other side: keys nobody else has, and a phone of one's own.</summary>
    public static string InSandbox(StackOptions options, StackKeys keys) => $$"""

        Safaricom's sandbox; the public address is {{options.PublicUrl ?? $"that of the tunnel ({options.Tunnel})"}}. The API itself: {{options.ApiUrl}}
        API key (all scopes): {{keys.ApiKey}}
        Operator:             ops / {{keys.OperatorPassword}}, at the public address /sign-in
        Kept in .local/sandbox for the next start; --fresh makes others.

        Why callbacks do not arrive, if they do not:
          dotnet run --project build -- doctor
        A prompt on a phone of yours (the sandbox shows real ones: ask for one shilling):
          curl -s {{options.ApiUrl}}/api/checkouts -H 'Authorization: Bearer {{keys.ApiKey}}' -H 'Content-Type: application/json' \
            -d '{"orderReference":"S-'$(date +%s)'","amount":1,"phone":"07…"}'
        What became of it (with the id of the answer):
          curl -s {{options.ApiUrl}}/api/checkouts/ID -H 'Authorization: Bearer {{keys.ApiKey}}'

        """;

    /// <summary>The keys, the addresses and three curl lines; an order reference is used once, so the shell makes a new one each time.</summary>
    public static string Text(StackOptions options) => $$"""

        API key (all scopes): {{StackSettings.ApiKey}}
        API documentation:    {{options.ApiUrl}}/docs
        Hangfire dashboard:   {{options.ApiUrl}}/hangfire (operator ops, password ops-local)
        The simulated phone:  {{options.SimulatorUrl}}/simulator

        A checkout that will be paid:
          curl -s {{options.ApiUrl}}/api/checkouts -H 'Authorization: Bearer {{StackSettings.ApiKey}}' -H 'Content-Type: application/json' \
            -d '{"orderReference":"O-'$(date +%s)'","amount":1500,"phone":"254700000000"}'
        What became of it (a second later, with the id of the answer):
          curl -s {{options.ApiUrl}}/api/checkouts/ID -H 'Authorization: Bearer {{StackSettings.ApiKey}}'
        One the customer cancels:
          curl -s {{options.ApiUrl}}/api/checkouts -H 'Authorization: Bearer {{StackSettings.ApiKey}}' -H 'Content-Type: application/json' \
            -d '{"orderReference":"C-'$(date +%s)'","amount":1500,"phone":"254700001032"}'

        """;
}
