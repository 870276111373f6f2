using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Payments.Client;

/// <summary>
/// Sends a call and reads its answer. A POST has one Idempotency-Key over all its tries, so a try whose answer was lost is not done twice;
/// what is not done for a reason that passes is tried again, a small number of times.
/// </summary>
internal sealed partial class Sender(HttpClient http, PaymentsOptions options, TimeProvider time)
{
    private static readonly ProductInfoHeaderValue Agent = new("payments-client-dotnet", typeof(Sender).Assembly.GetName().Version!.ToString(3));

    /// <summary>The address with a slash at its end: without it the last part of its path would get lost.</summary>
    private readonly Uri root = new(options.BaseAddress!.AbsoluteUri.TrimEnd('/') + "/");

    public Task<T> Get<T>(string path, JsonTypeInfo<T> type, CancellationToken cancel) =>
        Send(() => Request(HttpMethod.Get, path), type, null, cancel);

    public Task<T> Post<TBody, T>(string path, TBody body, JsonTypeInfo<TBody> bodyType, JsonTypeInfo<T> type, string? idempotencyKey, CancellationToken cancel)
    {
        var key = KeyOrNew(idempotencyKey);
        return Send(() => Keyed(path, key, JsonContent.Create(body, bodyType)), type, key, cancel);
    }

    public Task<T> Post<T>(string path, JsonTypeInfo<T> type, string? idempotencyKey, CancellationToken cancel)
    {
        var key = KeyOrNew(idempotencyKey);
        return Send(() => Keyed(path, key, null), type, key, cancel);
    }

    public Task<T> Patch<TBody, T>(string path, TBody body, JsonTypeInfo<TBody> bodyType, JsonTypeInfo<T> type, CancellationToken cancel) => Send(
        () =>
        {
            // Said twice it is the same change.
            var request = Request(HttpMethod.Patch, path);
            request.Content = JsonContent.Create(body, bodyType);
            return request;
        },
        type, null, cancel);

    public Task<T> Delete<T>(string path, JsonTypeInfo<T> type, CancellationToken cancel) => Send(() => Request(HttpMethod.Delete, path), type, null, cancel);

    /// <summary>A request with the key and the name of this package.</summary>
    public HttpRequestMessage Request(HttpMethod method, string path)
    {
        var request = new HttpRequestMessage(method, new Uri(root, path));
        request.Headers.Authorization = new("Bearer", options.Key);
        request.Headers.UserAgent.Add(Agent);
        return request;
    }

    /// <summary>The service's error, or what something on the way said.</summary>
    public static async Task<PaymentsException> Problem(HttpResponseMessage answer, CancellationToken cancel)
    {
        var status = (int)answer.StatusCode;
        if (await ReadProblem(answer, cancel).ConfigureAwait(false) is { Code: { } code } problem)
        {
            return new(problem.Sentence, code, status)
            {
                Errors = problem.Errors ?? new Dictionary<string, string[]>(),
                RetryAt = problem.RetryAt,
                CheckoutId = problem.CheckoutId,
                PayoutId = problem.PayoutId,
                Next = problem.Next,
                TraceId = problem.TraceId,
            };
        }

        return new(
            string.Create(CultureInfo.InvariantCulture, $"{answer.RequestMessage?.RequestUri} answered {status} without an error of the service's: something else is there, or in between."),
            ErrorCodes.UnexpectedAnswer, status);
    }

    private async Task<T> Send<T>(Func<HttpRequestMessage> make, JsonTypeInfo<T> type, string? key, CancellationToken cancel)
    {
        for (var tried = 0; ; tried++)
        {
            var (answer, failure, wait) = await Try(make, type, tried, cancel).ConfigureAwait(false);
            if (failure is null)
            {
                return answer!;
            }

            if (wait is not { } pause || tried == options.Retries)
            {
                failure.IdempotencyKey = key;
                throw failure;
            }

            await Task.Delay(pause, time, cancel).ConfigureAwait(false);
        }
    }

    /// <summary>One try: the answer, or why there is none, and how long to wait for the next; null where none is worth it.</summary>
    private async Task<(T? Answer, PaymentsException? Failure, TimeSpan? Wait)> Try<T>(Func<HttpRequestMessage> make, JsonTypeInfo<T> type, int tried, CancellationToken cancel)
    {
        using var limit = Limit(cancel);
        try
        {
            using var request = make();
            using var answer = await http.SendAsync(request, limit.Token).ConfigureAwait(false);
            if (answer.IsSuccessStatusCode)
            {
                return (await Read(answer, type, limit.Token).ConfigureAwait(false), null, null);
            }

            var problem = await Problem(answer, limit.Token).ConfigureAwait(false);
            var asked = answer.Headers.RetryAfter is { } after ? after.Delta ?? (after.Date - time.GetUtcNow()) : null;
            var helps = Retry.Helps(answer.StatusCode, problem.Code) && !(asked > options.LongestWait);
            return (default, problem, helps ? Retry.Wait(tried, asked, options.LongestWait) : null);
        }
        catch (Exception lost) when (IsLost(lost, cancel))
        {
            return (default, NoAnswer(lost), Retry.Wait(tried, null, options.LongestWait));
        }
    }

    private CancellationTokenSource Limit(CancellationToken cancel)
    {
        var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(options.Timeout);
        return limit;
    }

    /// <summary>Whether an exception means that no answer came, and not that the caller wants none any more.</summary>
    private static bool IsLost(Exception exception, CancellationToken cancel) =>
        exception is HttpRequestException or IOException || (exception is OperationCanceledException && !cancel.IsCancellationRequested);

    private PaymentsException NoAnswer(Exception lost) =>
        new($"{root} gave no answer: {(lost is OperationCanceledException ? $"none within {options.Timeout.TotalSeconds:0.#} s" : lost.Message)}", ErrorCodes.NoAnswer, null, lost);

    private static async Task<T> Read<T>(HttpResponseMessage answer, JsonTypeInfo<T> type, CancellationToken cancel)
    {
        try
        {
            return await answer.Content.ReadFromJsonAsync(type, cancel).ConfigureAwait(false) ?? throw new JsonException("null");
        }
        catch (Exception unreadable) when (unreadable is JsonException or InvalidOperationException)
        {
            throw new PaymentsException(
                $"{answer.RequestMessage?.RequestUri} answered something that is none of the service's answers: {unreadable.Message}",
                ErrorCodes.UnexpectedAnswer, (int)answer.StatusCode, unreadable);
        }
    }

    private static async Task<Problem?> ReadProblem(HttpResponseMessage answer, CancellationToken cancel)
    {
        try
        {
            return await answer.Content.ReadFromJsonAsync(PaymentsJson.Default.Problem, cancel).ConfigureAwait(false);
        }
        catch (Exception unreadable) when (unreadable is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    private HttpRequestMessage Keyed(string path, string key, HttpContent? body)
    {
        var request = Request(HttpMethod.Post, path);
        request.Headers.Add("Idempotency-Key", key);
        request.Content = body;
        return request;
    }

    private static string KeyOrNew(string? given)
    {
        if (given is null)
        {
            return Guid.NewGuid().ToString("N");
        }

        return given.Length is >= 1 and <= 255 && given.All(c => c is >= ' ' and <= '~') && given.Trim() == given
            ? given
            : throw new ArgumentException("An Idempotency-Key has 1 to 255 printable ASCII characters and no space at its ends.", nameof(given));
    }
}
