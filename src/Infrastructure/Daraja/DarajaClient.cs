using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Payments.Application.C2b;
using Payments.Application.Daraja;
using Payments.Domain.Callbacks;
using Payments.Domain.Common;
using Payments.Domain.Transfers;
using Payments.Infrastructure.Callbacks;

namespace Payments.Infrastructure.Daraja;

/// <summary>Safaricom's Daraja API over HTTP. What moves money is sent once; what only asks may be asked again.</summary>
internal sealed class DarajaClient(
    DarajaHttp http, DarajaBreakers breakers, AccessTokens tokens, CallbackUrls urls, IOptions<DarajaOptions> settings, TimeProvider clock,
    ILogger<DarajaClient> log) : IDaraja
{
    /// <summary>Safaricom's ids in answers about prompts, and in those about everything else.</summary>
    private static readonly (string Id, string Other) PromptIds = ("CheckoutRequestID", "MerchantRequestID");
    private static readonly (string Id, string Other) ConversationIds = ("ConversationID", "OriginatorConversationID");

    private readonly DarajaOptions options = settings.Value;

    /// <summary>
    /// How long a registration is relied on after an answer that may mean there is none: longer than a round's few questions, shorter than the
    /// usual way to the next round.
    /// </summary>
    private static readonly TimeSpan Doubted = TimeSpan.FromMinutes(10);

    /// <summary>Pull is registered by each process that pulls: the second time is answered "already". When that was; null before.</summary>
    private long? pullRegisteredAt;

    /// <summary>True when an answer came that may mean that Pull is not registered any more.</summary>
    private bool isPullDoubted;

    /// <inheritdoc/>
    public DateTimeOffset? StkPausedUntil => breakers.PausedUntil(DarajaApi.Push);

    /// <inheritdoc/>
    public bool NamesTransfers => options.B2cVersion != "v1";

    /// <inheritdoc/>
    public async Task<Reply> SendStkPush(StkPushRequest prompt, CancellationToken cancellation)
    {
        var body = DarajaRequests.StkPush(options, prompt, urls.For(CallbackKind.Stk, SubjectKind.Attempt, prompt.AttemptId), clock.GetUtcNow());
        var exchange = await Post(DarajaApi.Push, options.Main, "/mpesa/stkpush/v1/processrequest", body, prompt.AttemptId, cancellation);
        return DarajaReplies.ToRequest(exchange, toCustomer: true, PromptIds.Id, PromptIds.Other);
    }

    /// <inheritdoc/>
    public async Task<PaymentResult> QueryStk(string requestId, CancellationToken cancellation)
    {
        var body = DarajaRequests.StkQuery(options, requestId, clock.GetUtcNow());
        var exchange = await Post(DarajaApi.PromptQuery, options.Main, "/mpesa/stkpushquery/v1/query", body, DarajaEvents.Mask(requestId), cancellation);
        return DarajaReplies.ToStkQuery(exchange, requestId);
    }

    /// <inheritdoc/>
    public Reply.Refused? WhyNotNow(PayoutMethod? method)
    {
        if (SecurityCredential.Encrypt(method is null ? options.Main : options.Paying) is { Problem: { } wrong })
        {
            return WithoutCertificate(wrong);
        }

        var api = method is null ? DarajaApi.Reversal : method == PayoutMethod.Mpesa ? DarajaApi.B2c : DarajaApi.B2b;
        return breakers.PausedUntil(api) - clock.GetUtcNow() is { } pause
            ? (Reply.Refused)DarajaReplies.ToRequest(DarajaBreakers.Paused(api, pause), toCustomer: false, "", "")
            : null;
    }

    /// <inheritdoc/>
    public Task<Reply> Transfer(TransferRequest transfer, CancellationToken cancellation)
    {
        if (transfer.Account?.Trim().Length > DarajaRequests.BusinessAccount)
        {
            return Task.FromResult<Reply>(
                Refused(FailureCode.Rejected, $"An account with a business has at most {DarajaRequests.BusinessAccount} characters."));
        }

        var (app, subject) = (options.Paying, (transfer.Kind, transfer.Id));
        return transfer.Method == PayoutMethod.Mpesa
            ? WithInitiator(DarajaApi.B2c, app, $"/mpesa/b2c/{options.B2cVersion}/paymentrequest", subject, CallbackKind.B2cResult, CallbackKind.B2cTimeout,
                (credential, result, timeout) => DarajaRequests.B2c(app, transfer, NamesTransfers, credential, result, timeout), cancellation)
            : WithInitiator(DarajaApi.B2b, app, "/mpesa/b2b/v1/paymentrequest", subject, CallbackKind.B2bResult, CallbackKind.B2bTimeout,
                (credential, result, timeout) => DarajaRequests.B2b(app, transfer, credential, result, timeout), cancellation);
    }

    /// <inheritdoc/>
    public Task<Reply> Reverse(ReversalRequest reversal, CancellationToken cancellation) =>
        WithInitiator(DarajaApi.Reversal, options.Main, "/mpesa/reversal/v1/request", (SubjectKind.Refund, reversal.RefundId),
            CallbackKind.ReversalResult, CallbackKind.ReversalTimeout,
            (credential, result, timeout) => DarajaRequests.Reversal(options.Main, reversal, credential, result, timeout), cancellation);

    /// <inheritdoc/>
    public Task<Reply> QueryStatus(StatusQueryRequest question, CancellationToken cancellation)
    {
        var app = question.OfPayouts ? options.Paying : options.Main;
        return WithInitiator(DarajaApi.Status, app, "/mpesa/transactionstatus/v1/query", (SubjectKind.Question, question.QuestionId),
            CallbackKind.StatusResult, CallbackKind.StatusTimeout,
            (credential, result, timeout) => DarajaRequests.Status(app, question, credential, result, timeout), cancellation);
    }

    /// <inheritdoc/>
    public Task<Reply> QueryBalance(Guid questionId, CancellationToken cancellation) =>
        WithInitiator(DarajaApi.Balance, options.Paying, "/mpesa/accountbalance/v1/query", (SubjectKind.Question, questionId),
            CallbackKind.BalanceResult, CallbackKind.BalanceTimeout,
            (credential, result, timeout) => DarajaRequests.Balance(options.Paying, credential, result, timeout), cancellation);

    /// <inheritdoc/>
    public async Task<Reply> RegisterUrls(RegistrationRequest registration, CancellationToken cancellation)
    {
        var confirmation = urls.ForRegistration(CallbackKind.C2bConfirm, registration.Token);
        var validation = urls.ForRegistration(CallbackKind.C2bValidate, registration.Token);
        if (C2bRegistration.WhyRefused(confirmation, options.Kind) is { } wrong)
        {
            return Refused(FailureCode.Rejected, wrong) with { Registration = RegistrationProblem.AddressRefused };
        }

        var body = DarajaRequests.Register(options.Main, registration.ResponseType, confirmation, validation);
        var exchange = await Post(DarajaApi.Register, options.Main, $"/mpesa/c2b/{registration.Version}/registerurl", body, registration.Version, cancellation);
        return C2bRegistration.Read(exchange, registration.Version);
    }

    /// <inheritdoc/>
    public async Task<PullPage> Pull(DateTimeOffset from, DateTimeOffset to, int offset, CancellationToken cancellation)
    {
        if (options.Nominated is not { } number)
        {
            return new([], "Pull is off: Daraja__NominatedNumber is not set");
        }

        var wasRegistered = pullRegisteredAt is { } at && !(isPullDoubted && clock.GetElapsedTime(at) > Doubted);
        if (!wasRegistered && await RegisterPull(number, cancellation) is { } refused)
        {
            return refused;
        }

        var page = await AskPull(from, to, offset, cancellation);
        if (page.IsRefused && wasRegistered)
        {
            // Taken away, or never there: registering again does no harm, and without it nothing is to be believed.
            page = await RegisterPull(number, cancellation) ?? await AskPull(from, to, offset, cancellation);
        }

        if (page.Unread is { } unread)
        {
            log.LogWarning(DarajaEvents.PullSkipped, "An answer of Pull was not understood: {Why}", unread);
        }

        return page;
    }

    /// <summary>Why Pull is not registered; null when it is.</summary>
    private async Task<PullPage?> RegisterPull(string number, CancellationToken cancellation)
    {
        var body = DarajaRequests.PullRegister(options.Main, number, urls.ForPull);
        var problem = PulledPayments.WhyNotRegistered(await Post(DarajaApi.Pull, options.Main, "/pulltransactions/v1/register", body, null, cancellation));
        (pullRegisteredAt, isPullDoubted) = (problem is null ? clock.GetTimestamp() : null, false);
        return problem;
    }

    private async Task<PullPage> AskPull(DateTimeOffset from, DateTimeOffset to, int offset, CancellationToken cancellation)
    {
        var question = DarajaRequests.Pull(options.Main, from, to, offset);
        var page = PulledPayments.Read(await Post(DarajaApi.Pull, options.Main, "/pulltransactions/v1/query", question, null, cancellation), from, to);

        // Which error says "not registered" is nowhere told, and the words for "nothing" say it too: a later round registers again, which does no harm.
        isPullDoubted |= page is not { Problem: null, Unsaid: null };
        return page;
    }

    private async Task<Reply> WithInitiator(DarajaApi api, DarajaApp app, string path, (SubjectKind Kind, Guid Id) subject, CallbackKind result,
        CallbackKind timeout, Func<string, string, string, object> body, CancellationToken cancellation)
    {
        var (credential, wrong) = SecurityCredential.Encrypt(app);
        if (credential is null)
        {
            return WithoutCertificate(wrong!);
        }

        var request = body(credential, urls.For(result, subject.Kind, subject.Id), urls.For(timeout, subject.Kind, subject.Id));
        var exchange = await Post(api, app, path, request, subject.Id, cancellation);
        return DarajaProducts.Name(api, options, exchange, DarajaReplies.ToRequest(exchange, toCustomer: false, ConversationIds.Id, ConversationIds.Other));
    }

    /// <summary>Sends with the app's token; when that is refused, once more with another. A refused token means that nothing was accepted.</summary>
    private async Task<DarajaResponse> Post(DarajaApi api, DarajaApp app, string path, object body, object? subject, CancellationToken cancellation)
    {
        var started = clock.GetTimestamp();
        var token = await tokens.Get(app, cancellation);
        var exchange = await Send(token);
        if (DarajaReplies.ErrorOf(exchange) == DarajaReplies.GatewayError.Token)
        {
            log.LogWarning(DarajaEvents.TokenRefused, "Daraja's {Api} refused the access token of {App} ({Answer})", api, app, Describe(exchange));
            var (refused, answer) = (token, exchange);
            token = await tokens.Replace(app, token.Value!, cancellation);
            exchange = await Send(token);
            if (DarajaReplies.WasSuperseded(refused, answer, exchange))
            {
                await tokens.RecordSuperseded(app);
            }
        }

        // A refusal with a reason and "still under way" are answers like others, whatever their status.
        var ordinary = exchange is DarajaResponse.Received { IsSuccess: true }
            || (api == DarajaApi.Pull && exchange is DarajaResponse.Received { ErrorText: { } text } && PullWords.SayNothingIsThere(text))
            || DarajaReplies.ErrorOf(exchange) is not (DarajaReplies.GatewayError.None or DarajaReplies.GatewayError.Token or DarajaReplies.GatewayError.Misconfigured);
        log.Log(ordinary ? LogLevel.Information : LogLevel.Warning, DarajaEvents.Replied,
            "Daraja's {Api} for {Subject}: {Answer} after {Elapsed:0} ms", api, subject, Describe(exchange), clock.GetElapsedTime(started).TotalMilliseconds);
        return exchange;

        async Task<DarajaResponse> Send(AccessToken with) =>
            with.Value is null
                ? new DarajaResponse.NotSent(SendBlocker.AccessToken, $"there is no access token: {with.Problem}", with.PausedFor)
                : await http.Post(api, path, with.Value, body, cancellation);
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
        Refused(FailureCode.ProviderError, $"Nothing was sent: Daraja__CertificatePath {wrong}.") with { WasUnread = true, Hindrance = SendBlocker.Certificate };

    private static Reply.Refused Refused(FailureCode code, string message) => new(new(code, null, message, Retryable: false));
}
