using System.Security.Cryptography;
using System.Text;
using FluentValidation;
using MediatR;
using Payments.Application.Access;
using Payments.Application.Common;
using Payments.Application.Webhooks;

namespace Payments.Application.Pairing;

/// <summary>An operator agrees that a shop's program gets a key. Answers the code with which it fetches the key.</summary>
/// <param name="Actor">Who agrees, as the audit log names him.</param>
/// <param name="Client">Which shop's key it is.</param>
public sealed record AgreePairing(string Actor, PairingRequest Asked, string? Client) : IRequest<Result<PairingCode>>;

/// <summary>Works once, within <see cref="Life"/>.</summary>
public sealed record PairingCode(string Code)
{
    /// <summary>The program fetches its key at once; somebody who finds the code in a browser's history comes too late.</summary>
    public static readonly TimeSpan Life = TimeSpan.FromMinutes(10);

    /// <summary>What is stored of it.</summary>
    public static byte[] Hash(string code) => SHA256.HashData(Encoding.UTF8.GetBytes(code));
}

/// <summary>The shop's name.</summary>
public sealed class AgreePairingValidator : AbstractValidator<AgreePairing>
{
    public AgreePairingValidator() => RuleFor(p => p.Client).Must(client => !string.IsNullOrWhiteSpace(client)).WithMessage("Give the shop's name.").Printable(100);
}

/// <summary>
/// Only notes it: the key is made when it is fetched. Dies before the commit: nothing was agreed. The answer is lost: the code is nowhere to be had, and
/// is worth nothing in ten minutes.
/// </summary>
public sealed class AgreePairingHandler(IPairings pairings, IWebhooks webhooks, IWebhookEndpoints endpoints, IAudit audit, ITransactions transactions)
    : IRequestHandler<AgreePairing, Result<PairingCode>>
{
    public async Task<Result<PairingCode>> Handle(AgreePairing request, CancellationToken cancellationToken)
    {
        if (request.Asked.Webhook is { } webhook && await WebhookRules.Refuse(endpoints, webhook, cancellationToken) is { } refused)
        {
            return refused;
        }

        var code = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)).TrimEnd('=').Replace('+', '-').Replace('/', '_');
        return await transactions.Run<Result<PairingCode>>(
            async now =>
            {
                if (request.Asked.Webhook is not null && await WebhookRules.TooMany(webhooks, request.Client!.Trim()) is { } tooMany)
                {
                    return tooMany;
                }

                var pairing = new StoredPairing(
                    NewId.Next(), request.Asked.App!, request.Client!.Trim(), request.Asked.ScopeList, request.Asked.Return!, request.Asked.Webhook, request.Asked.CodeChallenge,
                    request.Actor, now + PairingCode.Life);
                await pairings.Add(pairing, PairingCode.Hash(code));
                await audit.Write(
                    request.Actor, "pairing.agree", $"client/{pairing.Client}", null,
                    new { pairing.Id, pairing.App, pairing.Scopes, to = new Uri(pairing.ReturnUrl).Authority, webhook = pairing.WebhookUrl });
                return new PairingCode(code);
            },
            cancellationToken);
    }
}
