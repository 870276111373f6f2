using System.Text;
using Microsoft.AspNetCore.DataProtection;
using Payments.Application.Webhooks;

namespace Payments.Infrastructure.Webhooks;

/// <summary>
/// Seals with a key made of the deployment's own secrets (Callbacks__Secrets): a copy of the database signs nothing. The sender seals them anew at
/// every start, so that a secret of the deployment can be taken out once another has been in front of it.
/// </summary>
internal sealed class WebhookSecrets(IDataProtectionProvider protection) : IWebhookSecrets
{
    private readonly IDataProtector protector = protection.CreateProtector("webhook-secrets");

    public byte[] Seal(string secret) => protector.Protect(Encoding.UTF8.GetBytes(secret));

    public string Open(byte[] sealedSecret) => Encoding.UTF8.GetString(protector.Unprotect(sealedSecret));
}
