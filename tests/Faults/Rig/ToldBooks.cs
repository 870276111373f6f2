using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace Payments.Tests.Faults;

/// <summary>
/// A shop that keeps its books from webhooks alone: verifies, drops what it has seen, takes what is told of each thing one after another. Its endpoint
/// is one of the real world: now and then it is slow, not ready, or broken.
/// </summary>
internal sealed class ToldBooks : IAsyncDisposable
{
    private readonly Run run;
    private readonly HttpListener listener = new();
    private readonly string url;
    private readonly Lock gate = new();
    private readonly HashSet<string> seen = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, int> tries = new();
    private readonly Dictionary<string, JsonNode> books = new(StringComparer.Ordinal);
    private readonly Task serving;
    private byte[] secret = [];
    private int again, refused;
    private long takenAt;

    public ToldBooks(Run run)
    {
        this.run = run;
        url = $"http://127.0.0.1:{ChildProcess.FreePort()}/";
        listener.Prefixes.Add(url);
        listener.Start();
        serving = Serve();
    }

    /// <summary>True for the moment in which the sender has not written down yet that it was taken.</summary>
    public bool WasJustTold => Stopwatch.GetElapsedTime(Interlocked.Read(ref takenAt)) < TimeSpan.FromMilliseconds(3);

    /// <summary>Asks to be told.</summary>
    public async Task Register(Api api)
    {
        var made = await run.Until(
            async () =>
            {
                using var answer = await api.Client.PostAsJsonAsync("/api/webhooks", new { url }, run.Stop);
                if (!answer.IsSuccessStatusCode)
                {
                    return false;
                }

                secret = Convert.FromBase64String(((string)(await answer.Content.ReadFromJsonAsync<JsonNode>(run.Stop))!["secret"]!)["whsec_".Length..]);
                return true;
            },
            TimeSpan.FromMinutes(1));
        run.Must(made is not null, "the webhook could not be made");
    }

    /// <summary>Waits until what was told is what the API says; what then differs is what did not hold.</summary>
    public async Task Check(TestEnvironment world, Api api, TimeSpan limit)
    {
        List<string> differences = ["nothing was compared"];
        var took = await run.Until(
            async () =>
            {
                differences = Compare(await ApiSnapshot.Read(api));
                return differences.Count == 0;
            },
            limit, pause: TimeSpan.FromSeconds(1));
        foreach (var difference in differences.Take(5))
        {
            run.Must(false, difference);
        }

        if (differences.Count > 0)
        {
            run.Must(false, $"the webhook stands so: {await Standing(world)}");
        }

        lock (gate)
        {
            run.Did(string.Create(CultureInfo.InvariantCulture, $"{seen.Count} events told by webhooks, {again} of them again, {refused} refused; equal {took?.TotalSeconds:0} s later"));
        }
    }

    public async ValueTask DisposeAsync()
    {
        listener.Close();
        await serving;
    }

    private List<string> Compare(ApiSnapshot snapshot)
    {
        var differences = new List<string>();
        lock (gate)
        {
            foreach (var checkout in snapshot.Checkouts.Where(c => (string)c["status"]! is "paid" or "failed" or "expired" or "cancelled"))
            {
                var told = books.GetValueOrDefault((string)checkout["id"]!);
                if ((string?)told?["status"] != (string)checkout["status"]! || (Status(checkout) == "paid" && (decimal)told!["amountPaid"]! != (decimal)checkout["amountPaid"]!))
                {
                    differences.Add($"{checkout["orderReference"]} is {checkout["status"]} with {checkout["amountPaid"]}, and told was {told?["status"]?.ToString() ?? "nothing"} with {told?["amountPaid"]}");
                }
            }

            foreach (var transfer in snapshot.Payouts.Concat(snapshot.Refunds).Where(t => Status(t) is "completed" or "failed" or "cancelled"))
            {
                var told = books.GetValueOrDefault((string)transfer["id"]!);
                if ((string?)told?["status"] != Status(transfer))
                {
                    differences.Add($"{transfer["id"]} is {Status(transfer)}, and told was {told?["status"]?.ToString() ?? "nothing"}");
                }
            }
        }

        return differences;

        static string Status(JsonNode thing) => (string)thing["status"]!;
    }

    private static Task<string> Standing(TestEnvironment world) => world.Sql<string>(
        """
        SELECT concat_ws('; ', now(), (SELECT string_agg((to_jsonb(w) - 'secret' - 'old_secret')::text, ', ') FROM webhooks w),
            (SELECT concat('feed to ', max(position), ', without a place ', count(*) FILTER (WHERE position IS NULL)) FROM events),
            (SELECT string_agg(to_jsonb(d)::text, ', ') FROM (SELECT * FROM webhook_deliveries WHERE status <> 'delivered' ORDER BY position LIMIT 10) d))
        """);

    private async Task Serve()
    {
        while (listener.IsListening)
        {
            try
            {
                _ = Take(await listener.GetContextAsync());
            }
            catch (Exception closed) when (closed is HttpListenerException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private async Task Take(HttpListenerContext http)
    {
        try
        {
            using var body = new MemoryStream();
            await http.Request.InputStream.CopyToAsync(body);
            http.Response.StatusCode = await Answer(http.Request.Headers["webhook-id"]!, http.Request, body.ToArray());
            http.Response.Close();
            Interlocked.Exchange(ref takenAt, Stopwatch.GetTimestamp());
        }
        catch (Exception cut) when (cut is HttpListenerException or ObjectDisposedException or IOException or ProtocolViolationException)
        {
            // The sender was killed in the middle: it sends again.
        }
    }

    private async Task<int> Answer(string id, HttpListenerRequest request, byte[] body)
    {
        var sent = request.Headers["webhook-timestamp"]!;
        run.Must(IsSigned(id, sent, body, request.Headers["webhook-signature"]!), $"{id} is not signed by our secret");
        run.Must(
            Math.Abs(DateTimeOffset.UtcNow.ToUnixTimeSeconds() - long.Parse(sent, CultureInfo.InvariantCulture)) < 300, $"{id} says that it was sent at {sent}, which no shop takes");

        // By the id, so that a seed means the same each time; broken only once for each, or the wait for another try would grow.
        var (luck, tried) = ((int)(uint.Parse(id[^6..], NumberStyles.HexNumber, CultureInfo.InvariantCulture) % 100), tries.AddOrUpdate(id, 1, (_, n) => n + 1));
        if (luck < 3)
        {
            await Task.Delay(200);
        }
        else if (tried <= 2 && luck < 13)
        {
            Interlocked.Increment(ref refused);
            return tried == 1 && luck < 5 ? 500 : luck < 9 ? 409 : 503;
        }

        lock (gate)
        {
            if (!seen.Add(id))
            {
                again++;
                return 200;
            }

            var data = JsonNode.Parse(Encoding.UTF8.GetString(body))!["data"]!;
            var thing = (string)data["id"]!;
            if (books.TryGetValue(thing, out var before) && data["version"] is { } version && (int)before["version"]! > (int)version)
            {
                run.Must(false, $"of {thing} version {version} was told after {before["version"]}");
            }

            books[thing] = data;
            return 200;
        }
    }

    private bool IsSigned(string id, string sent, byte[] body, string signatures)
    {
        byte[] content = [.. Encoding.UTF8.GetBytes($"{id}.{sent}."), .. body];
        return signatures.Split(' ').Contains("v1," + Convert.ToBase64String(HMACSHA256.HashData(secret, content)));
    }
}
