using System.Globalization;
using System.Text.Json.Nodes;
using Payments.Application.Webhooks;

namespace Payments.Build;

/// <summary>Prints events as they happen and passes them on, signed, to an endpoint that the service cannot reach or that is being written.</summary>
internal static class Listen
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(500);

    /// <summary>Waits before another try; after the last the event is left, and said to be.</summary>
    private static readonly TimeSpan[] Waits = [TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(4)];

    /// <summary>Goes on until it is stopped.</summary>
    /// <param name="types">Only these; empty for all.</param>
    /// <param name="forward">Null: only prints.</param>
    public static async Task Run(RunningApi api, Uri? forward, string secret, IReadOnlySet<string> types, TextWriter output, CancellationToken stop)
    {
        var place = await api.End(stop);
        await output.WriteLineAsync(forward is null ? "Listening; Ctrl-C ends." : $"Listening; passing on to {forward}, signed with\n  {secret}\nCtrl-C ends.");
        using var client = SignedEvent.Client();
        while (!stop.IsCancellationRequested)
        {
            var (items, next) = await api.Events(place, stop);
            foreach (var one in items.Where(one => types.Count == 0 || types.Contains((string)one!["type"]!)))
            {
                await output.WriteLineAsync(Line(one!));
                if (forward is not null)
                {
                    await Forward(client, forward, secret, one!, output, stop);
                }
            }

            place = next;
            await Task.Delay(LookEvery, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>One after another, as the service sends what is about one thing.</summary>
    private static async Task Forward(HttpClient client, Uri url, string secret, JsonNode one, TextWriter output, CancellationToken stop)
    {
        var body = new JsonObject { ["type"] = (string)one["type"]!, ["timestamp"] = (string)one["at"]!, ["data"] = one["data"]?.DeepClone() }.ToJsonString();
        for (var tried = 0; ; tried++)
        {
            var answer = await SignedEvent.Of((string)one["id"]!, body, DateTimeOffset.UtcNow, secret).Send(client, url, stop);
            await output.WriteLineAsync($"          → {answer}{(answer.IsTaken || answer.Body.Length == 0 ? "" : ": " + answer.Body.ReplaceLineEndings(" "))}");
            if (answer.IsTaken || tried == Waits.Length)
            {
                if (!answer.IsTaken)
                {
                    await output.WriteLineAsync("          left: the service would try for three days");
                }

                return;
            }

            await Task.Delay(Waits[tried], stop);
        }
    }

    private static string Line(JsonNode one)
    {
        var data = one["data"];
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{DateTime.Now:HH:mm:ss}  {(string)one["type"]!,-24}  {one["id"]}  {data?["id"] ?? data?["receipt"]}  {data?["status"]} {data?["amountPaid"] ?? data?["amount"]}");
    }

    /// <summary>The secret of this clone: the same at every start, for its owner only.</summary>
    public static string Secret(string local)
    {
        Directory.CreateDirectory(local);
        var path = Path.Combine(local, "listen-secret");
        if (File.Exists(path) && File.ReadAllText(path).Trim() is var kept && SignedEvent.IsSecret(kept))
        {
            return kept;
        }

        File.Delete(path);
        var onlyOwner = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            onlyOwner.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        var secret = WebhookMessage.NewSecret();
        using var file = new StreamWriter(path, onlyOwner);
        file.WriteLine(secret);
        return secret;
    }
}
