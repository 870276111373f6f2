using Payments.Application.Daraja;

namespace Payments.Infrastructure.Daraja;

/// <summary>
/// Daraja's products by the names its portal has, with the version that is asked for: an app owns one version, and the other answers as if the
/// token were wrong (401.003.01).
/// </summary>
internal static class DarajaProducts
{
    /// <summary>What an operator reads when a product refused a fresh token; any other reply as it is.</summary>
    public static Reply Name(DarajaApi api, DarajaOptions options, DarajaResponse exchange, Reply reply)
    {
        if (reply is not Reply.Refused refused || DarajaReplies.ErrorOf(exchange) != DarajaReplies.GatewayError.Token)
        {
            return reply;
        }

        var message = DarajaReplies.IsAboutProduct(exchange)
            ? $"The app has no {NameOf(api, options)} (no apiproduct match). {Todo(api, options)}"
            : $"Safaricom refused a fresh access token for {NameOf(api, options)}: is it on the app, in this version, and is Daraja__Environment the app's? {Todo(api, options)}";
        return refused with { Failure = refused.Failure with { Message = message } };
    }

    /// <summary>The other version, for who has it.</summary>
    public static string OtherB2c(DarajaOptions options) => options.B2cVersion == "v1" ? "v3" : "v1";

    private static string NameOf(DarajaApi api, DarajaOptions options) => api switch
    {
        DarajaApi.B2c => $"B2C {options.B2cVersion}",
        DarajaApi.B2b => "B2B v1",
        DarajaApi.Reversal => "Reversal v1",
        DarajaApi.Status => "Transaction Status v1",
        DarajaApi.Balance => "Account Balance v1",
        _ => api.ToString(),
    };

    private static string Todo(DarajaApi api, DarajaOptions options) => api == DarajaApi.B2c
        ? $"If it has B2C {OtherB2c(options)}, set Daraja__B2cVersion={OtherB2c(options)}; else have B2C added to it in the Daraja portal."
        : "Have it added to the app in the Daraja portal.";
}
