using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace Payments.Tests.Faults;

/// <summary>
/// Customers who pay, each with a phone of his own, so that the simulator's ledger tells what became of each order. The shop asks again
/// with the same Idempotency-Key until it is told, as a shop must.
/// </summary>
internal sealed class Shoppers(World world)
{
    // Digits that mean something to the simulator; the faults here come by chance, not by number.
    private static readonly string[] Special =
        ["1032", "1037", "0001", "2001", "1019", "0404", "0202", "0303", "0909", "0505", "0606", "7777"];

    private readonly ConcurrentDictionary<string, string> orders = new();
    private int last = world.NextPhones();

    /// <summary>Orders made so far, phone by order reference.</summary>
    public IReadOnlyDictionary<string, string> Orders => orders;

    /// <summary>Makes orders with so many shops at once, through the given processes in turn.</summary>
    public Task Order(int count, int atOnce, params Api[] through) => Task.WhenAll(Enumerable.Range(0, atOnce).Select(async shop =>
    {
        for (var i = shop; i < count; i += atOnce)
        {
            await Order(through[i % through.Length]);
        }
    }));

    /// <summary>Makes orders until told to stop.</summary>
    public Task OrderUntil(int atOnce, TimeSpan pause, Api[] through, CancellationToken stop) => Task.WhenAll(Enumerable.Range(0, atOnce).Select(async shop =>
    {
        for (var i = shop; !stop.IsCancellationRequested; i++)
        {
            await Order(through[i % through.Length]);
            await Task.Delay(pause, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }));

    private async Task Order(Api api)
    {
        var number = Interlocked.Increment(ref last);
        var phone = $"2547000{number:00000}";
        if (Special.Contains(phone[^4..]))
        {
            return;
        }

        var reference = string.Create(CultureInfo.InvariantCulture, $"F{number}");
        var amount = 10 + (number % 90);
        orders[reference] = phone;
        for (var tries = 0; tries < 200 && !world.Run.Stop.IsCancellationRequested; tries++)
        {
            try
            {
                using var request = new HttpRequestMessage(HttpMethod.Post, "/api/checkouts")
                {
                    Content = JsonContent.Create(new { orderReference = reference, amount, phone }),
                };
                request.Headers.Add("Idempotency-Key", $"{world.Run.Name}-{reference}");
                using var answer = await api.Shop.SendAsync(request, world.Run.Stop);
                if (answer.StatusCode == HttpStatusCode.Created)
                {
                    return;
                }

                var code = (string?)(await answer.Content.ReadFromJsonAsync<JsonNode>())?["code"];
                world.Run.Must(
                    answer.StatusCode == HttpStatusCode.ServiceUnavailable || code == "idempotency_in_progress",
                    $"order {reference} was answered {(int)answer.StatusCode} {code}");
            }
            catch (Exception cut) when (cut is HttpRequestException or TaskCanceledException or System.Text.Json.JsonException && !world.Run.Stop.IsCancellationRequested)
            {
                // Asked again with the same key.
            }

            await Task.Delay(100, world.Run.Stop);
        }

        world.Run.Must(false, $"order {reference} could not be made in 200 tries");
    }
}
