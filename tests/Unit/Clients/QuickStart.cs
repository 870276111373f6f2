using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Payments.Client;

namespace Payments.Tests.Unit;

/// <summary>The quick start of the .NET package's README, word for word, so that the compiler reads it too.</summary>
internal static class QuickStart
{
    public static void Run(string[] args)
    {
        // From here
        var builder = WebApplication.CreateBuilder(args);
        builder.Services.AddPayments(options =>
        {
            options.BaseAddress = new("http://localhost:5080");
            options.Key = builder.Configuration["Payments:Key"]!;
            options.WebhookSecrets.Add(builder.Configuration["Payments:WebhookSecret"]!);
        });
        var app = builder.Build();

        // The customer wants to pay: the prompt goes to the phone.
        app.MapPost("/orders/{number}/pay", async (string number, string phone, PaymentsClient payments) =>
        {
            var checkout = await payments.Checkouts.Create(new() { Amount = 1500, ExternalId = number, Phone = phone }, idempotencyKey: $"order-{number}");
            return Results.Ok(new { checkout.Status, PayByHandWith = checkout.Account });
        });

        // It was paid: only what the service signed gets here. It may get here twice, so look before you ship.
        app.MapPaymentsWebhook("/webhooks/payments", webhook => webhook.On<CheckoutEvent>(EventTypes.CheckoutPaid, async (happened, context) =>
        {
            var payments = context.RequestServices.GetRequiredService<PaymentsClient>();
            var checkout = await payments.Checkouts.Get(happened.Data.Id, context.RequestAborted);
            if (checkout.Status == CheckoutStatus.Paid)
            {
                app.Logger.LogInformation("Ship order {Order}, once", checkout.ExternalId);
            }
        }));

        app.Run();
        // To here
    }
}
