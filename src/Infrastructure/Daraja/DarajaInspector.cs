using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;
using Payments.Application.C2b;
using Payments.Application.Callbacks;
using Payments.Application.Daraja;
using Payments.Application.Diagnostics;
using Payments.Domain.Common;
using Payments.Domain.Transfers;
using Payments.Infrastructure.Callbacks;
using Payments.Infrastructure.Daraja.Balance;
using Payments.Infrastructure.Daraja.C2b;
using Payments.Infrastructure.Daraja.Stk;

namespace Payments.Infrastructure.Daraja;

/// <summary>Looks at Safaricom's side for the doctor: nothing here can move money, and tokens go through <see cref="AccessTokens"/> like everybody's.</summary>
internal sealed class DarajaInspector(
    AuthorizedClient client, AccessTokens tokens, CallbackUrls urls, IOptions<DarajaOptions> settings, IOptions<CallbackOptions> callbacks, C2bOptions c2b,
    TimeProvider clock)
    : IDarajaInspector
{
    /// <summary>An object without a single field is refused for the first that is missing, if the product is there at all; it can do nothing.</summary>
    private static readonly object Nothing = new { };

    private readonly DarajaOptions options = settings.Value;

    public IReadOnlyList<DarajaAppFacts> Apps => options.Main == options.Paying
        ? [Facts(options.Main, isPaying: true, isMain: true)]
        : [Facts(options.Main, isPaying: false, isMain: true), Facts(options.Paying, isPaying: true, isMain: false)];

    public string? WhyNotCalled(string publicBaseUrl) => CallbackOptions.WhyNotCallable(publicBaseUrl, options.Kind != DarajaEnvironment.Simulator);

    public string? WhyNotRegistered(string publicBaseUrl) => C2bRegistration.WhyRefusedWord(publicBaseUrl, options.Kind);

    public string? WrongCertificate(DarajaAppFacts app) =>
        SecurityCredential.OtherEnvironment(AppOf(app)) is { } other ? $"is Safaricom's certificate for {other}" : null;

    public async Task<TokenResult> Token(DarajaAppFacts app, CancellationToken cancellation) => new((await tokens.Get(AppOf(app), cancellation)).Problem);

    public async Task<CredentialsResult> Credentials(CancellationToken cancellation)
    {
        // An id of the right form that Safaricom never gave: its time has not come, and its number is nobody's.
        var id = "ws_CO_" + clock.GetUtcNow().AddDays(1).ToString("ddMMyyyyHHmmssfff", CultureInfo.InvariantCulture) + "700000000";
        var answer = await client.Post(
            DarajaOperations.PromptQuery, options.Main, DarajaOperations.PromptQuery.Path, StkRequests.Query(options, id, clock.GetUtcNow()), cancellation);
        return new(Read(answer.Response), Words(answer), answer.IsSuperseded);
    }

    public async Task<IReadOnlyList<ProductResult>> Products(CancellationToken cancellation)
    {
        var looks = new List<ProductResult>();
        foreach (var group in Wanted().GroupBy(wanted => wanted.App))
        {
            var isRenewed = false;
            foreach (var (api, app) in group)
            {
                // Once for all products: a token knows the products of its hour, and each new one ends the last one's life.
                var (product, version) = (api.Product!, VersionOf(api));
                var answer = await client.Post(api, app, api.PathOf(version), Nothing, cancellation, mayRenew: !isRenewed);
                isRenewed |= answer.IsRenewed;
                var isThere = IsThere(answer.Response);
                var name = api == DarajaOperations.Register ? $"{product.Name} {version}" : product.Name;
                looks.Add(new(name, app.Shortcode, isThere, product.Lacking, product.IsNeeded,
                    product.Versions is null ? Words(answer) : $"{Words(answer)}, asked for {name} {version}")
                {
                    Instead = isThere == false && product.Versions is { } versions && versions.Besides(version) is var other
                        && IsThere((await client.Post(api, app, api.PathOf(other), Nothing, cancellation, mayRenew: false)).Response) == true
                        ? $"The app has {name} {other}: set {versions.Setting}={other}." : null,
                });
            }
        }

        return looks;
    }

    public async Task<Reply> AskBalance(DarajaAppFacts facts, StatusQueryId question, CancellationToken cancellation)
    {
        var app = AppOf(facts);
        var (credential, wrong) = SecurityCredential.Encrypt(app);
        if (credential is null)
        {
            return new Reply.Refused(new(FailureCode.ProviderError, null, $"{facts.Section}__CertificatePath {wrong}.", Retryable: false)) { NeverArrived = true };
        }

        var fields = InitiatorFields.Of(
            DarajaOperations.Balance, app, DarajaOperations.Balance.VersionOf(options), credential, urls, SubjectKind.Question, question.Value);
        var answer = await client.Post(DarajaOperations.Balance, app, DarajaOperations.Balance.Path, BalanceApi.Body(fields), cancellation);

        // What the token said is enough, and no breaker's pause is told of: nobody waits for the doctor's question.
        var exchange = answer.Token.Problem is { } problem ? new DarajaResponse.NotSent(SendBlocker.AccessToken, problem) : answer.Response;
        var reply = DarajaReplies.ToRequest(exchange, toCustomer: false, "ConversationID", "OriginatorConversationID");
        return reply is Reply.Refused said ? said with { NeverArrived = NeverArrived(exchange) } : reply;
    }

    private static bool NeverArrived(DarajaResponse exchange) => exchange is DarajaResponse.NotSent
        || DarajaReplies.ErrorOf(exchange) is DarajaReplies.GatewayError.Token or DarajaReplies.GatewayError.Throttled or DarajaReplies.GatewayError.Refused;

    /// <summary>The products this deployment uses, with the app that has to have them.</summary>
    private IEnumerable<(DarajaOperation Api, DarajaApp App)> Wanted() =>
        from api in DarajaOperations.All
        where api.Product?.IsUsed(options) == true
        let app = api.IsOfPayouts ? options.Paying : options.Main
        where !api.NeedsInitiator || app.InitiatorName is not null
        select (api, app);

    private string VersionOf(DarajaOperation api) => api == DarajaOperations.Register ? c2b.Version : api.VersionOf(options);

    /// <summary>False when even a new token is refused here; null when the answer is no word of the product's.</summary>
    private static bool? IsThere(DarajaResponse exchange) => exchange is not DarajaResponse.Received answer ? null
        : DarajaReplies.ErrorOf(exchange) switch
        {
            DarajaReplies.GatewayError.Token => false,
            DarajaReplies.GatewayError.Throttled => null,
            _ => answer.ErrorCode is not null && answer.ErrorText?.Contains("not found", StringComparison.OrdinalIgnoreCase) != true ? true : null,
        };

    private static CredentialsState Read(DarajaResponse exchange)
    {
        if (exchange is not DarajaResponse.Received answer)
        {
            return CredentialsState.Unclear;
        }

        var text = answer.ErrorText ?? "";
        bool Says(string words) => text.Contains(words, StringComparison.OrdinalIgnoreCase);
        return DarajaReplies.ErrorOf(exchange) switch
        {
            DarajaReplies.GatewayError.Token => CredentialsState.TokenRefused,
            DarajaReplies.GatewayError.Misconfigured when Says("Merchant does not exist") => CredentialsState.UnknownShortcode,
            DarajaReplies.GatewayError.Misconfigured => CredentialsState.WrongPasskey,
            _ when Says("Invalid CheckoutRequestID") => CredentialsState.Agree,
            _ when Says("Invalid BusinessShortCode") => CredentialsState.UnknownShortcode,
            DarajaReplies.GatewayError.Processing => CredentialsState.Agree,

            // A final answer to a question about nothing is still an answer to somebody it knows.
            _ when answer.IsSuccess && answer.Json.Get("ResponseCode"u8).Code() == "0" => CredentialsState.Agree,
            _ => CredentialsState.Unclear,
        };
    }

    private static string Words(AuthorizedResponse answer) => answer.Token.Problem ?? Words(answer.Response);

    private static string Words(DarajaResponse exchange) => exchange switch
    {
        DarajaResponse.NotSent notSent => notSent.Why,
        DarajaResponse.NoResponse lost => lost.Why,
        DarajaResponse.Received { ErrorCode: { } code } answer => $"{code} {answer.ErrorText}",
        DarajaResponse.Received answer => answer.Shape,
        _ => "",
    };

    private DarajaApp AppOf(DarajaAppFacts facts) => facts.IsMain ? options.Main : options.Paying;

    private DarajaAppFacts Facts(DarajaApp app, bool isPaying, bool isMain) => new(
        isPaying, isMain, app.Shortcode, app.TokenKey, app.InitiatorName, app.InitiatorName is null ? null : SecurityCredential.Encrypt(app).Problem,
        app.InitiatorName is null ? [] : [.. callbacks.Value.Secrets.Select(secret => Fingerprint(app, Convert.FromBase64String(secret)))]);

    /// <summary>Everything M-PESA judges the initiator by, under a key of ours: the same value is known again and nothing of it can be read.</summary>
    private static byte[] Fingerprint(DarajaApp app, byte[] secret)
    {
        var name = Encoding.UTF8.GetBytes(string.Join('\0', "initiator", app.Environment, app.Shortcode, app.InitiatorName, app.InitiatorPassword));
        return HMACSHA256.HashData(secret, (byte[])[.. name, .. SecurityCredential.KeyOf(app)]);
    }
}
