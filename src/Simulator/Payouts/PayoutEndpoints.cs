using System.Text.Json;

namespace Payments.Simulator;

/// <summary>/simulator/certificate and /simulator/accounts: what the initiator's APIs need around them.</summary>
internal static class PayoutEndpoints
{
    public static void MapPayouts(this IEndpointRouteBuilder app)
    {
        app.MapGet("/simulator/certificate", () => Results.Text(Credentials.CertificatePem, "application/x-pem-file"));
        app.MapGet("/simulator/accounts/{shortcode}", (string shortcode, Organisations organisations, Accounts accounts) =>
            organisations.Find(shortcode) is null ? Results.NotFound() : Results.Json(accounts.Of(shortcode), Json.Own));
        app.MapPut("/simulator/accounts/{shortcode}", async (string shortcode, HttpRequest request, Organisations organisations, Accounts accounts) =>
        {
            if (organisations.Find(shortcode) is null)
            {
                return Results.NotFound();
            }

            try
            {
                var funds = await JsonSerializer.DeserializeAsync<Funds>(request.Body, Json.Own);
                if (funds is null or { Working: < 0 } or { Utility: < 0 })
                {
                    return ScriptEndpoints.Problem(["Funds are {working, utility}, 0 or more."]);
                }

                accounts.Set(shortcode, funds);
                return Results.Json(funds, Json.Own);
            }
            catch (JsonException e)
            {
                return ScriptEndpoints.Problem([e.Message]);
            }
        });
    }
}
