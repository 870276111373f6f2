using System.Text.Json;

namespace Payments.Simulator;

/// <summary>What the page of the phone asks the simulator for (src/Simulator/README.md).</summary>
internal static class PhoneEndpoints
{
    public static void MapHandset(this IEndpointRouteBuilder app)
    {
        app.MapGet("/simulator/phones/{phone}/held", (string phone, PhoneView view) => Known(ref phone) ? Show(view.Of(phone)) : NoPhone(phone));
        app.MapPut("/simulator/phones/{phone}/held", Hold);
        app.MapDelete("/simulator/phones/{phone}/held", (string phone, string? by, HeldPhones held) =>
        {
            held.LetGo(ScriptEndpoints.Party(phone), by ?? "");
            return Results.NoContent();
        });
        app.MapPost("/simulator/phones/{phone}/pin", EnterPin);
        app.MapPost("/simulator/phones/{phone}/cancel", Cancel);

        app.MapGet("/simulator/phones/{phone}/faults", (string phone, FaultSwitches faults) => Show(faults.Of(ScriptEndpoints.Party(phone))));
        app.MapPut("/simulator/phones/{phone}/faults", (string phone, HttpRequest request, FaultSwitches faults) =>
            Switch(request, given => faults.Put(ScriptEndpoints.Party(phone), given)));
        app.MapDelete("/simulator/phones/{phone}/faults", (string phone, FaultSwitches faults) =>
        {
            faults.Remove(ScriptEndpoints.Party(phone));
            return Results.NoContent();
        });
        app.MapGet("/simulator/faults", (FaultSwitches faults) => Show(faults.All));
        app.MapPut("/simulator/faults", (HttpRequest request, FaultSwitches faults) => Switch(request, given => faults.All = given));
        app.MapDelete("/simulator/faults", (FaultSwitches faults) =>
        {
            faults.All = new();
            return Results.NoContent();
        });

        app.MapGet("/simulator/qr", (string? text) => QrText.Read(text ?? "") is ({ } read, _)
            ? Show(new { menu = read.IsTill ? "till" : "paybill", shortcode = read.Shortcode, account = read.Account, amount = read.Amount })
            : ScriptEndpoints.Problem([QrText.Read(text ?? "").Problem]));
    }

    private static async Task<IResult> Hold(string phone, HttpRequest request, HeldPhones held, PhoneView view)
    {
        if (!Known(ref phone))
        {
            return NoPhone(phone);
        }

        var (order, problem) = await Read<HoldOrder>(request);
        if (order is null)
        {
            return ScriptEndpoints.Problem([problem]);
        }

        if (order.Seconds is < 1 or > HeldPhones.MaxSeconds)
        {
            return ScriptEndpoints.Problem([$"seconds are 1 to {HeldPhones.MaxSeconds}."]);
        }

        held.Hold(phone, order.By, order.Seconds);
        return Show(view.Of(phone));
    }

    private static async Task<IResult> EnterPin(string phone, HttpRequest request, Handset handset)
    {
        var (order, problem) = await Read<PinOrder>(request);
        if (order is null)
        {
            return ScriptEndpoints.Problem([problem]);
        }

        return handset.EnterPin(ScriptEndpoints.Party(phone), order.Id, order.Pin) is not { } answer ? NothingRings()
            : answer.Outcome is { } outcome ? Show(new { outcome = outcome.Name, resultCode = outcome.Code })
            : Show(new { triesLeft = answer.TriesLeft, text = PhoneTexts.WrongPin(answer.TriesLeft) });
    }

    private static async Task<IResult> Cancel(string phone, HttpRequest request, Handset handset)
    {
        var (order, problem) = await Read<PinOrder>(request);
        if (order is null)
        {
            return ScriptEndpoints.Problem([problem]);
        }

        return handset.Cancel(ScriptEndpoints.Party(phone), order.Id)
            ? Show(new { outcome = Outcomes.Cancelled.Name, resultCode = Outcomes.Cancelled.Code })
            : NothingRings();
    }

    private static async Task<IResult> Switch(HttpRequest request, Action<SwitchedFaults> put)
    {
        var (faults, problem) = await Read<SwitchedFaults>(request);
        string[] problems = faults is null ? [problem] : [.. faults.Problems()];
        if (problems.Length > 0)
        {
            return ScriptEndpoints.Problem(problems);
        }

        put(faults!);
        return Show(faults!);
    }

    private static bool Known(ref string phone) => Check.Msisdn(phone = ScriptEndpoints.Party(phone));

    private static IResult NoPhone(string phone) => ScriptEndpoints.Problem([$"'{phone}' is no Kenyan mobile number: 2547… or 2541…, twelve digits."]);

    private static IResult NothingRings() => ScriptEndpoints.Problem(["That prompt rings no more."], 404);

    private static IResult Show(object value) => Results.Json(value, Json.Own);

    private static async Task<(T? Read, string Problem)> Read<T>(HttpRequest request)
        where T : class
    {
        try
        {
            return (await JsonSerializer.DeserializeAsync<T>(request.Body, Json.Own), "The body is a JSON object.");
        }
        catch (JsonException e)
        {
            return (null, e.Message);
        }
    }

    /// <summary>Who holds the phone, any name that page keeps, and for how long.</summary>
    private sealed record HoldOrder
    {
        public string By { get; init; } = "";

        public int Seconds { get; init; } = HeldPhones.UsualSeconds;
    }

    private sealed record PinOrder
    {
        /// <summary>Of the prompt.</summary>
        public required string Id { get; init; }

        public string Pin { get; init; } = "";
    }
}
