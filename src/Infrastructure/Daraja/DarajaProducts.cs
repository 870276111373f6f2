using Payments.Application.Daraja;

namespace Payments.Infrastructure.Daraja;

/// <summary>
/// Daraja's products by the names its portal has, with the version that is asked for: an app owns one version, and the other answers as if the
/// token were wrong (401.003.01).
/// </summary>
internal static class DarajaProducts
{
    /// <summary>What an operator reads when a product refused a fresh token; any other reply as it is.</summary>
    public static Reply Name(DarajaOperation api, DarajaOptions options, DarajaResponse exchange, Reply reply)
    {
        if (reply is not Reply.Refused refused || api.Product is not { } product || DarajaReplies.ErrorOf(exchange) != DarajaReplies.GatewayError.Token)
        {
            return reply;
        }

        var message = DarajaReplies.IsAboutProduct(exchange)
            ? $"The app has no {NameOf(product, api, options)} (no apiproduct match). {Todo(product, options)}"
            : $"Safaricom refused a fresh access token for {NameOf(product, api, options)}: is it on the app, in this version, and is Daraja__Environment the app's? {Todo(product, options)}";
        return refused with { Failure = refused.Failure with { Message = message } };
    }

    private static string NameOf(DarajaProduct product, DarajaOperation api, DarajaOptions options) => $"{product.Name} {api.VersionOf(options)}";

    private static string Todo(DarajaProduct product, DarajaOptions options)
    {
        if (product.Versions is not { } versions)
        {
            return "Have it added to the app in the Daraja portal.";
        }

        var other = versions.Besides(versions.Current(options));
        return $"If it has {product.Name} {other}, set {versions.Setting}={other}; else have {product.Name} added to it in the Daraja portal.";
    }
}
