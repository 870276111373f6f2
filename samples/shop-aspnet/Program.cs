using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text.Encodings.Web;
using Microsoft.Extensions.Options;
using Payments.Client;

// A shop that takes M-PESA: cart, payment, webhook, shipping. Its orders are in memory and end with the process; a real shop has a database.
var builder = WebApplication.CreateBuilder(args);
var shopUrl = builder.Configuration["SHOP_URL"] ?? "http://localhost:3000";
var paymentsUrl = builder.Configuration["PAYMENTS_URL"] ?? "http://localhost:5080";
builder.WebHost.UseUrls(shopUrl);
builder.Services.AddPayments(options =>
{
    options.BaseAddress = new(paymentsUrl);
    options.Key = builder.Configuration["PAYMENTS_KEY"] ?? "sk_local_all";
});
var app = builder.Build();
var payments = app.Services.GetRequiredService<PaymentsClient>();
var goods = new Dictionary<string, (string Name, int Price)> { ["shirt"] = ("Shirt", 1500), ["mug"] = ("Mug", 600) };
var orders = new ConcurrentDictionary<string, Order>();

// The cart.
app.MapGet("/", () => Page($"""
    <form method="post" action="/orders">
      {string.Concat(goods.Select(good => $"<p><label>{good.Value.Name}, {good.Value.Price} KES <input name='{good.Key}' type='number' min='0' max='9' value='1'></label></p>"))}
      <p><label>M-PESA phone <input name="phone" value="254700000000"></label> (empty: you pay by hand)</p>
      <button>Pay</button>
    </form>
    """));

// What is ordered is priced here, never by the browser. The order is kept before anything is asked for.
app.MapPost("/orders", async (HttpRequest request) =>
{
    var form = await request.ReadFormAsync();
    var total = goods.Sum(good => good.Value.Price * Math.Clamp(int.TryParse(form[good.Key], out var count) ? count : 0, 0, 9));
    if (total == 0)
    {
        return Page("<p>The cart is empty.</p>", 400);
    }

    var order = new Order(Convert.ToHexString(RandomNumberGenerator.GetBytes(5)), total);
    orders[order.Number] = order;
    try
    {
        // Named after the order: made again after a crash it is the same checkout.
        var wanted = new CreateCheckout
        {
            Amount = total,
            ExternalId = order.Number,
            Description = $"Order {order.Number}",
            Phone = form["phone"] is [{ Length: > 0 } phone] ? phone : null,
        };
        order.Checkout = await payments.Checkouts.Create(wanted, idempotencyKey: $"order-{order.Number}");
    }
    catch (PaymentsException refused) when (refused.Code == ErrorCodes.ValidationFailed)
    {
        return Page($"<p>{Text(string.Join(' ', refused.Errors.SelectMany(field => field.Value)))}</p>", 400);
    }

    return Results.Redirect($"/orders/{order.Number}");
});

// How an order stands. What the customer sees is the shop's own state, never a word from the browser.
app.MapGet("/orders/{number}", async (string number) =>
{
    if (!orders.TryGetValue(number, out var order) || order.Checkout is null)
    {
        return Page("<p>There is no such order.</p>", 404);
    }

    var now = order.IsShipped ? order.Checkout : await payments.Checkouts.Get(order.Checkout.Id);
    return Page($"""
        <h2>Order {order.Number}: {order.Total} KES</h2>
        <p>Order: <b id="order">{(order.IsShipped ? "shipped" : "waiting for the money")}</b>. Payment: <b id="payment">{now.Status}</b>. {Text(now.Failure?.Message ?? "")}</p>
        <p>By hand: Pay Bill 174379, account <b id="account">{now.Account}</b>, {now.AmountDue} KES. On the laptop stack: http://localhost:5090/simulator</p>
        {(order.IsShipped ? "" : "<meta http-equiv='refresh' content='2'>")}
        """);
});

// Only what the service signed gets here, perhaps twice. The event is the reason to look, the checkout is what counts.
app.MapPaymentsWebhook("/webhooks/payments", webhook => webhook.On<CheckoutEvent>(EventTypes.CheckoutPaid, async (happened, context) =>
{
    var checkout = await payments.Checkouts.Get(happened.Data.Id, context.RequestAborted);
    if (checkout is { Status: CheckoutStatus.Paid, ExternalId: { } number } && orders.TryGetValue(number, out var order)
        && checkout.AmountPaid == order.Total && order.Ship())
    {
        app.Logger.LogInformation("Order {Number} is shipped: {Receipt}", order.Number, checkout.Payment?.Receipt);
    }
}));

// Makes its webhook known, and keeps the secret for as long as it runs. A shop that is there to stay does this once and keeps the secret in its settings.
try
{
    var url = new Uri(new(shopUrl), "/webhooks/payments");
    foreach (var old in (await payments.Webhooks.List(limit: 100)).Items.Where(old => old.Url == url))
    {
        await payments.Webhooks.Delete(old.Id);
    }

    var made = await payments.Webhooks.Create(new() { Url = url, Events = [EventTypes.CheckoutPaid], Description = "The ASP.NET Core sample" });
    app.Services.GetRequiredService<IOptionsMonitor<PaymentsOptions>>().CurrentValue.WebhookSecrets.Add(made.Secret!);
}
catch (PaymentsException problem)
{
    Console.Error.WriteLine($"{problem.Message}\nThe shop needs the Payments service at {paymentsUrl}: dotnet run --project build");
    return 1;
}

app.Lifetime.ApplicationStarted.Register(() => Console.WriteLine($"Shop: {shopUrl}"));
app.Run();
return 0;

static string Text(string text) => HtmlEncoder.Default.Encode(text);

static IResult Page(string body, int status = 200) =>
    Results.Content($"<!doctype html><meta charset='utf-8'><title>Shop</title><h1>Shop</h1>{body}<p><a href='/'>The cart</a></p>", "text/html", statusCode: status);

/// <summary>What a customer ordered.</summary>
internal sealed class Order(string number, int total)
{
    private int shipped;

    public string Number => number;

    public int Total => total;

    public Checkout? Checkout { get; set; }

    public bool IsShipped => shipped != 0;

    /// <summary>True for the first who says so: an event that comes again ships nothing again.</summary>
    public bool Ship() => Interlocked.Exchange(ref shipped, 1) == 0;
}
