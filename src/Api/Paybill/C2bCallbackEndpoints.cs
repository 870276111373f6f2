using System.Text;
using MediatR;
using Microsoft.Extensions.Options;
using Payments.Application;
using Payments.Domain;
using Payments.Infrastructure;

namespace Payments.Api;

/// <summary>Where Safaricom asks about payments by hand (validate) and tells of them (confirm).</summary>
internal sealed class C2bCallbackEndpoints(
    IInbox inbox, IntakeRoom room, RegistrationTokens tokens, C2bOptions options, IOptions<CallbackOptions> callbacks)
{
    /// <summary>With the look-up's second this leaves half of the promised two for everything else.</summary>
    private static readonly TimeSpan StoreWait = TimeSpan.FromMilliseconds(500);

    private static readonly byte[] Accepted = """{"ResultCode":"0","ResultDesc":"Accepted"}"""u8.ToArray();

    public void Map(IEndpointRouteBuilder app)
    {
        CallbackEndpoints.Map(app, CallbackUrls.PathOf(CallbackKind.C2bConfirm), Confirm);
        CallbackEndpoints.Map(app, CallbackUrls.PathOf(CallbackKind.C2bValidate), Validate);
    }

    /// <summary>A customer has paid: stored as it came, understood by a job.</summary>
    private async Task Confirm(HttpContext context)
    {
        // From outside the allowed networks the token counts for nothing, now or later.
        var token = CallbackEndpoints.Token(context);
        var trusted = callbacks.Value.Allows(context.Connection.RemoteIpAddress);
        var registration = trusted ? tokens.Find(token) : null;
        using var arrival = await Arrival.Of(context, room, isKnown: registration is not null);
        if (arrival.Body is not { } body)
        {
            return;
        }

        await inbox.Store(
            CallbackEndpoints.Incoming(context, CallbackKind.C2bConfirm, registration?.Id, body) with
            {
                TokenHash = trusted && registration is null && RegistrationToken.IsWellFormed(token) ? RegistrationToken.Hash(token!) : null,
            },
            context.RequestAborted);
        await CallbackEndpoints.Acknowledge(context);
    }

    /// <summary>A customer is about to pay: answered by policy, at most 2 s later, whatever the database does.</summary>
    /// <remarks>
    /// The answer matters more than the record, so the record waits for it and not the other way round: it goes to the inbox like every
    /// callback, with what was answered, and the request waits half a second for its commit. Later than that it is stored all the same
    /// (the inbox holds it), unless the inbox itself fails; then it is lost, and the log says so. It carries no money.
    /// </remarks>
    private async Task Validate(HttpContext context)
    {
        // It may be stored after the answer, and keeps its place until then.
        var allowed = callbacks.Value.Allows(context.Connection.RemoteIpAddress);
        var arrival = await Arrival.Of(context, room, isKnown: allowed && tokens.Find(CallbackEndpoints.Token(context)) is not null);
        if (arrival.Body is not { } body)
        {
            arrival.Dispose();
            return;
        }

        ValidationAnswer answer;
        Task stored;
        try
        {
            using var patience = new CancellationTokenSource(options.ValidationLookUp);
            var registration = allowed ? await tokens.Find(CallbackEndpoints.Token(context), patience.Token) : null;
            answer = await context.RequestServices.GetRequiredService<IMediator>().Send(new ValidatePayment(body, registration?.Shortcode), patience.Token);
            var callback = CallbackEndpoints.Incoming(context, CallbackKind.C2bValidate, registration?.Id, body) with { Answer = $"{answer.Code} ({answer.Why})" };
            stored = Store(callback, arrival);
        }
        catch
        {
            arrival.Dispose();
            throw;
        }

        await stored.WaitAsync(StoreWait).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await CallbackEndpoints.Answer(
            context, answer.IsAccepted ? Accepted : Encoding.UTF8.GetBytes($$"""{"ResultCode":"{{answer.Code}}","ResultDesc":"Rejected"}"""));
    }

    private async Task Store(IncomingCallback callback, Arrival arrival)
    {
        using (arrival)
        {
            await inbox.Store(callback, CancellationToken.None);
        }
    }
}
