using Payments.Application.Callbacks;
using Payments.Application.Intake;

namespace Payments.Api.Callbacks;

/// <summary>
/// Where Safaricom's callbacks arrive: stored as they came, answered 200 once that is durable, understood later by a job. Endpoints that
/// routing runs at once, past everything made for callers with keys (decision 0010).
/// </summary>
internal sealed class CallbackEndpoint(
    ICallbackRoutes routes, CallbackSenders senders, CallbackIntake intake, C2bValidationEndpoint validation, UnroutedCallbacks unrouted)
{
    /// <summary>What we hand to Daraja (it refuses words such as <i>mpesa</i>), and what integration guides use.</summary>
    private static readonly string[] Prefixes = ["/callbacks/", "/api/mpesa/"];

    public void Map(IEndpointRouteBuilder app)
    {
        foreach (var route in routes.All)
        {
            RequestDelegate take = route.Kind switch
            {
                CallbackKind.C2bValidate => validation.Answer,
                CallbackKind.C2bConfirm => Confirm,
                _ => context => intake.Take(context, route.Kind, senders.OfSigned(context, route)),
            };
            Map(app, route.Path, take);
            if (route.Kind == CallbackKind.Stk)
            {
                Map(app, "callback", take);
            }
        }
    }

    /// <summary>A customer has paid by hand. Its token is stored, not signed, and may have to be looked up.</summary>
    private async Task Confirm(HttpContext context) =>
        await intake.Take(context, CallbackKind.C2bConfirm, await senders.OfConfirmation(context));

    /// <summary>One path under both prefixes, with and without a token; and under others, where a valid token says that it is meant.</summary>
    private void Map(IEndpointRouteBuilder app, string path, RequestDelegate take)
    {
        unrouted.Add(path, take);
        foreach (var prefix in Prefixes)
        {
            app.MapPost(prefix + path + "/{token?}", take).ShortCircuit().ExcludeFromDescription();
        }
    }
}
