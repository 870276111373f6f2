using System.Text.Json;
using System.Text.Json.Nodes;

namespace Payments.Simulator;

/// <summary>/simulator: switches, logs, the ledger and reset (src/Simulator/README.md).</summary>
internal static class ControlEndpoints
{
    public static void MapDesk(this IEndpointRouteBuilder app)
    {
        app.MapGet("/simulator/health", () => Results.Json(new { status = "ok" }));
        app.MapGet("/simulator/requests", (Journals journals, int? last) => journals.Requests.Show(last));
        app.MapGet("/simulator/deliveries", (Journals journals, int? last) => journals.Deliveries.Show(last));
        app.MapGet("/simulator/ledger", (Ledger ledger, int? last) => ledger.Show(last));
        app.MapGet("/simulator/prompts", (PendingPrompts ringing) => Results.Json(new { items = ringing.Show() }, Json.Own));
        app.MapGet("/simulator/settings", (SettingsStore settings) => Results.Json(settings.Current, Json.Own));
        app.MapPut("/simulator/settings", ChangeSettings);
        app.MapPost("/simulator/reset", Reset);
        // Every client must log in again: what a token refused in the middle of the day looks like.
        app.MapDelete("/simulator/tokens", (Tokens tokens) =>
        {
            tokens.RevokeAll();
            return Results.NoContent();
        });
    }

    private static async Task<IResult> ChangeSettings(HttpRequest request, SettingsStore settings)
    {
        JsonObject? change;
        try
        {
            change = await JsonNode.ParseAsync(request.Body) as JsonObject;
        }
        catch (JsonException e)
        {
            return ScriptEndpoints.Problem([e.Message]);
        }

        if (change is null)
        {
            return ScriptEndpoints.Problem(["Settings are an object."]);
        }

        var problems = settings.Change(change);
        return problems.Count > 0 ? ScriptEndpoints.Problem(problems) : Results.Json(settings.Current, Json.Own);
    }

    // Access tokens, the certificate and registered C2B URLs stay: they are the client's setup, not part of a scenario.
    private static IResult Reset(
        Background background, SettingsStore settings, ScriptStore scripts, Prompts prompts, Ledger ledger, Accounts accounts, Credentials credentials,
        B2c b2c, Chance chance, Journals journals, FaultSwitches faults)
    {
        background.Reset();
        settings.Reset();
        scripts.Clear();
        faults.Clear();
        prompts.Clear();
        ledger.Clear();
        accounts.Reset();
        credentials.Reset();
        b2c.Reset();
        chance.Reset();
        journals.Requests.Clear();
        journals.Deliveries.Clear();
        return Results.NoContent();
    }
}
