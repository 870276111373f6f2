using System.Text;
using MediatR;
using Payments.Application.C2b;
using Payments.Application.Callbacks;

namespace Payments.Api.Callbacks;

/// <summary>A customer is about to pay: answered by policy, at most 2 s later, whatever the database does.</summary>
/// <remarks>
/// The steps of <see cref="CallbackIntake"/>; but the answer matters more than the record, so the record waits for it and not the other way round: it
/// goes to the inbox like every callback, with what was answered, and the request waits half a second for its commit. Later than that it is stored all
/// the same (the inbox holds it), unless the inbox itself fails; then it is lost, and the log says so. It carries no money.
/// </remarks>
internal sealed class C2bValidationEndpoint(CallbackSenders senders, CallbackIntake intake, IInbox inbox, C2bOptions options)
{
    /// <summary>With the look-up's second this leaves half of the promised two for everything else.</summary>
    private static readonly TimeSpan StoreWait = TimeSpan.FromMilliseconds(500);

    private static readonly byte[] Accepted = """{"ResultCode":"0","ResultDesc":"Accepted"}"""u8.ToArray();

    public async Task Answer(HttpContext context)
    {
        using var patience = new CancellationTokenSource(options.ValidationLookUp);
        var (sender, registration, isFromElsewhere) = await senders.OfValidation(context, patience.Token);

        // It may be stored after the answer, and keeps its place until then.
        var received = await intake.Receive(context, sender);
        if (received.Body is not { } body)
        {
            received.Dispose();
            return;
        }

        ValidationAnswer answer;
        Task stored;
        try
        {
            answer = await context.RequestServices.GetRequiredService<IMediator>().Send(
                new ValidatePayment(body, registration?.Shortcode) { IsFromElsewhere = isFromElsewhere }, patience.Token);
            var callback = CallbackIntake.Incoming(context, CallbackKind.C2bValidate, sender, body) with
            {
                Answer = $"{answer.Code} ({answer.Why})",

                // No money waits for it: it has no claim to the half of the spool that is kept for Safaricom's.
                IsVouchedFor = false,
            };

            // A stranger's question is not remembered when there is no room for it.
            stored = intake.HasQuota(context, sender, body) ? inbox.Store(callback, CancellationToken.None) : Task.CompletedTask;
        }
        catch
        {
            received.Dispose();
            throw;
        }

        _ = stored.ContinueWith(_ => received.Dispose(), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        await stored.WaitAsync(StoreWait).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await CallbackAnswers.Json(
            context, answer.IsAccepted ? Accepted : Encoding.UTF8.GetBytes($$"""{"ResultCode":"{{answer.Code}}","ResultDesc":"Rejected"}"""));
    }
}
