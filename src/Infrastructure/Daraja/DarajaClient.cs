using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Payments.Application.C2b;
using Payments.Application.Callbacks;
using Payments.Application.Daraja;
using Payments.Domain.Common;
using Payments.Domain.Transfers;
using Payments.Infrastructure.Callbacks;
using Payments.Infrastructure.Daraja.Balance;
using Payments.Infrastructure.Daraja.C2b;
using Payments.Infrastructure.Daraja.Pull;
using Payments.Infrastructure.Daraja.Reversal;
using Payments.Infrastructure.Daraja.Status;
using Payments.Infrastructure.Daraja.Stk;

namespace Payments.Infrastructure.Daraja;

/// <summary>Safaricom's Daraja API over HTTP. What moves money is sent once; what only asks may be asked again.</summary>
internal sealed class DarajaClient : IDaraja
{
    /// <summary>Safaricom's ids in answers about prompts, and in those about everything else.</summary>
    private static readonly (string Id, string Other) PromptIds = ("CheckoutRequestID", "MerchantRequestID");
    private static readonly (string Id, string Other) ConversationIds = ("ConversationID", "OriginatorConversationID");

    private readonly AuthorizedClient client;
    private readonly DarajaBreakers breakers;
    private readonly CallbackUrls urls;
    private readonly DarajaOptions options;
    private readonly TimeProvider clock;
    private readonly ILogger<DarajaClient> log;
    private readonly PullClient pull;

    public DarajaClient(
        AuthorizedClient client, DarajaBreakers breakers, CallbackUrls urls, IOptions<DarajaOptions> settings, TimeProvider clock, ILogger<DarajaClient> log)
    {
        (this.client, this.breakers, this.urls, options, this.clock, this.log) = (client, breakers, urls, settings.Value, clock, log);
        pull = new PullClient(options, urls, clock, log, (path, body, cancellation) => Post(DarajaOperations.Pull, options.Main, path, body, null, cancellation));
    }

    public DateTimeOffset? StkPausedUntil => breakers.PausedUntil(DarajaOperations.Push);

    public bool NamesTransfers => options.B2cVersion != "v1";

    public async Task<Reply> SendStkPush(StkPushRequest prompt, CancellationToken cancellation)
    {
        var body = StkRequests.Push(options, prompt, urls.For(CallbackKind.Stk, SubjectKind.Attempt, prompt.AttemptId.Value), clock.GetUtcNow());
        var exchange = await Post(DarajaOperations.Push, options.Main, DarajaOperations.Push.Path, body, prompt.AttemptId.Value, cancellation);
        return DarajaReplies.ToRequest(exchange, toCustomer: true, PromptIds.Id, PromptIds.Other);
    }

    public async Task<PaymentResult> QueryStk(string requestId, CancellationToken cancellation)
    {
        var body = StkRequests.Query(options, requestId, clock.GetUtcNow());
        var exchange = await Post(
            DarajaOperations.PromptQuery, options.Main, DarajaOperations.PromptQuery.Path, body, DarajaEvents.Mask(requestId), cancellation);
        return StkQueryAnswer.Read(exchange, requestId);
    }

    public Reply.Refused? WhyNotNow(PayoutMethod? method)
    {
        if (SecurityCredential.Encrypt(method is null ? options.Main : options.Paying) is { Problem: { } wrong })
        {
            return WithoutCertificate(wrong);
        }

        var api = method is { } payout ? DarajaOperations.OfPayout(payout) : DarajaOperations.Reversal;
        return breakers.PausedUntil(api) - clock.GetUtcNow() is { } pause
            ? (Reply.Refused)DarajaReplies.ToRequest(DarajaBreakers.Paused(api, pause), toCustomer: false, "", "")
            : null;
    }

    public async Task<Reply> Transfer(TransferRequest transfer, CancellationToken cancellation)
    {
        var api = DarajaOperations.OfPayout(transfer.Method);
        return api.Payouts!.WhyNot(transfer) is { } wrong ? new Reply.Refused(wrong)
            : await WithInitiator(api, options.Paying, (transfer.Kind, transfer.Id), fields => api.Payouts.Body(transfer, fields), cancellation);
    }

    public Task<Reply> Reverse(ReversalRequest reversal, CancellationToken cancellation) => WithInitiator(
        DarajaOperations.Reversal, options.Main, (SubjectKind.Refund, reversal.RefundId.Value), fields => ReversalApi.Body(reversal, fields), cancellation);

    public Task<Reply> QueryStatus(StatusQueryRequest question, CancellationToken cancellation) => WithInitiator(
        DarajaOperations.Status, question.OfPayouts ? options.Paying : options.Main, (SubjectKind.Question, question.QuestionId.Value),
        fields => StatusApi.Body(question, fields), cancellation);

    public Task<Reply> QueryBalance(StatusQueryId questionId, CancellationToken cancellation) => WithInitiator(
        DarajaOperations.Balance, options.Paying, (SubjectKind.Question, questionId.Value), BalanceApi.Body, cancellation);

    public async Task<Reply> RegisterUrls(RegistrationRequest registration, CancellationToken cancellation)
    {
        var (confirmation, validation) = urls.ForRegistration(registration.Token);
        if (C2bRegistration.WhyRefused(confirmation, options.Kind) is { } wrong)
        {
            return new Reply.Refused(new(FailureCode.Rejected, null, wrong, Retryable: false)) { Registration = RegistrationProblem.AddressRefused };
        }

        var body = C2bRegistration.Body(options.Main, registration.ResponseType, confirmation, validation);
        var exchange = await Post(
            DarajaOperations.Register, options.Main, DarajaOperations.Register.PathOf(registration.Version), body, registration.Version, cancellation);
        return C2bRegistration.Read(exchange, registration.Version);
    }

    public Task<PullPage> Pull(DateTimeOffset from, DateTimeOffset to, int offset, CancellationToken cancellation) => pull.Read(from, to, offset, cancellation);

    private async Task<Reply> WithInitiator(
        DarajaOperation api, DarajaApp app, (SubjectKind Kind, Guid Id) subject, Func<InitiatorFields, object> body, CancellationToken cancellation)
    {
        var (credential, wrong) = SecurityCredential.Encrypt(app);
        if (credential is null)
        {
            return WithoutCertificate(wrong!);
        }

        var version = api.VersionOf(options);
        var fields = InitiatorFields.Of(api, app, version, credential, urls, subject.Kind, subject.Id);
        var exchange = await Post(api, app, api.PathOf(version), body(fields), subject.Id, cancellation);
        return DarajaProducts.Name(api, options, exchange, DarajaReplies.ToRequest(exchange, toCustomer: false, ConversationIds.Id, ConversationIds.Other));
    }

    /// <summary>Sends and tells what came of it.</summary>
    private async Task<DarajaResponse> Post(
        DarajaOperation api, DarajaApp app, string path, object body, object? subject, CancellationToken cancellation)
    {
        var started = clock.GetTimestamp();
        var (exchange, _) = await client.Post(api, app, path, body, cancellation, refused =>
            log.LogWarning(DarajaEvents.TokenRefused, "Daraja's {Api} refused the access token of {App} ({Answer})", api.Name, app, Describe(refused)));

        // A refusal with a reason and "still under way" are answers like others, whatever their status.
        var ordinary = exchange is DarajaResponse.Received { IsSuccess: true }
            || (api == DarajaOperations.Pull && exchange is DarajaResponse.Received { ErrorText: { } text } && PullWords.SayNothingIsThere(text))
            || DarajaReplies.ErrorOf(exchange) is not (DarajaReplies.GatewayError.None or DarajaReplies.GatewayError.Token or DarajaReplies.GatewayError.Misconfigured);
        log.Log(ordinary ? LogLevel.Information : LogLevel.Warning, DarajaEvents.Replied,
            "Daraja's {Api} for {Subject}: {Answer} after {Elapsed:0} ms", api.Name, subject, Describe(exchange), clock.GetElapsedTime(started).TotalMilliseconds);
        return exchange;
    }

    private static string Describe(DarajaResponse exchange) => exchange switch
    {
        DarajaResponse.NotSent notSent => "not sent: " + notSent.Why,
        DarajaResponse.NoResponse lost => "lost: " + lost.Why,
        DarajaResponse.Received { IsSuccess: true, ErrorCode: null } answer =>
            $"HTTP {answer.Status}, code {answer.Json.Get("ResponseCode"u8).Code() ?? "none"}, {DarajaEvents.Mask(answer.Json.Get(PromptIds.Id).Id()
                ?? answer.Json.Get(ConversationIds.Id).Id()) ?? "no id"}",
        DarajaResponse.Received answer => answer.Shape,
        _ => "",
    };

    private static Reply.Refused WithoutCertificate(string wrong) =>
        new(new(FailureCode.ProviderError, null, $"Nothing was sent: Daraja__CertificatePath {wrong}.", Retryable: false))
        {
            WasUnread = true,
            Blocker = SendBlocker.Certificate,
        };
}
