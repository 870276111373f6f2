using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;

namespace Payments.Build;

/// <summary>Looks at the stack from outside, as its users will: ports, readiness, the registration for C2B.</summary>
internal sealed class Probe : IDisposable
{
    // Long past any start that will still succeed; migrations on a filled laptop database included.
    private static readonly TimeSpan ReadyLimit = TimeSpan.FromSeconds(60);

    // Short enough not to show in the start time, long enough not to load the service that is starting.
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(50);

    // A proxy in the developer's environment has no business between us and the loopback.
    private readonly HttpClient http = new(new SocketsHttpHandler { UseProxy = false }) { Timeout = TimeSpan.FromSeconds(10) };

    /// <summary>Refuses a port that another program listens on.</summary>
    public static void RequireFree(int port, string option)
    {
        foreach (var address in new[] { IPAddress.Loopback, IPAddress.IPv6Loopback })
        {
            try
            {
                using var listener = new TcpListener(address, port);
                listener.Start();
            }
            catch (SocketException busy) when (busy.SocketErrorCode == SocketError.AddressAlreadyInUse)
            {
                throw new StartProblemException($"Port {port} is in use by another program; stop that, or choose another port with {option}.");
            }
            catch (SocketException denied) when (denied.SocketErrorCode == SocketError.AccessDenied)
            {
                throw new StartProblemException($"Port {port} is for administrators only; choose another with {option}.");
            }
            catch (SocketException) when (address.Equals(IPAddress.IPv6Loopback))
            {
                // A machine without IPv6.
            }
        }
    }

    /// <summary>
    /// Waits for the first 200 of <paramref name="url"/> that says <paramref name="wanted"/>, or says what it answered instead: the API
    /// is up as soon as it can spool, and the stack is ready only with its database.
    /// </summary>
    public async Task WaitFor(string url, Service service, CancellationToken stop, string wanted = "")
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
        limit.CancelAfter(ReadyLimit);
        var answer = "nothing";
        while (!service.Ended.IsCompleted)
        {
            try
            {
                using var response = await http.GetAsync(new Uri(url), limit.Token);
                var body = await response.Content.ReadAsStringAsync(limit.Token);
                if (response.StatusCode == HttpStatusCode.OK && body.Contains(wanted, StringComparison.Ordinal))
                {
                    return;
                }

                answer = $"{(int)response.StatusCode} {body}".Trim();
            }
            catch (HttpRequestException)
            {
                // Not listening yet.
            }
            catch (OperationCanceledException) when (!stop.IsCancellationRequested)
            {
                throw new StartProblemException($"The {service.Name} was not ready after {ReadyLimit.TotalSeconds:0} s: {url} answered {answer}; its lines above say why.");
            }
            await Task.WhenAny(service.Ended, Task.Delay(Interval, stop));
            stop.ThrowIfCancellationRequested();
        }
        throw new StartProblemException($"The {service.Name} {service.Ending} before it was ready; its lines above say why.");
    }

    /// <summary>Registers the Pay Bill's callbacks with the simulator; an API that does not take Pay Bill payments has no such call.</summary>
    public async Task RegisterC2B(string apiUrl, CancellationToken stop)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri($"{apiUrl}/api/ops/c2b/register"));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", StackSettings.ApiKey);
        try
        {
            using var response = await http.SendAsync(request, stop);
            if (!response.IsSuccessStatusCode && response.StatusCode != HttpStatusCode.NotFound)
            {
                Console.WriteLine($"stack | C2B could not be registered (HTTP {(int)response.StatusCode}); payments by Pay Bill will not be confirmed");
            }
        }
        catch (HttpRequestException problem)
        {
            Console.WriteLine($"stack | C2B could not be registered ({problem.Message}); payments by Pay Bill will not be confirmed");
        }
    }

    public void Dispose() => http.Dispose();
}
