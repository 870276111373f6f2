using System.Text.Json;

namespace Payments.Simulator;

/// <summary>/simulator/phones and /simulator/apis: what is to happen next, and answering what rings.</summary>
internal static class ScriptEndpoints
{
    public static void MapScripts(this IEndpointRouteBuilder app)
    {
        app.MapGet("/simulator/phones/{party}", (string party, ScriptStore scripts) => Show(scripts, ScriptStore.Phone(Party(party))));
        app.MapPut("/simulator/phones/{party}", async (string party, HttpRequest request, ScriptStore scripts, PendingPrompts ringing) =>
        {
            party = Party(party);
            if (!party.All(char.IsAsciiDigit) || party.Length is < 5 or > 12)
            {
                return Problem([$"'{party}' is neither a phone number nor a shortcode."]);
            }

            return await Put(request, scripts, ScriptStore.Phone(party), () => AnswerByScript(party, scripts, ringing));
        });
        app.MapDelete("/simulator/phones/{party}", (string party, ScriptStore scripts) => Remove(scripts, ScriptStore.Phone(Party(party))));
        app.MapPost("/simulator/phones/{party}/answer", AnswerByHand);

        app.MapGet("/simulator/apis/{api}", (string api, ScriptStore scripts) => Show(scripts, ScriptStore.ForApi(api)));
        app.MapPut("/simulator/apis/{api}", async (string api, HttpRequest request, ScriptStore scripts) => Api.Names.Contains(api)
            ? await Put(request, scripts, ScriptStore.ForApi(api), () => { })
            : Problem([$"There is no API '{api}', only {string.Join(", ", Api.Names)}."]));
        app.MapDelete("/simulator/apis/{api}", (string api, ScriptStore scripts) => Remove(scripts, ScriptStore.ForApi(api)));
    }

    public static IResult Problem(IEnumerable<string> problems, int status = 400) => Results.Json(new { problems }, statusCode: status);

    /// <summary>07… and +254… are understood too: people type these by hand.</summary>
    public static string Party(string text)
    {
        var digits = text.Replace(" ", "", StringComparison.Ordinal).Replace("-", "", StringComparison.Ordinal).TrimStart('+');
        return digits.Length == 10 && digits[0] == '0' ? $"254{digits[1..]}" : digits;
    }

    private static IResult Show(ScriptStore scripts, string subject) => Results.Json(new { scripts = scripts.Show(subject) }, Json.Own);

    private static IResult Remove(ScriptStore scripts, string subject)
    {
        scripts.Remove(subject);
        return Results.NoContent();
    }

    private static async Task<IResult> Put(HttpRequest request, ScriptStore scripts, string subject, Action then)
    {
        var (read, problems) = await Read(request);
        if (problems.Count > 0)
        {
            return Problem(problems);
        }

        scripts.Put(subject, read);
        then();
        return Show(scripts, subject);
    }

    // A phone that rings "until a script or a person answers" (src/Simulator/README.md) takes the new script as its answer.
    private static void AnswerByScript(string party, ScriptStore scripts, PendingPrompts ringing)
    {
        if (ringing.Oldest(party, null) is not { } ring || scripts.Show(ScriptStore.Phone(party)).All(s => s.ToPlan().Outcome.Rings))
        {
            return;
        }

        if (scripts.Take(ScriptStore.Phone(party), ring.Kind) is { } plan)
        {
            ringing.Answer(ring, plan);
        }
    }

    private static async Task<IResult> AnswerByHand(string party, string? id, HttpRequest request, PendingPrompts ringing)
    {
        var (read, problems) = await Read(request);
        if (problems.Count > 0)
        {
            return Problem(problems);
        }

        var plan = read[0].ToPlan();
        if (plan.Outcome.Rings)
        {
            return Problem(["An answer is not 'ringing'."]);
        }

        return ringing.Oldest(Party(party), id) is { } ring && ringing.Answer(ring, plan)
            ? Results.Json(new { answered = ring.Id, outcome = plan.Outcome.Name }, Json.Own)
            : Problem(["Nothing rings on this phone."], 404);
    }

    // One script, or an array of them: the first that fits is used.
    private static async Task<(IReadOnlyList<Script> Scripts, IReadOnlyList<string> Problems)> Read(HttpRequest request)
    {
        try
        {
            using var body = await JsonDocument.ParseAsync(request.Body);
            List<Script> scripts = body.RootElement.ValueKind == JsonValueKind.Array
                ? body.RootElement.Deserialize<List<Script>>(Json.Own)!
                : [body.RootElement.Deserialize<Script>(Json.Own)!];
            if (scripts.Count == 0 || scripts.Any(s => s is null))
            {
                return ([], ["A script is an object, or an array of them."]);
            }

            return (scripts, [.. scripts.SelectMany(s => s.Problems())]);
        }
        catch (JsonException e)
        {
            return ([], [e.Message]);
        }
    }
}
