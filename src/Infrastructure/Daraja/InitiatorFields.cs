using Payments.Application.Callbacks;
using Payments.Infrastructure.Callbacks;

namespace Payments.Infrastructure.Daraja;

/// <summary>What every request in the initiator's name carries beside its own fields.</summary>
/// <param name="Version">Of the API, where the app may have one of several.</param>
internal sealed record InitiatorFields(DarajaApp App, string Version, string Credential, string ResultUrl, string TimeoutUrl)
{
    /// <summary>With URLs that carry the token of what is asked for.</summary>
    public static InitiatorFields Of(
        DarajaOperation api, DarajaApp app, string version, string credential, CallbackUrls urls, SubjectKind subject, Guid id) =>
        new(app, version, credential, urls.For(api.Callbacks[0].Kind, subject, id), urls.For(api.Callbacks[1].Kind, subject, id));
}
