using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Payments.Tests.Faults;

/// <summary>
/// A shop at work: prompts, customers who pay by hand, payouts to phones and businesses, refunds. Each has a phone or number of its own, so
/// that the simulator's ledger tells what became of it. The shop asks again with the same Idempotency-Key until it is told, as a shop must.
/// </summary>
internal sealed class Shop(TestEnvironment world)
{
    // Digits that mean something to the simulator; the faults here come by chance, not by number.
    private static readonly string[] Special =
        ["1032", "1037", "0001", "2001", "1019", "0404", "0202", "0303", "0909", "0505", "0606", "7777"];

    // However often the service dies meanwhile: longer than a scenario's faults last.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    private readonly ConcurrentDictionary<string, Ordered> orders = new();
    private readonly ConcurrentDictionary<string, string> payouts = new();
    private readonly ConcurrentBag<Task> later = [];
    private readonly ConcurrentQueue<Func<Api, Task>> requests = new();
    private int last = world.NextNumbers();

    /// <summary>One order.</summary>
    /// <param name="Phone">Who is prompted; null for a customer who pays by hand.</param>
    /// <param name="Part">What is paid by hand and given back before the prompt; 0 for nothing.</param>
    internal sealed record Ordered(string? Phone, int Amount, int Part = 0);

    /// <summary>Orders made so far, by their references.</summary>
    public IReadOnlyDictionary<string, Ordered> Orders => orders;

    /// <summary>Payouts made so far: the receiver's number by reference.</summary>
    public IReadOnlyDictionary<string, string> Payouts => payouts;

    /// <summary>How many requests it has made: from which to <see cref="Repeat"/>.</summary>
    public int Requests => requests.Count;

    /// <summary>When the books were restored to an earlier moment, if they were: what it asked for since is asked for again.</summary>
    public DateTimeOffset? RestoredAt { get; set; }

    /// <summary>Minutes an order stays open.</summary>
    public int ExpiresInMinutes { get; init; } = 1440;

    /// <summary>True where errors other than 503 are part of the fault.</summary>
    public bool TakesErrors { get; init; }

    /// <summary>Does so much business with so many clerks at once, through the given processes in turn, and waits for its refunds.</summary>
    public async Task Trade(int count, int atOnce, params Api[] through)
    {
        await Task.WhenAll(Enumerable.Range(0, atOnce).Select(async clerk =>
        {
            for (var i = clerk; i < count; i += atOnce)
            {
                await One(through[i % through.Length]);
            }
        }));
        await Task.WhenAll(later);
    }

    /// <summary>Does business until told to stop, then waits for its refunds.</summary>
    public async Task TradeUntil(int atOnce, TimeSpan pause, Api[] through, CancellationToken stop)
    {
        await Task.WhenAll(Enumerable.Range(0, atOnce).Select(async clerk =>
        {
            for (var i = clerk; !stop.IsCancellationRequested && !world.Run.Stop.IsCancellationRequested; i++)
            {
                await One(through[i % through.Length]);
                await Task.Delay(pause, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }));
        await Task.WhenAll(later);
    }

    /// <summary>Asks once more for all it has asked for since then, in the same words and under the same keys.</summary>
    public async Task Repeat(Api api, int from)
    {
        // Refunds wait for their orders to be paid, so they do not wait for each other.
        var all = requests.ToArray()[from..].Select(request => request(api)).ToArray();
        await Task.WhenAll(all);
    }

    private async Task One(Api api)
    {
        var number = Interlocked.Increment(ref last);
        var phone = string.Create(CultureInfo.InvariantCulture, $"2547000{number:00000}");
        if (Special.Contains(phone[^4..]))
        {
            return;
        }

        switch (number % 8)
        {
            case 0:
                await Payout(api, number, new { method = "mpesa", recipient = phone, amount = 10 + (number % 90), reference = $"P{number}", remarks = "salary" }, phone);
                break;
            case 1:
                var business = string.Create(CultureInfo.InvariantCulture, $"7{number:00000}");
                await Payout(api, number, number % 16 == 1
                    ? new { method = "till", recipient = business, amount = 10 + (number % 90), reference = $"P{number}", remarks = "rent" }
                    : new { method = "paybill", recipient = business, account = "ACC-1", amount = 10 + (number % 90), reference = $"P{number}", remarks = "rent" }, business);
                break;
            case 2 when number % 16 == 10:
                later.Add(OrderInParts(api, number, phone));
                break;
            case 2:
                await Order(api, number, null);
                await PayByHand(number, phone, 10 + (number % 90));
                break;
            case 3:
                await Order(api, number, phone);
                later.Add(Make(api, which => Refund(which, number)));
                break;
            default:
                await Order(api, number, phone);
                break;
        }
    }

    private async Task Order(Api api, int number, string? phone)
    {
        var (reference, amount) = (string.Create(CultureInfo.InvariantCulture, $"F{number}"), 10 + (number % 90));
        orders[reference] = new(phone, amount);
        await Make(api, which => Insist(which, "/api/checkouts", new { orderReference = reference, amount, phone, expiresInMinutes = ExpiresInMinutes }, $"order {reference}"));
    }

    private async Task Payout(Api api, int number, object payout, string recipient)
    {
        payouts[$"P{number}"] = recipient;
        await Make(api, which => Insist(which, "/api/payouts", payout, $"payout P{number}"));
    }

    private Task Make(Api api, Func<Api, Task> request)
    {
        requests.Enqueue(request);
        return request(api);
    }

    /// <summary>A part is paid by hand, given back as soon as it is known, and the order is prompted for what is due then.</summary>
    private async Task OrderInParts(Api api, int number, string phone)
    {
        var (reference, amount) = (string.Create(CultureInfo.InvariantCulture, $"F{number}"), 40 + (number % 60));
        orders[reference] = new(phone, amount, Part: 10);
        await Make(api, which => Insist(which, "/api/checkouts", new { orderReference = reference, amount, expiresInMinutes = ExpiresInMinutes }, $"order {reference}"));
        await PayByHand(number, phone, 10);
        await Make(api, which => GiveBackPart(which, reference, phone));
    }

    private async Task GiveBackPart(Api api, string reference, string phone)
    {
        JsonNode? order = null, part = null;
        await world.Run.Until(
            async () => (part = (order = await Find(api, reference))?["payments"]!.AsArray().FirstOrDefault(p => (decimal)p!["amount"]! == 10)) is not null,
            TimeSpan.FromSeconds(30));
        if (part is not null)
        {
            await Insist(
                api, $"/api/checkouts/{order!["id"]}/refunds", new { receipt = (string?)part["receipt"], reason = "Wrong order" }, $"refund of {reference}",
                "not_paid", "receipt_unknown", "refund_exceeds_payment");
        }

        if (order is not null)
        {
            await Insist(api, $"/api/checkouts/{order["id"]}/pay", new { phone }, $"prompt of {reference}", "already_paid");
        }
    }

    private static async Task<JsonNode?> Find(Api api, string reference) =>
        (await api.Client.GetFromJsonAsync<JsonNode>($"/api/checkouts?orderReference={reference}"))!["items"]!.AsArray().SingleOrDefault();

    private async Task PayByHand(int number, string phone, int amount)
    {
        try
        {
            await world.PayByHand(new { amount, account = $"f {number}", msisdn = phone });
        }
        catch (Exception cut) when (cut is HttpRequestException or TaskCanceledException)
        {
            // The ledger says whether it moved.
        }
    }

    /// <summary>Gives back the whole or a part of an order, once it is paid and its number is known.</summary>
    private async Task Refund(Api api, int number)
    {
        var reference = string.Create(CultureInfo.InvariantCulture, $"F{number}");
        JsonNode? paid = null;
        await world.Run.Until(
            async () => (string?)(paid = await Find(api, reference))?["payment"]?["receipt"] is not null, TimeSpan.FromSeconds(30));
        if ((string?)paid?["payment"]?["receipt"] is null)
        {
            return;
        }

        // B2C takes ten shillings at least; a whole one goes by reversal.
        decimal? amount = number % 16 == 3 && (decimal)paid["amount"]! > 20 ? 10 : null;
        await Insist(api, $"/api/checkouts/{paid["id"]}/refunds", new { amount, reason = "Out of stock" }, $"refund of {reference}", "refund_exceeds_payment", "receipt_unknown");
    }

    private async Task Insist(Api api, string path, object body, string what, params string[] alsoRight)
    {
        var clock = Stopwatch.StartNew();
        while (clock.Elapsed < Patience && !world.Run.Stop.IsCancellationRequested)
        {
            try
            {
                using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = JsonContent.Create(body) };
                request.Headers.Add("Idempotency-Key", $"{world.Run.Name} {what}");
                using var answer = await api.Client.SendAsync(request, world.Run.Stop);
                if (answer.IsSuccessStatusCode)
                {
                    return;
                }

                var code = (string?)(await answer.Content.ReadFromJsonAsync<JsonNode>())?["code"];
                if (alsoRight.Contains(code))
                {
                    return;
                }

                world.Run.Must(
                    answer.StatusCode == HttpStatusCode.ServiceUnavailable || code == "idempotency_in_progress" || (TakesErrors && (int)answer.StatusCode >= 500),
                    $"{what} was answered {(int)answer.StatusCode} {code}");
            }
            catch (Exception cut) when (cut is HttpRequestException or TaskCanceledException or JsonException && !world.Run.Stop.IsCancellationRequested)
            {
                // Asked again with the same key.
            }

            await Task.Delay(100, world.Run.Stop);
        }

        world.Run.Must(false, $"{what} could not be made in {Patience.TotalMinutes:0} minutes");
    }
}
