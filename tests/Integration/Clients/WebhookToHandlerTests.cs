using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Payments.Client;
using Payments.Tests.Faults;
using Xunit;

namespace Payments.Tests.Integration;

/// <summary>From a customer's phone to a shop's code by the client package alone: the webhook it made, a payment, the verified event.</summary>
public sealed class WebhookToHandlerTests(Running running) : IClassFixture<Running>, IAsyncLifetime
{
    private readonly ConcurrentQueue<CheckoutEvent> shipped = new();
    private WebApplication shop = null!;
    private PaymentsClient client = null!;
    private Webhook webhook = null!;
    private int failures;

    private IList<string> Secrets => shop.Services.GetRequiredService<IOptionsMonitor<PaymentsOptions>>().CurrentValue.WebhookSecrets;

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls($"http://127.0.0.1:{ChildProcess.FreePort()}");
        builder.Logging.ClearProviders();
        builder.Services.AddPayments(options => (options.BaseAddress, options.Key) = (running.Host.ApiUrl, "sk_test_shop"));
        shop = builder.Build();
        shop.MapPaymentsWebhook("/webhooks/payments", hook => hook.On<CheckoutEvent>(EventTypes.CheckoutPaid, (happened, _) =>
        {
            shipped.Enqueue(happened);
            return Interlocked.Decrement(ref failures) >= 0 ? throw new InvalidOperationException("the shop's database is away") : Task.CompletedTask;
        }));
        await shop.StartAsync();
        client = shop.Services.GetRequiredService<PaymentsClient>();
        webhook = await client.Webhooks.Create(new() { Url = new(new(shop.Urls.First()), "/webhooks/payments"), Description = "The shop" });

        // As a shop's start would do it: the options are the process's own.
        Secrets.Add(webhook.Secret!);
    }

    public async ValueTask DisposeAsync()
    {
        await client.Webhooks.Delete(webhook.Id);
        await shop.DisposeAsync();
    }

    [Fact]
    public async Task A_payment_reaches_the_shops_code()
    {
        var checkout = await Paid();
        var told = await Told(checkout, 1);
        Assert.Equal((CheckoutStatus.Paid, 1500m), (told[0].Data.Status, told[0].Data.AmountPaid));

        await PaymentsHost.Eventually(async () => (await client.Webhooks.ListDeliveries(webhook.Id, new() { Status = DeliveryStatus.Delivered })).Items.Count > 0, "it is written down");
        var delivery = (await client.Webhooks.ListDeliveries(webhook.Id)).Items.Single(item => item.EventId == told[0].Id);
        var whole = await client.Webhooks.GetDelivery(delivery.Id);
        Assert.Equal((204, checkout.Id), (Assert.Single(whole.Tries!).StatusCode, whole.Body!.Value.GetProperty("data").GetProperty("id").GetString()));

        await client.Webhooks.ResendDelivery(delivery.Id);
        Assert.Equal(told[0].Id, (await Told(checkout, 2))[1].Id);
    }

    [Fact]
    public async Task What_the_shop_could_not_do_comes_again_with_its_id()
    {
        failures = 1;
        var checkout = await Paid();
        await Told(checkout, 1);
        var delivery = (Delivery?)null;
        await PaymentsHost.Eventually(
            async () => (delivery = (await client.Webhooks.ListDeliveries(webhook.Id, new() { Status = DeliveryStatus.Pending })).Items is [var waiting, ..] ? waiting : null) is not null,
            "it waits for its next try");
        await client.Webhooks.ResendDelivery(delivery!.Id);
        var told = await Told(checkout, 2);
        Assert.Equal(told[0].Id, told[1].Id);
    }

    [Fact]
    public async Task A_rotation_has_no_gap()
    {
        var rotated = await client.Webhooks.RotateSecret(webhook.Id);
        Assert.NotNull(rotated.OldSecretUntil);

        // The shop knows only the old one yet, then both, then the new one alone.
        Assert.True((await client.Webhooks.Test(webhook.Id)).Delivered);
        Secrets.Add(rotated.Secret!);
        Assert.True((await client.Webhooks.Test(webhook.Id)).Delivered);
        Secrets.Remove(webhook.Secret!);
        Assert.True((await client.Webhooks.Test(webhook.Id)).Delivered);
        await Told(await Paid(), 1);

        Secrets.Clear();
        Secrets.Add(webhook.Secret![..^8] + "AAAAAAA=");
        var refused = await client.Webhooks.Test(webhook.Id);
        Assert.Equal((false, 401), (refused.Delivered, refused.StatusCode));
    }

    [Fact]
    public async Task A_webhook_is_changed_stopped_and_gone()
    {
        Assert.Contains((await client.Webhooks.List()).Items, item => item.Id == webhook.Id && item.Secret is null);
        var changed = await client.Webhooks.Update(webhook.Id, new() { Events = [EventTypes.CheckoutPaid], Description = "Ours", Status = WebhookStatus.Disabled });
        Assert.Equal((WebhookStatus.Disabled, DisabledBecause.ByRequest, "Ours"), (changed.Status, changed.DisabledBecause, changed.Description));
        Assert.Equal([EventTypes.CheckoutPaid], changed.Events!);
        Assert.Equal([Scope.Checkouts, Scope.Payouts], changed.Scopes);

        // Nothing that happened meanwhile is lost.
        var checkout = await Paid();
        await client.Webhooks.Update(webhook.Id, new() { Status = WebhookStatus.Enabled });
        await Told(checkout, 1);
        await client.Webhooks.ResendSince(webhook.Id, checkout.CreatedAt);
        await Told(checkout, 2);

        var other = await client.Webhooks.Create(new() { Url = webhook.Url });
        Assert.Equal(other.Id, (await client.Webhooks.Delete(other.Id)).Id);
        Assert.Equal(ErrorCodes.NotFound, (await Assert.ThrowsAsync<PaymentsException>(() => client.Webhooks.Get(other.Id))).Code);
        Assert.Equal(
            ErrorCodes.ValidationFailed, (await Assert.ThrowsAsync<PaymentsException>(() => client.Webhooks.Create(new() { Url = new("ftp://shop.example.co.ke/") }))).Code);
    }

    private async Task<Checkout> Paid()
    {
        var checkout = await client.Checkouts.Create(new() { Amount = 1500, Phone = PaymentsHost.NewPhone() });
        await PaymentsHost.Eventually(async () => (await client.Checkouts.Get(checkout.Id)).Status == CheckoutStatus.Paid, "it is paid");
        return checkout;
    }

    private async Task<IReadOnlyList<CheckoutEvent>> Told(Checkout checkout, int times)
    {
        await PaymentsHost.Eventually(() => Task.FromResult(shipped.Count(e => e.Data.Id == checkout.Id) >= times), $"the shop is told {times} times");
        return [.. shipped.Where(e => e.Data.Id == checkout.Id)];
    }
}
