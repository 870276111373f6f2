using Microsoft.Extensions.DependencyInjection;
using Payments.Client;
using Xunit;

namespace Payments.Tests.Integration;

/// <summary>The .NET client package against the running service.</summary>
public sealed class ClientTests(Running running) : IClassFixture<Running>, IAsyncDisposable
{
    private readonly PaymentsHost host = running.Host;
    private readonly List<ServiceProvider> shops = [];

    [Fact]
    public async Task A_checkout_is_made_prompted_paid_and_found_again()
    {
        var client = Shop();
        var reference = PaymentsHost.NewReference();
        var made = await client.Checkouts.Create(new()
        {
            Amount = 1500,
            OrderReference = reference,
            ExternalId = $"cart-{reference}",
            Description = "Two shirts",
            ReturnUrl = new("https://shop.example.co.ke/thanks"),
            Metadata = new Dictionary<string, string> { ["cart"] = "7" },
        });
        Assert.Equal((CheckoutStatus.Open, 1500m, 1500m, "KES", reference), (made.Status, made.Amount, made.AmountDue, made.Currency, made.Account));
        Assert.Equal(("7", new Uri("https://shop.example.co.ke/thanks")), (made.Metadata["cart"], made.ReturnUrl));
        Assert.NotNull(made.ClientSecret);

        var watching = client.Checkouts.Watch(made.Id).ToListAsync();
        await client.Checkouts.Pay(made.Id, "254700000000");
        var seen = await watching.AsTask().WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal(CheckoutStatus.Paid, seen[^1].Status);

        var paid = await client.Checkouts.Get(made.Id);
        Assert.Equal((CheckoutStatus.Paid, 1500m, 0m, null), (paid.Status, paid.AmountPaid, paid.AmountDue, paid.ClientSecret));
        Assert.Equal((PaymentMethod.Stk, SettledBy.Callback), (paid.Payment!.Method, paid.Payment.SettledBy));
        Assert.Equal(AttemptStatus.Succeeded, Assert.Single(paid.Attempts).Status);
        Assert.True(paid.Version > made.Version);

        var start = made.CreatedAt;
        Assert.Equal(made.Id, Assert.Single((await client.Checkouts.List(new() { OrderReference = reference })).Items).Id);
        Assert.Equal(made.Id, Assert.Single((await client.Checkouts.List(new() { ExternalId = $"cart-{reference}", Status = CheckoutStatus.Paid, From = start })).Items).Id);
        Assert.Empty((await client.Checkouts.List(new() { Account = reference, To = start })).Items);
    }

    [Fact]
    public async Task A_list_is_read_to_its_end()
    {
        var client = Shop();
        var external = PaymentsHost.NewReference();
        for (var i = 1; i <= 5; i++)
        {
            await client.Checkouts.Create(new() { Amount = i, ExternalId = external });
        }

        var all = await client.Checkouts.ListAll(new() { ExternalId = external, Limit = 2 }).ToListAsync();
        Assert.Equal([5m, 4m, 3m, 2m, 1m], all.Select(checkout => checkout.Amount));
    }

    [Fact]
    public async Task Refunds_and_payouts_go_out_and_are_followed()
    {
        var client = Shop();
        var checkout = await client.Checkouts.Create(new() { Amount = 900, Phone = "254700000000" });
        await PaymentsHost.Eventually(async () => (await client.Checkouts.Get(checkout.Id)).Status == CheckoutStatus.Paid, "it is paid");

        var refund = await client.Refunds.Create(checkout.Id, new() { Amount = 400, Reason = "One item was out of stock" });
        Assert.Equal((RefundMethod.B2c, checkout.Id), (refund.Method, refund.CheckoutId));
        await PaymentsHost.Eventually(async () => (await client.Refunds.Get(refund.Id)).Status == TransferStatus.Completed, "it is refunded");
        Assert.Contains((await client.Refunds.List(new() { Status = TransferStatus.Completed, Limit = 100 })).Items, item => item.Id == refund.Id);
        Assert.Equal(400, (await client.Checkouts.Get(checkout.Id)).AmountRefunded);

        var reference = PaymentsHost.NewReference();
        var payout = await client.Payouts.Create(new() { Method = PayoutMethod.Mpesa, Recipient = "254708374149", Amount = 50, Reason = PayoutReason.Salary, Reference = reference });
        await PaymentsHost.Eventually(async () => (await client.Payouts.Get(payout.Id)).Status == TransferStatus.Completed, "it is paid out");
        var listed = Assert.Single((await client.Payouts.List(new() { Reference = reference })).Items);
        Assert.Equal((PayoutReason.Salary, "254708374149"), (listed.Reason, listed.Recipient));
        Assert.NotNull(listed.Receipt);

        var sent = await Assert.ThrowsAsync<PaymentsException>(() => client.Payouts.Cancel(payout.Id));
        Assert.Equal((ErrorCodes.AlreadySent, 409), (sent.Code, sent.Status));
        Assert.Equal(ErrorCodes.AlreadySent, (await Assert.ThrowsAsync<PaymentsException>(() => client.Refunds.Cancel(refund.Id))).Code);
    }

    [Fact]
    public async Task The_feed_tells_what_happened_with_its_type()
    {
        var client = Shop();
        var checkout = await client.Checkouts.Create(new() { Amount = 10 });
        await client.Checkouts.Cancel(checkout.Id);

        var told = new List<PaymentsEvent>();
        await PaymentsHost.Eventually(
            async () =>
            {
                told.Clear();
                var next = (string?)null;
                for (EventPage page; (page = await client.Events.List(next, 100)).Items.Count > 0; next = page.Next)
                {
                    told.AddRange(page.Items);
                }

                return told.OfType<CheckoutEvent>().Any(e => e.Type == EventTypes.CheckoutCancelled && e.Data.Id == checkout.Id);
            },
            "the feed has it");
        Assert.Equal(
            [(EventTypes.CheckoutCreated, CheckoutStatus.Open), (EventTypes.CheckoutCancelled, CheckoutStatus.Cancelled)],
            told.OfType<CheckoutEvent>().Where(e => e.Data.Id == checkout.Id).Select(e => (e.Type, e.Data.Status)));

        var restarted = await Assert.ThrowsAsync<PaymentsException>(() => client.Events.List("999999999"));
        Assert.Equal(ErrorCodes.EventsRestarted, restarted.Code);
        await client.Events.List(restarted.Next);
    }

    [Fact]
    public async Task An_error_says_its_code_and_what_is_wrong()
    {
        var client = Shop();
        var reference = PaymentsHost.NewReference();
        var first = await client.Checkouts.Create(new() { Amount = 10, OrderReference = reference });

        var taken = await Assert.ThrowsAsync<PaymentsException>(() => client.Checkouts.Create(new() { Amount = 10, OrderReference = reference }));
        Assert.Equal((ErrorCodes.OrderReferenceInUse, 409, first.Id), (taken.Code, taken.Status, taken.CheckoutId));
        Assert.NotNull(taken.TraceId);

        var invalid = await Assert.ThrowsAsync<PaymentsException>(() => client.Checkouts.Create(new() { Amount = 0, Phone = "12" }));
        Assert.Equal((ErrorCodes.ValidationFailed, 400), (invalid.Code, invalid.Status));
        Assert.Equal(["amount", "phone"], invalid.Errors.Keys.Order());
        Assert.Contains("amount", invalid.Message, StringComparison.Ordinal);

        Assert.Equal(ErrorCodes.NotFound, (await Assert.ThrowsAsync<PaymentsException>(() => client.Checkouts.Get("chk_" + new string('0', 32)))).Code);
        Assert.Equal(ErrorCodes.Unauthorized, (await Assert.ThrowsAsync<PaymentsException>(() => Shop(key: "sk_wrong").Checkouts.List())).Code);
    }

    [Fact]
    public async Task A_call_whose_answer_was_lost_is_done_once()
    {
        await using var wire = new LostAnswers(host.ApiUrl);
        var reference = PaymentsHost.NewReference();
        var checkout = await Shop(wire.Address).Checkouts.Create(new() { Amount = 700, OrderReference = reference, Phone = "254700000000" });

        Assert.True(wire.Connections >= 2, "the first answer was lost");
        Assert.NotNull(checkout.ClientSecret);
        var found = Assert.Single((await Shop().Checkouts.List(new() { OrderReference = reference })).Items);
        Assert.Equal((checkout.Id, 1), (found.Id, found.Attempts.Count));
    }

    [Fact]
    public async Task Where_nobody_answers_the_key_stays_for_another_day()
    {
        var nowhere = Shop(new("http://127.0.0.1:9"), configure: options => options.LongestWait = TimeSpan.Zero);
        var reference = PaymentsHost.NewReference();
        var lost = await Assert.ThrowsAsync<PaymentsException>(() => nowhere.Checkouts.Create(new() { Amount = 5, OrderReference = reference }));
        Assert.Equal((ErrorCodes.NoAnswer, null), (lost.Code, lost.Status));

        var made = await Shop().Checkouts.Create(new() { Amount = 5, OrderReference = reference }, lost.IdempotencyKey);
        var again = await Shop().Checkouts.Create(new() { Amount = 5, OrderReference = reference }, lost.IdempotencyKey);
        Assert.Equal(made.Id, again.Id);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var shop in shops)
        {
            await shop.DisposeAsync();
        }
    }

    private PaymentsClient Shop(Uri? address = null, string key = "sk_test_shop", Action<PaymentsOptions>? configure = null)
    {
        var services = new ServiceCollection();
        services.AddPayments(options =>
        {
            (options.BaseAddress, options.Key) = (address ?? host.ApiUrl, key);
            configure?.Invoke(options);
        });
        var shop = services.BuildServiceProvider();
        shops.Add(shop);
        return shop.GetRequiredService<PaymentsClient>();
    }
}
