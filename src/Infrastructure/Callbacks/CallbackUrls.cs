using Payments.Application.Callbacks;
using Payments.Infrastructure.Daraja;

namespace Payments.Infrastructure.Callbacks;

/// <summary>
/// The URLs handed to Daraja, all under <c>/callbacks</c>: registered URLs may not contain words such as <c>mpesa</c>. Each is made from the
/// public address of the moment, which a tunnel may change.
/// </summary>
public sealed class CallbackUrls(PublicAddress address, CallbackTokens tokens)
{
    /// <summary>The URL on which one thing of ours hears its result.</summary>
    public string For(CallbackKind kind, SubjectKind subject, Guid id) => Under(address.Current, kind) + "/" + tokens.Make(subject, id);

    /// <summary>The URLs of a C2B registration, which stay for as long as the registration does.</summary>
    /// <param name="token">The registration's stored token.</param>
    public (string Confirmation, string Validation) ForRegistration(string token) =>
        (Under(address.Current, CallbackKind.C2bConfirm) + "/" + token, Under(address.Current, CallbackKind.C2bValidate) + "/" + token);

    /// <summary>What Pull wants registered beside its nominated number; nothing is sent there.</summary>
    public string ForPull => Under(address.Current, CallbackKind.C2bConfirm);

    /// <summary>The endpoint of a kind of callback under a public address, without a token.</summary>
    public static string Under(Uri publicBaseUrl, CallbackKind kind) => publicBaseUrl.AbsoluteUri.TrimEnd('/') + "/callbacks/" + PathOf(kind);

    /// <summary>The path of a kind of callback after its prefix, without slashes at the ends.</summary>
    public static string PathOf(CallbackKind kind) => DarajaOperations.Channels[kind].Path;
}
