using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Payments.Domain.Transfers;
using Polly;
using Polly.CircuitBreaker;
using Polly.Retry;

namespace Payments.Infrastructure.Daraja;

/// <summary>
/// Retries and circuit breakers, one pair for each API. What moves money is repeated only when nothing can have been sent; questions are
/// repeated when the answer is worth nothing.
/// </summary>
public sealed class DarajaBreakers
{
    /// <summary>Once is enough to get past a connection that broke at the wrong moment; a line that is down fails again at once.</summary>
    private const int MoneyRetries = 1;

    /// <summary>Someone waits for a question's answer, and the schedule asks again anyway.</summary>
    private const int QuestionRetries = 2;

    private static readonly TimeSpan FirstDelay = TimeSpan.FromMilliseconds(250);

    private readonly ConcurrentDictionary<DarajaOperation, (ResiliencePipeline<DarajaResponse> Pipeline, CircuitBreakerStateProvider State)> pipelines = new();
    private readonly ConcurrentDictionary<DarajaOperation, DateTimeOffset> openUntil = new();
    private readonly DarajaBreakerOptions options;
    private readonly TimeProvider clock;
    private readonly SteadyClock steady;
    private readonly DarajaStatusStore board;

    public DarajaBreakers(IOptions<DarajaOptions> options, TimeProvider clock, DarajaStatusStore board, ILogger<DarajaBreakers> log)
    {
        this.options = options.Value.Breaker;
        this.clock = clock;
        this.board = board;
        steady = new SteadyClock(clock);
        foreach (var api in DarajaOperations.All)
        {
            pipelines[api] = Build(api, steady, log);
        }
    }

    /// <summary>The state of each breaker by API: <c>closed</c>, <c>open</c> (nothing is sent) or <c>half-open</c> (one call is trying).</summary>
    public IReadOnlyDictionary<string, string> States => DarajaOperations.All.ToDictionary(api => api.Name, api =>
        pipelines[api].State.CircuitState switch
        {
            CircuitState.Closed => "closed",
            CircuitState.HalfOpen => "half-open",
            _ => "open",
        });

    /// <summary>Until when nothing is sent to an API; null when it may be tried.</summary>
    internal DateTimeOffset? PausedUntil(DarajaOperation api) =>
        openUntil.TryGetValue(api, out var until) && until - steady.GetUtcNow() is var left && left > TimeSpan.Zero ? clock.GetUtcNow() + left : null;

    /// <summary>Makes a call through the API's retry and breaker.</summary>
    internal async Task<DarajaResponse> Run(DarajaOperation api, Func<CancellationToken, Task<DarajaResponse>> call, CancellationToken cancellation)
    {
        try
        {
            var exchange = await pipelines[api].Pipeline.ExecuteAsync(static async (call, token) => await call(token), call, cancellation);
            if (!DarajaReplies.IsServiceFailure(exchange))
            {
                board.MarkAvailable(api);
            }

            return exchange;
        }
        catch (BrokenCircuitException)
        {
            return Paused(api, options.Break);
        }
    }

    /// <summary>What a call meets while its API is left alone.</summary>
    internal static DarajaResponse.NotSent Paused(DarajaOperation api, TimeSpan pause) =>
        new(SendBlocker.Pause, $"Safaricom's {api} API keeps failing and is left alone for a moment", pause);

    private (ResiliencePipeline<DarajaResponse> Pipeline, CircuitBreakerStateProvider State) Build(DarajaOperation api, TimeProvider clock, ILogger log)
    {
        var state = new CircuitBreakerStateProvider();
        void Changed(string to) => log.LogWarning(DarajaEvents.BreakerChanged, "The breaker of Daraja's {Api} is {State}", api.Name, to);
        var pipeline = new ResiliencePipelineBuilder<DarajaResponse> { TimeProvider = clock }
            .AddRetry(new RetryStrategyOptions<DarajaResponse>
            {
                ShouldHandle = outcome => ValueTask.FromResult(
                    outcome.Outcome.Result is { } exchange && (api.IsSentOnce ? exchange is DarajaResponse.NotSent : IsWorthAsking(exchange))),
                MaxRetryAttempts = api.IsSentOnce ? MoneyRetries : QuestionRetries,
                BackoffType = DelayBackoffType.Exponential,
                Delay = FirstDelay,
                UseJitter = true,
            })
            .AddCircuitBreaker(new CircuitBreakerStrategyOptions<DarajaResponse>
            {
                ShouldHandle = outcome => ValueTask.FromResult(outcome.Outcome.Result is { } exchange && DarajaReplies.IsServiceFailure(exchange)),
                FailureRatio = options.FailureShare,
                MinimumThroughput = options.LeastCalls,
                SamplingDuration = options.Window,
                BreakDuration = options.Break,
                StateProvider = state,
                OnOpened = opened => Done(() =>
                {
                    openUntil[api] = steady.GetUtcNow() + options.Break;
                    board.MarkUnavailable(api, options.Break, Describe(opened.Outcome.Result));
                    Changed("open");
                }),
                OnClosed = _ => Done(() =>
                {
                    openUntil.TryRemove(api, out DateTimeOffset _);
                    Changed("closed");
                }),
                OnHalfOpened = _ => Done(() => Changed("half-open")),
            })
            .Build();
        return (pipeline, state);
    }

    /// <summary>Trouble that may be over in a moment; a limit of requests is not, and asking again makes it worse.</summary>
    private static bool IsWorthAsking(DarajaResponse exchange) =>
        DarajaReplies.IsServiceFailure(exchange) && DarajaReplies.ErrorOf(exchange) != DarajaReplies.GatewayError.Throttled;

    private static string Describe(DarajaResponse? last) => last switch
    {
        DarajaResponse.Received answer => answer.Shape,
        DarajaResponse.NoResponse lost => lost.Why,
        DarajaResponse.NotSent notSent => notSent.Why,
        _ => "It keeps failing.",
    };

    private static ValueTask Done(Action action)
    {
        action();
        return ValueTask.CompletedTask;
    }
}
