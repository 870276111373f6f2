using Microsoft.Extensions.Logging;
using Payments.Application.C2b;
using Payments.Infrastructure.Callbacks;

namespace Payments.Infrastructure.Daraja.Pull;

/// <summary>Reads pages of Pull, having registered for it (docs/protocol/pull.md).</summary>
/// <param name="post">Sends a body to a path of Pull's.</param>
internal sealed class PullClient(
    DarajaOptions options, CallbackUrls urls, TimeProvider clock, ILogger log, Func<string, object, CancellationToken, Task<DarajaResponse>> post)
{
    private const string RegisterPath = "/pulltransactions/v1/register";

    /// <summary>
    /// How long a registration is relied on after an answer that may mean there is none: longer than a round's few questions, shorter than the
    /// usual way to the next round.
    /// </summary>
    private static readonly TimeSpan Doubted = TimeSpan.FromMinutes(10);

    /// <summary>Pull is registered by each process that pulls: the second time is answered "already". When that was; null before.</summary>
    private long? registeredAt;

    /// <summary>True when an answer came that may mean that Pull is not registered any more.</summary>
    private bool isDoubted;

    public async Task<PullPage> Read(DateTimeOffset from, DateTimeOffset to, int offset, CancellationToken cancellation)
    {
        if (options.Nominated is not { } number)
        {
            return new([], "Pull is off: Daraja__NominatedNumber is not set");
        }

        var wasRegistered = registeredAt is { } at && !(isDoubted && clock.GetElapsedTime(at) > Doubted);
        if (!wasRegistered && await Register(number, cancellation) is { } refused)
        {
            return refused;
        }

        var page = await Ask(from, to, offset, cancellation);
        if (page.IsRefused && wasRegistered)
        {
            // Taken away, or never there: registering again does no harm, and without it nothing is to be believed.
            page = await Register(number, cancellation) ?? await Ask(from, to, offset, cancellation);
        }

        if (page.Unread is { } unread)
        {
            log.LogWarning(DarajaEvents.PullSkipped, "An answer of Pull was not understood: {Why}", unread);
        }

        return page;
    }

    /// <summary>Why Pull is not registered; null when it is.</summary>
    private async Task<PullPage?> Register(string number, CancellationToken cancellation)
    {
        var problem = PulledPayments.WhyNotRegistered(await post(RegisterPath, PullBodies.Register(options.Main, number, urls.ForPull), cancellation));
        (registeredAt, isDoubted) = (problem is null ? clock.GetTimestamp() : null, false);
        return problem;
    }

    private async Task<PullPage> Ask(DateTimeOffset from, DateTimeOffset to, int offset, CancellationToken cancellation)
    {
        var page = PulledPayments.Read(await post(DarajaOperations.Pull.Path, PullBodies.Query(options.Main, from, to, offset), cancellation), from, to);

        // Which error says "not registered" is nowhere told, and the words for "nothing" say it too: a later round registers again, which does no harm.
        isDoubted |= page is not { Problem: null, Unsaid: null };
        return page;
    }
}
