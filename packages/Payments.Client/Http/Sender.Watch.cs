using System.Net;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace Payments.Client;

/// <summary>Server-Sent Events of one checkout; after a cut it goes on behind the last version that was seen.</summary>
internal sealed partial class Sender
{
    public async IAsyncEnumerable<Checkout> Watch(string path, [EnumeratorCancellation] CancellationToken cancel)
    {
        var last = (string?)null;
        for (var lost = 0; ; lost++)
        {
            var (answer, failure) = await Open(path, last, cancel).ConfigureAwait(false);
            if (answer is not null)
            {
                using var stream = answer;
                if (answer.StatusCode == HttpStatusCode.NoContent)
                {
                    yield break;
                }

                using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync(cancel).ConfigureAwait(false));
                var (name, data) = ("", "");
                while (await Line(reader, cancel).ConfigureAwait(false) is { } line)
                {
                    switch (line.Split(": ", 2))
                    {
                        case ["event", var value]:
                            name = value;
                            break;
                        case ["id", var value]:
                            last = value;
                            break;
                        case ["data", var value]:
                            data = value;
                            break;
                        case [""] when name == "end":
                            yield break;
                        case [""] when name == "checkout":
                            lost = 0;
                            yield return JsonSerializer.Deserialize(data, PaymentsJson.Default.Checkout)!;
                            name = "";
                            break;
                    }
                }
            }

            if (lost >= options.Retries)
            {
                throw failure ?? new($"{root} ended the stream of {path} before its end.", ErrorCodes.NoAnswer);
            }

            await Task.Delay(Retry.Wait(lost, null, options.LongestWait), time, cancel).ConfigureAwait(false);
        }
    }

    /// <summary>The stream, or why there is none at the moment; what waiting does not help is thrown.</summary>
    private async Task<(HttpResponseMessage? Answer, PaymentsException? Failure)> Open(string path, string? last, CancellationToken cancel)
    {
        using var limit = Limit(cancel);
        try
        {
            using var request = Request(HttpMethod.Get, path);
            if (last is not null)
            {
                request.Headers.Add("Last-Event-ID", last);
            }

            var answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limit.Token).ConfigureAwait(false);
            if (answer.IsSuccessStatusCode)
            {
                return (answer, null);
            }

            using var refused = answer;
            var problem = await Problem(answer, limit.Token).ConfigureAwait(false);
            return Retry.Helps(answer.StatusCode, problem.Code) ? (null, problem) : throw problem;
        }
        catch (Exception lost) when (IsLost(lost, cancel))
        {
            return (null, NoAnswer(lost));
        }
    }

    /// <summary>A line; null at the end, after a cut, and after a silence: the service says something every 15 s.</summary>
    private async Task<string?> Line(StreamReader reader, CancellationToken cancel)
    {
        using var limit = Limit(cancel);
        try
        {
            return await reader.ReadLineAsync(limit.Token).ConfigureAwait(false);
        }
        catch (Exception lost) when (IsLost(lost, cancel))
        {
            return null;
        }
    }
}
