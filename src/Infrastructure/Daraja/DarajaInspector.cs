using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;
using Payments.Application.C2b;
using Payments.Application.Daraja;
using Payments.Application.Diagnostics;
using Payments.Domain.Callbacks;
using Payments.Domain.Common;
using Payments.Domain.Transfers;
using Payments.Infrastructure.Callbacks;

namespace Payments.Infrastructure.Daraja;

/// <summary>Looks at Safaricom's side for the doctor: nothing here can move money, and tokens go through <see cref="AccessTokens"/> like everybody's.</summary>
internal sealed class DarajaInspector(
    DarajaHttp http, AccessTokens tokens, CallbackUrls urls, IOptions<DarajaOptions> settings, IOptions<CallbackOptions> callbacks, C2bOptions c2b,
    TimeProvider clock)
    : IDarajaInspector
{
    /// <summary>An object without a single field is refused for the first that is missing, if the product is there at all; it can do nothing.</summary>
    private static readonly object Nothing = new { };

    private readonly DarajaOptions options = settings.Value;

    /// <inheritdoc/>
    public IReadOnlyList<DarajaAppFacts> Apps => options.Main == options.Paying
        ? [Facts(options.Main, isPaying: true, isMain: true)]
        : [Facts(options.Main, isPaying: false, isMain: true), Facts(options.Paying, isPaying: true, isMain: false)];

    /// <inheritdoc/>
    public string? WhyNotCalled(string publicBaseUrl) => CallbackOptions.WhyNotCallable(publicBaseUrl, options.Kind != DarajaEnvironment.Simulator);

    /// <inheritdoc/>
    public string? WhyNotRegistered(string publicBaseUrl) => C2bRegistration.WhyRefusedWord(publicBaseUrl, options.Kind);

    /// <inheritdoc/>
    public string? WrongCertificate(DarajaAppFacts app) =>
        SecurityCredential.OtherEnvironment(AppOf(app)) is { } other ? $"is Safaricom's certificate for {other}" : null;

    /// <inheritdoc/>
    public async Task<TokenResult> Token(DarajaAppFacts app, CancellationToken cancellation) => new((await tokens.Get(AppOf(app), cancellation)).Problem);

    /// <inheritdoc/>
    public async Task<CredentialsResult> Credentials(CancellationToken cancellation)
    {
        // An id of the right form that Safaricom never gave: its time has not come, and its number is nobody's.
        var id = "ws_CO_" + clock.GetUtcNow().AddDays(1).ToString("ddMMyyyyHHmmssfff", CultureInfo.InvariantCulture) + "700000000";
        var token = await tokens.Get(options.Main, cancellation);
        var exchange = await Ask(token);
        var stolen = false;
        if (DarajaReplies.ErrorOf(exchange) == DarajaReplies.GatewayError.Token && token.Value is { } refused)
        {
            var (before, first) = (token, exchange);
            exchange = await Ask(await tokens.Replace(options.Main, refused, cancellation));
            stolen = DarajaReplies.WasSuperseded(before, first, exchange);
            if (stolen)
            {
                await tokens.RecordSuperseded(options.Main);
            }
        }

        return new(Read(exchange), Words(exchange), stolen);

        async Task<DarajaResponse> Ask(AccessToken with) => with.Value is null
            ? new DarajaResponse.NotSent(SendBlocker.AccessToken, with.Problem ?? "there is no access token")
            : await http.Post(DarajaApi.PromptQuery, "/mpesa/stkpushquery/v1/query", with.Value,
                DarajaRequests.StkQuery(options, id, clock.GetUtcNow()), cancellation);
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<ProductResult>> Products(CancellationToken cancellation)
    {
        var looks = new List<ProductResult>();
        foreach (var group in Wanted().GroupBy(product => product.App))
        {
            var renewed = false;
            foreach (var product in group)
            {
                var token = await tokens.Get(group.Key, cancellation);
                var exchange = await Ask(product, token);
                if (!renewed && token.Value is { } old && DarajaReplies.ErrorOf(exchange) == DarajaReplies.GatewayError.Token)
                {
                    // Once for all products: a token knows the products of its hour, and each new one ends the last one's life.
                    renewed = true;
                    exchange = await Ask(product, await tokens.Replace(group.Key, old, cancellation));
                }

                var isThere = IsThere(exchange);
                looks.Add(new(product.Name, group.Key.Shortcode, isThere, product.Uses, product.IsNeeded, product.Version is { } version ? $"{Words(exchange)}, asked for {product.Name} {version}" : Words(exchange))
                {
                    Instead = isThere == false && product.Other is { } other && IsThere(await Ask(other, await tokens.Get(group.Key, cancellation))) == true ? other.Uses : null,
                });
            }
        }

        return looks;

        async Task<DarajaResponse> Ask(Product product, AccessToken with) => with.Value is null
            ? new DarajaResponse.NotSent(SendBlocker.AccessToken, with.Problem ?? "there is no access token")
            : await http.Post(product.Api, product.Path, with.Value, Nothing, cancellation);
    }

    /// <inheritdoc/>
    public async Task<Reply> AskBalance(DarajaAppFacts facts, Guid question, CancellationToken cancellation)
    {
        var app = AppOf(facts);
        var (credential, wrong) = SecurityCredential.Encrypt(app);
        if (credential is null)
        {
            return new Reply.Refused(new(FailureCode.ProviderError, null, $"{facts.Section}__CertificatePath {wrong}.", Retryable: false)) { NeverArrived = true };
        }

        var body = DarajaRequests.Balance(app, credential, urls.For(CallbackKind.BalanceResult, SubjectKind.Question, question),
            urls.For(CallbackKind.BalanceTimeout, SubjectKind.Question, question));
        var token = await tokens.Get(app, cancellation);
        var exchange = await Ask(token);
        if (token.Value is { } refused && DarajaReplies.ErrorOf(exchange) == DarajaReplies.GatewayError.Token)
        {
            exchange = await Ask(await tokens.Replace(app, refused, cancellation));
        }

        var reply = DarajaReplies.ToRequest(exchange, toCustomer: false, "ConversationID", "OriginatorConversationID");
        return reply is Reply.Refused said ? said with { NeverArrived = NeverArrived(exchange) } : reply;

        async Task<DarajaResponse> Ask(AccessToken with) => with.Value is null
            ? new DarajaResponse.NotSent(SendBlocker.AccessToken, with.Problem ?? "there is no access token")
            : await http.Post(DarajaApi.Balance, "/mpesa/accountbalance/v1/query", with.Value, body, cancellation);
    }

    private static bool NeverArrived(DarajaResponse exchange) => exchange is DarajaResponse.NotSent
        || DarajaReplies.ErrorOf(exchange) is DarajaReplies.GatewayError.Token or DarajaReplies.GatewayError.Throttled or DarajaReplies.GatewayError.Refused;

    private IEnumerable<Product> Wanted()
    {
        var (main, paying) = (options.Main, options.Paying);
        yield return new("M-PESA Express", DarajaApi.Push, "/mpesa/stkpush/v1/processrequest", main, "no prompt can be sent", IsNeeded: true);
        yield return new("M-PESA Express Query", DarajaApi.PromptQuery, "/mpesa/stkpushquery/v1/query", main, "a lost callback cannot be found out", IsNeeded: true);
        yield return new($"C2B {c2b.Version}", DarajaApi.Register, $"/mpesa/c2b/{c2b.Version}/registerurl", main, "payments by hand are not told", IsNeeded: false);
        if (main.InitiatorName is not null)
        {
            yield return new("Reversal", DarajaApi.Reversal, "/mpesa/reversal/v1/request", main, "payments cannot be reversed", IsNeeded: false);
            yield return new(
                "Transaction Status", DarajaApi.Status, "/mpesa/transactionstatus/v1/query", main, "doubtful money cannot be asked about", IsNeeded: false);
        }

        if (paying.InitiatorName is not null)
        {
            var other = DarajaProducts.OtherB2c(options);
            yield return new("B2C", DarajaApi.B2c, $"/mpesa/b2c/{options.B2cVersion}/paymentrequest", paying, "nothing is paid out to phones", IsNeeded: false)
            {
                Version = options.B2cVersion,
                Other = new("B2C", DarajaApi.B2c, $"/mpesa/b2c/{other}/paymentrequest", paying, $"The app has B2C {other}: set Daraja__B2cVersion={other}.", IsNeeded: false),
            };
            yield return new("B2B", DarajaApi.B2b, "/mpesa/b2b/v1/paymentrequest", paying, "nothing is paid out to businesses", IsNeeded: false);
            yield return new("Account Balance", DarajaApi.Balance, "/mpesa/accountbalance/v1/query", paying, "the float is not known", IsNeeded: false);
        }

        if (options.NominatedNumber is not null)
        {
            yield return new("Pull Transactions", DarajaApi.Pull, "/pulltransactions/v1/query", main, "missed confirmations are not fetched", IsNeeded: false);
        }
    }

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

    private sealed record Product(string Name, DarajaApi Api, string Path, DarajaApp App, string Uses, bool IsNeeded)
    {
        /// <summary>The version asked for, where an app may have another.</summary>
        public string? Version { get; init; }

        /// <summary>That other one, and what to do if the app has it.</summary>
        public Product? Other { get; init; }
    }
}
