using System.Text.Json;
using Payments.Application.Common;
using Payments.Application.Idempotency;

namespace Payments.Application.Checkouts;

/// <summary>The answer to the request that made a checkout.</summary>
public sealed class RebuildNewCheckout(ICheckouts checkouts, IClientSecrets secrets) : IResponseReplayer
{
    public string Kind => CreatedResourceKind.NewCheckout;

    public async Task<object> Rebuild(Caller caller, CreatedResource created, CancellationToken cancellation) =>
        CheckoutView.Of((await checkouts.Find(new(created.Id), cancellation))!, toShop: true) with
        {
            ClientSecret = secrets.For(new(created.Id)),
            PromptRefused = created.Note is { } note ? JsonSerializer.Deserialize<PromptRefusedView>(note) : null,
        };

    /// <summary>What is kept for <see cref="Rebuild"/> of the answer; null where a prompt went out, or none was asked for.</summary>
    public static string? Note(PromptRefusedView? refused) => refused is null ? null : JsonSerializer.Serialize(refused);
}

/// <summary>The answer to a request that changed a checkout.</summary>
public sealed class RebuildCheckout(ICheckouts checkouts) : IResponseReplayer
{
    public string Kind => CreatedResourceKind.Checkout;

    public async Task<object> Rebuild(Caller caller, CreatedResource created, CancellationToken cancellation) =>
        CheckoutView.Of((await checkouts.Find(new(created.Id), cancellation))!, caller.IsShop);
}
