using System.Collections.Concurrent;
using System.Text;

namespace Payments.Tests.Faults;

/// <summary>
/// Callbacks nobody waits for, posted as fast as they are answered, each with a body of its own: what was answered 200 must be in the
/// inbox, once.
/// </summary>
internal sealed class RawLoad : IAsyncDisposable
{
    private readonly CancellationTokenSource stop = new();
    private readonly ConcurrentDictionary<int, int> answers = new();
    private readonly ConcurrentQueue<string> acknowledged = new();
    private readonly List<Task> senders;
    private readonly HttpClient http;
    private int sent;

    public RawLoad(Uri target, int senders, Func<int, string>? body = null)
    {
        http = TestEnvironment.Client(target, null);
        this.senders = [.. Enumerable.Range(0, senders).Select(_ => Task.Run(() => Send(body ?? Body)))];
    }

    /// <summary>How many were answered 200.</summary>
    public int Acknowledged => acknowledged.Count;

    /// <summary>Status codes and how often each came; 0: no answer.</summary>
    public IReadOnlyDictionary<int, int> Answers => answers;

    /// <summary>The text by which a body is found again.</summary>
    private static string Body(int number) =>
        $$$$"""{"Body":{"stkCallback":{"MerchantRequestID":"raw","CheckoutRequestID":"raw-{{{{number}}}}","ResultCode":1032,"ResultDesc":"Request cancelled by user."}}}""";

    /// <summary>Stops sending and tells which acknowledged ones are missing in the inbox, and which are there twice.</summary>
    public async Task Check(TestEnvironment world)
    {
        await Stop();
        var stored = new Dictionary<string, int>(StringComparer.Ordinal);
        await using var command = world.Database.CreateCommand("SELECT convert_from(body, 'UTF8') FROM callbacks WHERE subject_id IS NULL");
        await using (var reader = await command.ExecuteReaderAsync(world.Run.Stop))
        {
            while (await reader.ReadAsync(world.Run.Stop))
            {
                var body = reader.GetString(0);
                stored[body] = stored.GetValueOrDefault(body) + 1;
            }
        }

        var missing = acknowledged.Where(body => !stored.ContainsKey(body)).ToList();
        world.Run.Must(missing.Count == 0, $"{missing.Count} of {Acknowledged} callbacks answered 200 are not in the inbox, such as {missing.FirstOrDefault()}");
        var twice = stored.Count(entry => entry.Value > 1);
        world.Run.Must(twice == 0, $"{twice} callbacks sent once are in the inbox more than once");
        world.Run.Must(answers.Keys.All(code => code is 0 or 200 or 503), $"there were answers {string.Join(", ", answers.Keys.Order())}, where only 200, 503 or none may be");
        world.Run.Did($"{Acknowledged} callbacks answered 200, {answers.GetValueOrDefault(503)} 503, {answers.GetValueOrDefault(0)} nothing");
    }

    public async Task Stop()
    {
        await stop.CancelAsync();
        await Task.WhenAll(senders);
    }

    public async ValueTask DisposeAsync()
    {
        await Stop();
        http.Dispose();
        stop.Dispose();
    }

    private async Task Send(Func<int, string> make)
    {
        while (!stop.IsCancellationRequested)
        {
            var body = make(Interlocked.Increment(ref sent));
            var status = 0;
            try
            {
                using var answer = await http.PostAsync("/callbacks/stk/callback", new StringContent(body, Encoding.UTF8, "application/json"));
                status = (int)answer.StatusCode;
            }
            catch (Exception cut) when (cut is HttpRequestException or TaskCanceledException)
            {
                // No answer, no promise.
            }

            if (status == 200)
            {
                acknowledged.Enqueue(body);
            }

            // Under load, not out of breath: several scenarios share two cores.
            await Task.Delay(status == 200 ? 3 : 20);

            answers.AddOrUpdate(status, 1, (_, count) => count + 1);
        }
    }
}
